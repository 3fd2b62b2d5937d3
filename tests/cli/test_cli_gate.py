"""The gate from the command line, over projects that have never heard of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from gate_benchmarks import BARE
from gate_projects import pure, quick_python
from gate_repositories import make
from suite_texts import SEARCH, sources_text

from harness.cli.app import run_main

BENCH = """
import project_code

def test_work(benchmark):
    benchmark(project_code.work)
"""
SAME = "\ndef test_same(benchmark):\n    benchmark(sum, range(2000))\n"
FAST = "def work():\n    return sum(range(2000)) + len(b'x' * 2**23)\n"
SLOW = "def work():\n    return sum(range(6000)) + sum(len(b'x' * 2**24) for _ in range(2))\n"
QUICK = (
    *("--env", "current", "--burst", "20ms", "--option=-p", "--option=no:cacheprovider"),
    *(f"--option={option}" for option in BARE),
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    repository = make(tmp_path / "project", {"project_code.py": FAST, "bench/test_work.py": BENCH})
    monkeypatch.chdir(repository.folder)
    return repository


@pytest.fixture
def gate(project, capfd):
    def call(*arguments):
        capfd.readouterr()
        code = run_main(["gate", *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_slow_down_in_the_working_tree_is_found_and_written_everywhere(project, gate, looks):
    looks(20)  # twelve could call one of two cases regressed, if none of them goes astray
    project.commit("two", {"bench/test_work.py": BENCH + SAME})
    project.put("project_code.py", SLOW)
    code, out, _ = gate(
        "main", "--pytest", "bench", "--json", "gate.json", "--md", "out/gate.md",
        "--junit", "gate.xml", "--benchmark-json", "bench.json", "--bencher", "bmf.json", *QUICK,
    )  # fmt: skip
    assert code == 3, out
    assert "1 of 2 cases regressed" in out
    result = json.loads((project.folder / "gate.json").read_text())
    found = {(d["case"].split("::")[1], d["quantity"]): d for d in result["decisions"]}
    timed = found["test_work", "time"]
    assert timed["verdict"] == "regressed"
    assert timed["ratio"] > 2
    assert found["test_same", "time"]["verdict"] != "regressed"
    if sys.platform == "linux":  # twice the memory, above what the processes held before
        held = found["test_work", "memory"]
        assert held["verdict"] == "regressed"
        assert 1.9 < held["ratio"] < 2.1
        assert 7.9 < held["base"] / 2**20 < 9
        assert found["test_same", "memory"]["verdict"] != "regressed"
    assert result["exit_code"] == 3
    assert "regressed" in (project.folder / "out/gate.md").read_text()
    failed = [d for d in result["decisions"] if d["verdict"] == "regressed"]
    assert (project.folder / "gate.xml").read_text().count("<failure") == len(failed)
    bench = json.loads((project.folder / "bench.json").read_text())["benchmarks"]
    assert {one["stats"]["rounds"] for one in bench} == {timed["pairs"]} == {20}
    assert "latency" in next(iter(json.loads((project.folder / "bmf.json").read_text()).values()))
    assert project.git("status", "--porcelain", "--", "project_code.py") == "M project_code.py"
    assert project.git("worktree", "list").count("\n") == 0


def test_equal_revisions_are_compared_by_name(project, gate, looks):
    looks(2)  # what more pairs say of a case that is equal, the run above shows
    project.commit("same", {"README": "hello"})
    code, out, _ = gate("HEAD~1", "HEAD", "--pytest", "bench", *QUICK)
    assert code == 0
    assert "nothing regressed" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mian", "--pytest", "bench"), 2, ["'mian'", "main"]),
        (("main",), 2, ["must be named", "--pytest PATH", "[tool.harness.gate]"]),
        (("main", "--pytest", "bench", "--budget", "soon"), 2, ["--budget", "a duration"]),
        (("main", "--pytest", "bench", "--env", "none"), 2, ["--env", "auto"]),
        (
            ("main", "--pytest", "nowhere", "--env", "current"),
            5,
            ["must be a benchmark to compare", "nowhere"],
        ),
    ],
)
def test_bad_input_has_a_message_and_a_code(gate, arguments, code, words):
    found, _, err = gate(*arguments)
    assert found == code
    assert all(word in err for word in words), err


def test_places_that_cannot_be_written_to_are_one_line(project, gate, tmp_path, monkeypatch):
    asked = ("main", "--pytest", "bench", *QUICK)
    (tmp_path / "file").write_text("x")
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(tmp_path / "file"))
        code, _, err = gate(*asked)
    assert code == 7
    assert "cannot make a temporary folder" in err
    assert "not a directory" in err
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file"))
    code, _, err = gate(*asked)
    assert code == 7
    assert "cannot make the cache folder" in err
    assert project.git("worktree", "list").count("\n") == 0
    shutil.rmtree(".harness")
    project.put(".harness", "a file")
    code, _, err = gate(*asked)
    assert code == 7
    assert "cannot make the folder of journals .harness: file exists" in " ".join(err.split())


def test_outside_a_repository(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert run_main(["gate", "main", "--pytest", "bench"]) == 2
    assert "git repository" in capfd.readouterr().err


def test_a_test_on_one_side_only_is_missing_and_strictness_tells(project, gate, looks):
    looks(2)
    project.put("bench/test_new.py", "def test_new(benchmark):\n    benchmark(list)\n")
    asked = ("main", "--pytest", "bench", "--json", "gate.json")
    code, out, _ = gate(*asked, "--strict", *QUICK)
    assert code == 6
    assert "only head has it" in out
    result = json.loads((project.folder / "gate.json").read_text())
    found = {d["case"].split("::")[1]: d["verdict"] for d in result["decisions"]}
    assert found["test_new"] == "missing"
    assert found["test_work"] not in ("broken", "regressed")


def test_nothing_but_missing_tests_is_nothing_measured(project, gate):
    project.git("rm", "-q", "-r", "bench")
    project.put("other/test_new.py", "def test_new(benchmark):\n    benchmark(list)\n")
    code, out, _ = gate("main", "--pytest", "bench", "--pytest", "other", *QUICK)
    assert code == 5
    assert "only base has it" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise ValueError('broken on purpose')", "broken on purpose"),
        ("import os\nos._exit(9)", "ended with 9"),
    ],
)
def test_a_side_that_does_not_collect_is_broken(project, gate, text, words):
    project.put("project_code.py", text)
    code, out, _ = gate("main", "--pytest", "bench", "--json", "gate.json", *QUICK)
    assert code == 4
    (found,) = json.loads((project.folder / "gate.json").read_text())["decisions"]
    assert found["verdict"] == "broken"
    assert "head" in found["reason"]
    assert words in found["reason"]
    assert "broken" in out


def test_a_side_that_does_not_install_is_broken(project, gate, tmp_path):
    project.commit("lock", {"requirements.txt": "./no-such-folder\n"})
    project.put("requirements.txt", "")
    python = quick_python(tmp_path)
    code, _, _ = gate("HEAD", "--pytest", "bench", "--python", python, "--json", "gate.json")
    assert code == 4
    (found,) = json.loads((project.folder / "gate.json").read_text())["decisions"]
    assert found["verdict"] == "broken"
    assert found["reason"].startswith("base: ")
    assert "no-such-folder" in found["reason"]


def test_a_side_that_is_not_installed_in_time_is_not_broken(project, gate, tmp_path):
    project.commit("lock", {"requirements.txt": "x\n"})
    slow = tmp_path / "slow-python"
    slow.write_text(f'#!/bin/sh\n[ "$2" = venv ] && sleep 60\nexec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    code, out, _ = gate("HEAD~1", "HEAD", "--pytest", "bench", "--python", slow, "--budget", "2s")
    assert code == 5
    assert "broken" not in out
    assert "the budget of 2s ended while base was installed: give more time" in " ".join(
        out.split()
    )


def test_a_crash_is_a_crash_and_nobody_elses_case(project, gate, looks):
    looks(2)
    crash = "\ndef test_crash(benchmark):\n    benchmark(project_code.crash)\n"
    more = BENCH.replace("\ndef test_work", crash + "\ndef test_work")
    code = FAST + "import os\n\ndef crash():\n    HOW\n"
    before = {"bench/test_work.py": more, "project_code.py": code.replace("HOW", "pass")}
    project.commit("two", before)
    project.put("project_code.py", code.replace("HOW", "os.abort()"))
    found, out, _ = gate("main", "--pytest", "bench", "--json", "gate.json", *QUICK)
    assert found == 4
    decisions = json.loads((project.folder / "gate.json").read_text())["decisions"]
    verdicts = {(d["case"].split("::")[1], d["verdict"]) for d in decisions}
    assert ("test_crash", "broken") in verdicts
    assert ("test_work", "broken") not in verdicts
    assert "SIGABRT" in out


def test_a_dirty_submodule_is_refused(project, gate, tmp_path):
    inner = make(tmp_path / "inner", {"x.py": "x = 1\n"})
    project.git("submodule", "--quiet", "add", str(inner.folder), "sub")
    project.commit("with a submodule", {})
    project.put("sub/x.py", "x = 2\n")
    code, _, err = gate("main", "--pytest", "bench", *QUICK)
    assert code == 2
    assert "sub" in err


def test_settings_of_the_project_are_read(project, gate):
    table = '[tool.harness.gate]\npytest = ["bench"]\nbudget = "0.1s"\n'
    project.commit("settings", {"pyproject.toml": table})
    code, out, _ = gate("main", "--env", "current")
    assert "the budget of 0.1s ended before the first pair" in " ".join(out.split())
    assert code == 5


@pytest.fixture
def interrupted(project):
    """A run that is interrupted after some rounds."""

    def run(sent):
        command = [sys.executable, "-m", "harness", "gate", "main", "--pytest", "bench", *QUICK]
        process = subprocess.Popen(
            [*command, "--json", "gate.json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip
        journals = project.folder / ".harness/gate"
        for _ in range(600):
            lines = [p.read_text().count("\n") for p in journals.glob("*/journal.jsonl")]
            if max(lines, default=0) > 3:
                break
            time.sleep(0.1)
        process.send_signal(sent)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    return run


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_an_interrupted_run_is_labelled_and_goes_on(project, gate, interrupted, looks, sent):
    project.put("project_code.py", SLOW)
    code, out, err = interrupted(sent)
    assert code == 128 + sent, err
    assert "partial: interrupted" in out
    partial = json.loads((project.folder / "gate.json").read_text())
    assert partial["partial"] == "interrupted"
    assert {d["verdict"] for d in partial["decisions"]} == {"inconclusive"}
    assert project.git("worktree", "list").count("\n") == 0
    (project.folder / "gate.json").unlink()  # a file of the tree: it would be another tree
    if sent == signal.SIGTERM:
        return
    before = max(decision["pairs"] for decision in partial["decisions"])
    looks(before + 1)
    _, _, err = gate("main", "--pytest", "bench", "--json", "gate.json", *QUICK)
    assert "goes on from an interrupted run" in err
    whole = json.loads((project.folder / "gate.json").read_text())
    assert {d["pairs"] for d in whole["decisions"]} == {before + 1}, "what was measured counts"
    (project.folder / "gate.json").unlink()
    code, _, err = gate("main", "--pytest", "bench", "--budget", "1s", *QUICK)
    assert "goes on" not in err  # that one had come to its end


@pytest.mark.parametrize("above", ["", "[tool.ruff]\nline-length = 100\n"])
def test_from_the_top_of_several_projects_the_one_named_is_measured(project, gate, looks, above):
    looks(2)
    files = {f"libs/part/{name}": text for name, text in pure("part", layout="src/").items()}
    files["libs/part/bench/test_part.py"] = BENCH.replace("project_code", "part").replace(
        ".work)", ".__str__)"
    )
    project.commit("part", files | ({"pyproject.toml": above} if above else {}))
    code, out, _ = gate("main", "--pytest", "libs/part/bench", *QUICK)
    assert code == 0, out
    assert "bench/test_part.py" in out
    assert "libs/" not in out


def test_what_is_measured_against_a_named_baseline_enters_its_history(project, gate, looks, capfd):
    looks(2)
    assert run_main(["history", "--set", "v1", "main"]) == 0
    project.commit("later", {"README": "hello"})
    code, out, _ = gate("v1", "HEAD", "--pytest", "bench", *QUICK)
    assert code == 0
    assert "base baseline v1" in out
    assert "entered the history of v1" in out
    project.put("project_code.py", SLOW)
    _, out, _ = gate("v1", "--pytest", "bench", *QUICK)
    assert "must be a commit to enter the history" in " ".join(out.split())
    capfd.readouterr()
    assert run_main(["history", "v1", "--json", "-"]) == 0
    (baseline,) = json.loads(capfd.readouterr().out)["baselines"]
    assert {len(one["points"]) for one in baseline["series"]} == {1}


def test_a_clock_that_goes_backwards_is_broken(project, gate):
    text = """
