"""What the sessions hand to ``harness``, and what the first command leaves in a clone."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("nox")
PATH = Path(__file__).parent.parent / "noxfile.py"


class Session:
    """Stands in for nox's: remembers what was run, and says whether there is a local main."""

    def __init__(self, posargs, folder, *, local_main=True):
        self.posargs, self.local_main = posargs, local_main
        self.ran, self.told, self.installed, self.env = [], [], [], {}
        self.cache_dir = folder / ".cache"

    def run_install(self, *command, **options):
        self.installed.append(command)
        (self.cache_dir.parent / "torch-{}.{}".format(*sys.version_info)).mkdir(exist_ok=True)

    def notify(self, name, posargs):
        self.told.append((name, list(posargs)))

    def run(self, *command, **options):
        if command[0] != "git":
            self.ran.append((Path(command[0]).name, *command[1:]))
        return "1a2b3c4\n" if self.local_main else ""


@pytest.fixture(scope="module")
def noxfile():
    spec = importlib.util.spec_from_file_location("noxfile_under_test", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("posargs", "local_main", "arguments"),
    [
        ([], True, ["main"]),
        ([], False, ["origin/main"]),
        (["--budget", "5m"], True, ["main", "--budget", "5m"]),
        (["v1", "--budget", "5m"], True, ["v1", "--budget", "5m"]),
        (["v1", "v2"], False, ["v1", "v2"]),
    ],
)
def test_the_base_is_main_unless_one_is_named(noxfile, posargs, local_main, arguments, tmp_path):
    session = Session(posargs, tmp_path, local_main=local_main)
    noxfile.gate.func(session)
    assert session.ran == [("harness", "gate", *arguments, "--pytest", "tests/benchmarks")]


@pytest.mark.parametrize("own", [["--pytest", "x.py"], ["--pytest=x.py"]])
def test_the_tests_may_be_named(noxfile, own, tmp_path):
    session = Session(["main", *own], tmp_path)
    noxfile.gate.func(session)
    assert session.ran == [("harness", "gate", "main", *own)]


@pytest.mark.parametrize(
    ("posargs", "results"),
    [
        ([], "results/local"),
        (["--profile", "full", "--results", "mine"], "mine"),
        (["--results=mine"], "mine"),
    ],
)
def test_reproduce_is_one_run_with_its_page_and_an_exit_code(noxfile, posargs, results, tmp_path):
    session = Session(posargs, tmp_path)
    noxfile.reproduce.func(session)
    assert session.ran == [
        ("harness", "run", "--report", "reports", *posargs),
        ("harness", "claims", f"--results={results}", "--suites=suites", "--quiet"),
    ]


def test_ci_gives_the_sessions_in_order_and_the_tests_last(noxfile, tmp_path):
    session = Session(["--use", "a=b"], tmp_path)
    noxfile.ci.func(session)
    names = [name for name, _ in session.told]
    assert all(hasattr(noxfile, name) for name in names)
    assert names[-1] == "tests"
    assert dict(session.told)["reproduce"] == ["--use", "a=b"]
    assert [told for name, told in session.told if "--use" in told and name != "reproduce"] == []


def test_torch_is_installed_once_for_all_sessions_until_requirements_change(
    noxfile, tmp_path, monkeypatch
):
    def installed(give):
        session = Session([], tmp_path)
        give.func(session)
        assert session.env["VIRTUAL_ENV"] == str(next(tmp_path.glob("torch-*")))
        return [" ".join(map(str, command)) for command in session.installed]

    first = installed(noxfile.tests)
    assert any(f"torch=={_pin('torch')}" in line for line in first)
    assert first[-1].endswith("-e .[all,dev]")
    assert installed(noxfile.types) == []
    assert installed(noxfile.reproduce)[-1].endswith("-e .[all]")
    assert installed(noxfile.reproduce) == []
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text((PATH.parent / name).read_text("utf-8") + "\n# newer\n")
    monkeypatch.setattr(noxfile, "HERE", tmp_path)
    assert installed(noxfile.types) != []


def _pin(name):
    lines = (PATH.parent / "constraints.txt").read_text("utf-8").splitlines()
    return next(line.split("==")[1] for line in lines if line.startswith(f"{name}=="))


@pytest.mark.parametrize("path", [".ci/run", ".github/workflows/ci.yml"])
def test_the_sequence_of_ci_is_spelled_in_one_place(noxfile, path):
    text = (PATH.parent / path).read_text("utf-8")
    given = re.findall(r"nox -s (\S+)", text)
    assert "ci" in given
    assert not set(given) & {name for name, _ in noxfile.CI}


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("reports/index.html", True),
        ("reports/summary.md", True),
        ("results/local/xor.jsonl", True),
        ("reports/reference.md", False),
        ("reports/selftest.md", False),
        ("reports/claims.md", False),
        ("results/reference/x86_64-2-cores/xor.jsonl", False),
    ],
)
def test_git_ignores_what_a_run_writes_and_nothing_that_is_kept(path, ignored):
    if not (PATH.parent / ".git").exists():
        pytest.skip("not a checkout")
    command = ["git", "check-ignore", "--quiet", "--no-index", path]
    found = subprocess.run(command, cwd=PATH.parent, check=False)
    assert found.returncode == (0 if ignored else 1)


def test_the_lowest_versions_are_those_of_the_project(noxfile):
    project = tomllib.loads(PATH.with_name("pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pins = noxfile.lower_bounds()
    assert len(pins) == len(asked)
    assert "numpy==" + next(a for a in asked if a.startswith("numpy>=")).split(">=")[1] in pins
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", pin) for pin in pins)
