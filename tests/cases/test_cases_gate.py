"""Benchmarks that held the gate up, or whose reasons said nothing; real sides, minutes each."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.faults
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
MARK = "HARNESS_TEST_REPOSITORY"
"""A variable that all processes of a run inherit, and nobody else's."""
ENV = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def repository(inputs, tmp_path):
    """Return a function that makes a repository of one input, with a second commit."""

    def call(name):
        folder = tmp_path / name
        shutil.copytree(inputs / "gate" / name, folder)
        subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=folder, check=True)
        for message in ("one", "two"):
            (folder / "NOTE").write_text(message, encoding="utf-8")
            subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
            subprocess.run([*GIT, "commit", "-qm", message], cwd=folder, check=True)
        return folder

    return call


def started(folder, *options):
    command = [sys.executable, "-m", "harness", "gate", "HEAD~1", "HEAD", "--env", "current",
               "--json", "gate.json", "--md", "gate.md", *options]  # fmt: skip
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    marked = {**ENV, MARK: str(folder)}
    return subprocess.Popen(command, cwd=folder, env=marked, text=True, **pipes)


def finished(folder, *options):
    process = started(folder, *options)
    out, _ = process.communicate(timeout=600)
    return process.returncode, " ".join(out.split()), json.loads((folder / "gate.json").read_text())


def tidy(folder):
    """Whether no worktree is left, and no process of all that the gate has started."""
    listed = subprocess.run(
        ["git", "worktree", "list"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    running = [p for p in psutil.process_iter(["environ"]) if _mark(p) == str(folder)]
    return listed.count("\n") == 1 and not running


def _mark(process):
    return (process.info["environ"] or {}).get(MARK)


def test_a_pool_that_is_never_closed_holds_nothing_up(repository):
    folder = repository("pool")
    start = time.monotonic()
    code, out, _ = finished(folder, "--pytest", ".", "--budget", "60s")
    assert time.monotonic() - start < 60 + 120, "a budget, and room for a busy machine"
    assert code in (0, 3), out
    assert tidy(folder)


def test_a_gate_over_pools_ends_when_it_is_told_to(repository):
    folder = repository("pool")
    process = started(folder, "--pytest", ".", "--budget", "200s")
    journals = folder / ".harness/gate"
    for _ in range(1200):
        if any(p.stat().st_size for p in journals.glob("*/journal.jsonl")):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=600)
    assert process.returncode == 128 + signal.SIGTERM
    assert tidy(folder)


def test_a_text_that_cannot_be_encoded_breaks_its_case_only(repository):
    folder = repository("surrogate")
    code, out, result = finished(folder, "--pytest", ".", "--budget", "90s")
    assert code == 4, out
    verdicts = {(d["case"].rpartition("::")[2], d["verdict"]) for d in result["decisions"]}
    assert ("test_file", "broken") in verdicts
    assert ("test_ok", "broken") not in verdicts
    assert "udce9" in (folder / "gate.md").read_text(encoding="utf-8")


def test_an_exact_id_with_brackets_matches_itself(repository):
    code, out, _ = finished(repository("bracket"), "--budget", "60s")
    assert code in (0, 3), out
    assert "matches no" not in out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xfail", "xfail: known bad"),
        ("missing_dep", "No module named 'nosuch_module'"),
        ("addopts", "unrecognized arguments: --cov=x"),
    ],
)
def test_a_reason_carries_its_cause(repository, name, words):
    folder = repository(name)
    if name == "missing_dep":  # on one side only: what is tried is the working tree
        test = folder / "tests" / "test_b.py"
        test.write_text("import nosuch_module\n" + test.read_text("utf-8"), encoding="utf-8")
        subprocess.run([*GIT, "commit", "-qam", "three"], cwd=folder, check=True)
    process = started(folder, "--pytest", ".", "--budget", "40s")
    out, _ = process.communicate(timeout=600)
    written = folder / "gate.json"
    said = out + (written.read_text(encoding="utf-8") if written.exists() else "")
    assert words in said
    assert process.returncode != 1, out