import itertools
import pytest
TICKS = itertools.count(0, -1)

@pytest.mark.benchmark(timer=lambda: float(next(TICKS)))
def test_clock(benchmark):
    benchmark.pedantic(list, rounds=3)
"""
    project.commit("clock", {"bench/test_work.py": text})
    code, out, _ = gate("main", "--pytest", "bench", *QUICK)
    assert code == 4
    assert "the clock went backwards" in " ".join(out.split())


def test_timing_suites_are_cases_too(project, gate, looks):
    looks(2)  # every round starts two processes, so ten, which a decision takes, are left out
    suite = SEARCH.replace("[10, 20]", "[20]").replace('"two_loops", "no_loop"', '"two_loops"')
    suite = suite.replace("n_train = 300", "n_train = 60")
    project.commit("suites", {"suites/search.toml": suite, "suites/sources.toml": sources_text()})
    project.put("suites/search.toml", suite.replace("n_train = 60", "n_train = 180"))
    code, out, _ = gate("main", "--suite", "search", "--env", "current", "--json", "gate.json")
    assert code == 0, out
    decisions = json.loads((project.folder / "gate.json").read_text())["decisions"]
    (found,) = (decision for decision in decisions if decision["quantity"] == "time")
    assert found["case"] == "search"
    assert found["pairs"] == 2
    assert found["ratio"] > 1.5


def test_a_test_with_the_same_name_that_is_skipped_is_missing(project, gate):
    skip = "@pytest.mark.skip('no GPU')\ndef test_work"
    text = "import pytest\n" + BENCH.replace("def test_work", skip)
    project.commit("skipped", {"bench/test_work.py": text})
    code, out, _ = gate("main", "--pytest", "bench", *QUICK)
    assert code == 5
    assert "skipped: no GPU" in " ".join(out.split())
