import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gate_projects import compiled, pure, quick_python, wheel
from gate_repositories import files_under, make

from harness.errors import FileError, GateError, SideBroken, SideLate, UsageError
from harness.gate.sides import interpreters, venvs
from harness.gate.sides.alike import differences
from harness.gate.sides.environments import Recipe, prepare
from harness.gate.values import Difference

RUN = "import json, sys; {}; sys.stdout.write(json.dumps([{}]))"


@pytest.fixture(autouse=True)
def _packages(tmp_path, monkeypatch):
    """Stand in for the package index, in the way in which a user would configure pip."""
    for name, version in (("pytest", "9.9"), ("pytest-benchmark", "9.9")):
        wheel(tmp_path / "wheels", name, version)
    for version in ("1.0", "2.0"):
        wheel(tmp_path / "wheels", "dependency", version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_USER", "1")  # as in some pip.conf; it contradicts an environment
    for name in ("PYTHONPATH", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def trees(tmp_path):
    def write(base, head):
        return {
            "base": make(tmp_path / "base", base).folder,
            "head": make(tmp_path / "head", head).folder,
        }

    return write


@pytest.fixture
def told():
    return []


def ask(side, imports, value):
    """Run a program as a side would, and return what it says."""
    done = subprocess.run(
        [str(side.python), "-c", RUN.format(f"import {imports}", value)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, side.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)[0]


def bare(folder):
    """Return the interpreter of an environment without pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


@pytest.fixture
def quick(tmp_path):
    return quick_python(tmp_path)


@pytest.mark.parametrize("layout", ["", "src/"])
def test_the_current_interpreter_runs_pure_code_where_it_lies(trees, told, tmp_path, layout):
    both = trees(pure("p", 1, layout), pure("p", 2, layout))
    made = prepare(both, Recipe(mode="current"), tmp_path / "cache", None, told.append)
    for side, value in (("base", 1), ("head", 2)):
        assert made[side].python == Path(sys.executable)
        assert made[side].path == ((both[side] / layout) if layout else both[side],)
        assert made[side].shared
        assert ask(made[side], "p", "p.value") == value
    assert made["base"].lock == made["head"].lock
    assert told == []
    assert list((tmp_path / "cache").iterdir()) == []


def test_code_that_has_to_be_built_is_installed_beside_the_interpreter(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2))
    recipe = Recipe(mode="current", install=(".", "--config-settings=speed=high"))
    made = prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert [ask(made[side], "p", "p.value") for side in ("base", "head")] == [1, 2]
    assert ask(made["head"], "p.built", "p.built.settings") == {"speed": "high"}
    assert ask(made["head"], "importlib.metadata as m", "m.version('p')") == "1.0"
    assert told == ["installing the code of base", "installing the code of head"]


def test_installed_code_is_found_again_by_its_content(tmp_path, told):
    files = compiled("p", 1) | {".gitignore": "debris.txt\n__pycache__/\nbuild/\n"}
    first, second = make(tmp_path / "one", files), make(tmp_path / "two", files)
    for repository in (first, second):
        trees = {"base": repository.folder}
        made = prepare(trees, Recipe(mode="current"), tmp_path / "cache", None, told.append)
        assert not made["base"].shared
        assert ask(made["base"], "p", "p.value") == 1
    assert told == ["installing the code of base"]


def test_a_folder_without_build_files_is_on_the_path_with_its_src(trees, told, tmp_path):
    both = trees({"m.py": "value = 1\n"}, {"src/m.py": "value = 2\n"})
    made = prepare(both, Recipe(), tmp_path / "cache", None, told.append)
    assert made["base"].path == (both["base"],)
    assert made["head"].path == (both["head"] / "src", both["head"])
    assert [ask(made[side], "m", "m.value") for side in ("base", "head")] == [1, 2]


def test_without_pip_code_is_used_where_it_lies_and_that_is_said(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2))
    recipe = Recipe(python=bare(tmp_path / "venv"), mode="current")
    made = prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert made["base"].path == (both["base"],)
    assert told[0] == "the code of base is used where it lies, without building it"


def test_a_project_in_a_folder_of_a_repository(tmp_path, told):
    files = {f"packages/p/{name}": text for name, text in compiled("p", 3).items()}
    tree = make(tmp_path / "mono", files).folder / "packages" / "p"
    made = prepare({"head": tree}, Recipe(mode="current"), tmp_path / "c", None, told.append)
    assert ask(made["head"], "p", "p.value") == 3


def test_auto_takes_the_current_interpreter_where_it_has_the_project(trees, told, tmp_path):
    # numpy stands for the project: it is installed here, and each side has its own
    both = trees(pure("numpy", 1), pure("numpy", 2))
    made = prepare(both, Recipe(), tmp_path / "cache", None, told.append)
    assert {made[side].python for side in made} == {Path(sys.executable)}
    assert [ask(made[side], "numpy", "numpy.value") for side in ("base", "head")] == [1, 2]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (pure("not-installed"), pure("not-installed")),
        (pure("numpy"), pure("numpy") | {"requirements.txt": "x"}),
        ({"requirements.txt": "x"}, {"requirements.txt": "x"}),
    ],
)
def test_auto_builds_where_the_current_interpreter_does_not_do(trees, told, tmp_path, base, head):
    with pytest.raises(SideBroken, match=r"^base: `.* -m venv .*did not end within"):
        prepare(trees(base, head), Recipe(), tmp_path / "cache", 1e-9, told.append)
    assert told[0].startswith("installing the dependencies of base (Python 3.")


def test_auto_builds_where_pytest_benchmark_is_missing(trees, told, tmp_path):
    recipe = Recipe(python=bare(tmp_path / "venv"))
    with pytest.raises(SideBroken, match="-m venv"):
        prepare(trees({"m.py": ""}, {"m.py": ""}), recipe, tmp_path / "c", 1e-9, told.append)


def test_equal_locks_share_one_environment_and_each_side_has_its_code(trees, told, tmp_path, quick):
    needs = ("dependency",)
    both = trees(compiled("p", 1, needs), compiled("p", 2, needs))
    made = prepare(both, Recipe(quick, mode="build"), tmp_path / "cache", None, told.append)
    base, head = made["base"], made["head"]
    assert base.python == head.python != Path(sys.executable)
    assert base.shared
    assert [ask(side, "p", "p.value") for side in (base, head)] == [1, 2]
    assert ask(head, "dependency", "dependency.version") == "2.0"
    assert ask(head, "pytest_benchmark", "pytest_benchmark.version") == "9.9"
    assert "debris.txt" in files_under(both["base"])  # what a build writes is in our own tree
    assert [line.split(" (")[0] for line in told] == [
        "installing the dependencies of base",
        "installing the code of base",
        "installing the code of head",
    ]


def test_a_side_that_does_not_build_is_named_with_pips_words(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2) | {"broken": ""})
    with pytest.raises(SideBroken) as got:
        prepare(both, Recipe(mode="current"), tmp_path / "cache", None, told.append)
    assert got.value.side == "head"
    assert "ended with exit code 1; its last lines:" in str(got.value)
    assert "--no-deps --target" in str(got.value)


def test_different_locks_get_environments_of_their_own(trees, told, tmp_path, quick):
    wheel(tmp_path / "wheels", "pytest", "9.8")
    pins = "dependency<2\npytest<9.9\n"
    base = {"requirements.txt": "dependency\n", "pins/c.txt": pins, "m.py": ""}
    head = base | {"pins/c.txt": "dependency\n"}  # a file that counts only because it is named
    head["pyproject.toml"] = '[dependency-groups]\ntest = ["pytest"]\n'
    recipe = Recipe(quick, mode="build", constraints="pins/c.txt")
    made = prepare(trees(base, head), recipe, tmp_path / "cache", None, told.append)
    assert made["base"].python != made["head"].python
    assert made["base"].lock != made["head"].lock
    assert not made["base"].shared
    versions = [ask(side, "dependency", "dependency.version") for side in made.values()]
    assert versions == ["1.0", "2.0"]  # the project's own choice
    tools = [ask(side, "pytest", "pytest.version") for side in made.values()]
    assert tools == ["9.8", "9.8"]  # what runs the tests is not
    assert made["head"].chosen == "dependency group test, requirements.txt"
    assert differences({side: made[side].python for side in made}, []) == (
        Difference("dependency", "1.0", "2.0"),
    )


def test_a_half_made_environment_is_made_again(tmp_path, told, quick):
    tree = make(tmp_path / "t", {"requirements.txt": "no-such-package\n"})
    cache, recipe = tmp_path / "cache", Recipe(quick, mode="build")
    with pytest.raises(SideBroken, match="No matching distribution found for no-such-package"):
        prepare({"head": tree.folder}, recipe, cache, None, told.append)
    (half,) = [path for path in (cache / "environments").iterdir() if path.is_dir()]
    assert (half / "bin" / "python").exists()
    (half / "left").write_text("by the first try", encoding="utf-8")
    wheel(tmp_path / "wheels", "no-such-package")
    for _ in range(2):
        made = prepare({"head": tree.folder}, recipe, cache, None, told.append)
    assert made["head"].python == half / "bin" / "python"
    assert not (half / "left").exists()
    assert len(told) == 2  # the third time it was there


def test_what_was_only_chosen_is_given_up_where_it_cannot_be_installed(tmp_path, told, quick):
    groups = '[dependency-groups]\ntest = ["dependency"]\ndev = ["no-such-package"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    recipe = Recipe(quick, mode="build")
    made = prepare({"head": tree}, recipe, tmp_path / "cache", None, told.append)["head"]
    assert made.chosen == "dependency group test"
    assert ask(made, "dependency", "dependency.version") == "2.0"
    assert told[0].endswith("): dependency groups test, dev")
    assert told[1].startswith("head: dependency groups test, dev could not be installed (ERROR: No")
    assert told[1].endswith("; taking less")


@pytest.fixture
def vain(monkeypatch):
    """Stand in for venv and pip, which lacks a package; gives the sides that asked for it."""
    asked = []

    def venv(side, command, folder, deadline):
        python = Path(command[-1], "bin", "python")
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)

    def pip(side, python, arguments, folder, deadline):
        if "no-such-package" in arguments:
            asked.append(side)
            raise SideBroken(side, "ERROR: No matching distribution found for no-such-package")

    monkeypatch.setattr(venvs, "run", venv)
    monkeypatch.setattr(venvs, "pip", pip)
    got = {"pytest": interpreters.Package("9.9", needed=True, local=False)}
    monkeypatch.setattr(interpreters, "packages", lambda python, tools: got)
    return asked


def test_what_could_not_be_installed_is_not_tried_again(trees, told, tmp_path, vain):
    groups = '[dependency-groups]\ntest = ["dependency"]\ndev = ["no-such-package"{}]\n'
    both = trees(
        {"pyproject.toml": groups.format(""), "m.py": ""},
        {"pyproject.toml": groups.format(', "x"'), "m.py": ""},
    )
    recipe, cache = Recipe(mode="build"), tmp_path / "cache"
    first = prepare(both, recipe, cache, None, told.append)
    assert {first[side].chosen for side in first} == {"dependency group test"}
    assert vain == ["base", "head", "head"]  # head held to what base got, and by itself
    assert prepare(both, recipe, cache, None, told.append) == first
    assert len(vain) == 3
    notes = list((cache / "environments").glob("*.failed.json"))
    assert any(f"unless {note} is removed" in line for line in told for note in notes)
    for note in notes:
        note.unlink()
    prepare({"base": both["base"]}, recipe, cache, None, told.append)
    assert vain[3:] == ["base"]


def test_what_the_user_asks_for_is_tried_again(trees, told, tmp_path, vain):
    both = trees({"m.py": ""}, {"m.py": ""})
    recipe = Recipe(mode="build", install=("no-such-package",))
    for _ in range(2):
        with pytest.raises(SideBroken, match="No matching distribution"):
            prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert vain == ["base", "base"]


def test_time_is_kept_for_less_only_where_much_more_is_asked_than_tests_need(tmp_path, told):
    groups = '[dependency-groups]\ntest = ["a"]\ndev = ["b"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    slow = tmp_path / "slow-python"
    slow.write_text(f'#!/bin/sh\n[ "$2" = venv ] && sleep 60\nexec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    with pytest.raises(SideLate, match=r"did not end within the [01] s that were left"):
        prepare({"head": tree}, Recipe(slow, mode="build"), tmp_path / "cache", 2.0, told.append)
    assert "dependency groups test, dev could not be installed (did not end" in told[1]
    assert told[-1].endswith("dependency group test")  # which is not given up for the project alone


@pytest.mark.usefixtures("vain")
@pytest.mark.parametrize(("needs", "shared"), [("a", True), ("b", False)])
def test_what_a_file_includes_decides_on_packages(trees, told, tmp_path, needs, shared):
    both = [
        {"p/dev-requirements.txt": "-r ../more.txt", "p/m.py": "", "more.txt": one}
        for one in ("a", needs)
    ]
    inside = {side: top / "p" for side, top in trees(*both).items()}
    made = prepare(inside, Recipe(mode="build"), tmp_path / "cache", None, told.append)
    assert (made["base"].lock == made["head"].lock) is shared
    assert made["base"].shared is shared


@pytest.mark.parametrize("name", ["", "environments", "held"])
def test_a_file_that_is_in_the_way_is_one_line(trees, told, tmp_path, quick, name):
    both = trees({"m.py": "", "requirements.txt": ""}, {"m.py": ""})
    place = tmp_path / "cache" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("x", encoding="utf-8")
    with pytest.raises(FileError, match=rf"cannot .* {place}.*: (file exists|not a directory)"):
        prepare(both, Recipe(quick, mode="build"), tmp_path / "cache", None, told.append)


def test_a_full_disk_is_one_line_and_the_environment_is_made_again(
    tmp_path, told, quick, monkeypatch
):
    tree = make(tmp_path / "t", {"m.py": ""}).folder
    cache, recipe = tmp_path / "cache", Recipe(quick, mode="build")

    def full(path, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(FileError, match=r"complete\.json: no space left on device; free some"):
            prepare({"head": tree}, recipe, cache, None, told.append)
    prepare({"head": tree}, recipe, cache, None, told.append)
    assert len(told) == 2


def test_what_the_user_asks_for_is_not_given_up(tmp_path, told, quick):
    groups = '[dependency-groups]\nlate = ["no-such-package"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    recipe = Recipe(quick, mode="build", install=("--group", "late"))
    with pytest.raises(SideBroken, match="No matching distribution found for no-such-package"):
        prepare({"head": tree}, recipe, tmp_path / "cache", None, told.append)
    assert len(told) == 1


def test_an_environment_that_another_run_makes_is_left_to_it(tmp_path, told):
    fcntl = pytest.importorskip("fcntl")
    tree = make(tmp_path / "t", {"m.py": ""}).folder
    cache, recipe = tmp_path / "cache", Recipe(mode="build", install=())
    with pytest.raises(SideBroken):
        prepare({"base": tree}, recipe, cache, 1e-9, told.append)
    (lock,) = (cache / "environments").glob("*.lock")
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(GateError, match="is being made by another run of the gate"):
            prepare({"base": tree}, recipe, cache, 1e-9, told.append)


@pytest.mark.parametrize(
    ("files", "recipe", "text"),
    [
        ({"pyproject.toml": "[project"}, Recipe(), r"^head: pyproject.toml must be valid TOML"),
        (pure("p"), Recipe(constraints="c.txt"), r"^head: the constraints file 'c.txt' must be in"),
    ],
)
def test_a_side_with_a_file_wrong_or_missing_is_broken(trees, told, tmp_path, files, recipe, text):
    both = trees(pure("p") | {"c.txt": ""}, files)
    with pytest.raises(SideBroken, match=text):
        prepare(both, recipe, tmp_path / "cache", None, told.append)


def test_a_group_that_no_side_has_is_the_users_mistake(trees, told, tmp_path):
    groups = {"pyproject.toml": "[dependency-groups]\ntest = []\n", "m.py": ""}
    both, recipe = trees({"m.py": ""}, groups), Recipe(install=("--group", "tset"))
    with pytest.raises(UsageError, match=r"unknown group 'tset'.* 'test'"):
        prepare(both, recipe, tmp_path / "cache", None, told.append)
    recipe = Recipe(install=("--group", "test"))  # one side has it
    with pytest.raises(SideBroken, match=r"^base: .*unknown group 'test'"):
        prepare(both, recipe, tmp_path / "cache", None, told.append)


def test_an_interpreter_that_is_none_is_the_users_mistake(trees, told, tmp_path):
    both = trees(pure("p"), pure("p"))
    with pytest.raises(UsageError, match="must be a Python interpreter"):
        prepare(both, Recipe(python=tmp_path / "none"), tmp_path / "cache", None, told.append)


HOOK = """\
import sys
from importlib.util import spec_from_file_location
class Finder:
    def find_spec(self, name, path=None, target=None):
        return spec_from_file_location(name, {file!r}) if name == "p" else None
sys.meta_path.insert(0, Finder())
"""


def test_code_that_an_import_hook_takes_from_elsewhere_is_refused(trees, told, tmp_path):
    both = trees(pure("p", 1), pure("p", 2))
    python = bare(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
    elsewhere = tmp_path / "editable.py"
    elsewhere.write_text("value = 3\n", encoding="utf-8")
    (site / "hook_of_p.py").write_text(HOOK.format(file=str(elsewhere)), encoding="utf-8")
    (site / "p.pth").write_text("import hook_of_p\n", encoding="utf-8")
    with pytest.raises(SideBroken, match=r"^base: module 'p' must come from .*/base") as got:
        prepare(both, Recipe(python, mode="current"), tmp_path / "c", None, told.append)
    assert f"takes it from {elsewhere}" in str(got.value)


def test_an_installed_copy_does_not_stand_in_for_code_that_was_not_found(trees, told, tmp_path):
    files = {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "odd/p/__init__.py": ""}
    python = bare(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
    (site / "p").mkdir()
    (site / "p" / "__init__.py").write_text("value = 0\n", encoding="utf-8")
    (site / "p-1.dist-info").mkdir()
    (site / "p-1.dist-info" / "METADATA").write_text("Name: p\nVersion: 1\n", encoding="utf-8")
    (site / "p-1.dist-info" / "top_level.txt").write_text("p\n", encoding="utf-8")
    with pytest.raises(SideBroken, match=r"module 'p' must come from .*site-packages/p"):
        prepare(trees(files, files), Recipe(python, mode="current"), tmp_path / "c", None, print)
