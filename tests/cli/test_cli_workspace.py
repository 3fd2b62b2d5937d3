"""Suites by path, wherever they lie, and selections by name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """\
from harness.types import Outcome

def measured(context):
    return Outcome(metrics={"value": 1.0})
"""


def _texts(harness):
    return harness.suite.read_text(), (harness.suite.parent / "sources.toml").read_text()


@pytest.fixture
def elsewhere(harness, tmp_path_factory):
    """Two folders with a suite and documents of its own each."""
    suite, documents = _texts(harness)
    folders = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        text = suite.replace('"tiny"', f'"{name}"').replace('"notes"', f'"{name}-notes"')
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        (folder / "sources.toml").write_text(documents.replace('"notes"', f'"{name}-notes"'))
        folders.append(folder / f"{name}.toml")
    return folders


def test_a_suite_by_path_finds_the_documents_beside_it(harness, elsewhere):
    code, _, err = harness("check", *elsewhere)
    assert code == 0, err
    code, _, err = harness("check", elsewhere[0], harness.suite)
    assert code == 0, err
    code, out, err = harness("run", elsewhere[0], "--seeds", "1", "-q")
    assert code == 0, err
    _, out, _ = harness("claims", *elsewhere, "--json", "-")
    assert {verdict["suite"] for verdict in json.loads(out)["verdicts"]} == {"one", "two"}
    assert all("001 section" in v["source"] for v in json.loads(out)["verdicts"])


def test_a_ledger_is_of_one_folder(harness, elsewhere):
    harness("run", elsewhere[0], "--seeds", "1", "-q")
    code, _, err = harness("claims", *elsewhere, "--ledger", "ledger.md")
    assert code == 2
    assert "name those of one" in err


def test_documents_that_are_nowhere_are_said_to_be(harness, elsewhere):
    (elsewhere[0].parent / "sources.toml").unlink()
    (harness.folder / "suites" / "sources.toml").unlink()
    code, _, err = harness("check", elsewhere[0])
    assert code == 2
    assert "There are no documents where the suite lies" in err


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("--backend", "tensorflow", "unknown backend 'tensorflow'"),
        ("--backend", "nunpy", "Did you mean 'numpy'?"),
        ("--device", "tpu", "Did you mean 'cpu'?"),
        (
            "--experiment",
            "nosuch",
            "Known: command, knn, peer, probe, recorded, speed, timing, train.",
        ),
    ],
)
def test_a_name_that_there_is_not_selects_nothing(harness, option, name, words):
    code, _, err = harness("run", option, name)
    assert code == 2
    assert f"{option}: unknown" in err
    assert words in err


def test_a_name_that_no_suite_uses_measures_nothing(harness):
    code, _, err = harness("run", "--backend", "torch", "--device", "cpu")
    assert code == 5
    assert "no case of the quick profile has backend torch, device cpu" in err
    assert "backend numpy" in err


def test_repetitions_on_the_command_line_are_counted_too(harness):
    code, _, err = harness("run", "--seeds", 10**9)
    assert code == 2
    assert "at most 1,000,000 cells, got 1,000,000,000" in err


def test_the_current_folder_can_be_imported(harness, tmp_path):
    suite, documents = _texts(harness)
    harness.without_torch()
    (tmp_path / "mine.py").write_text(MODULE)
    text = suite.replace('"train"', '"mine:measured"').replace("test_accuracy", "value")
    (tmp_path / "tiny.toml").write_text(text)
    (tmp_path / "sources.toml").write_text(documents)
    script = Path(sys.executable).parent / "harness"
    done = subprocess.run(
        [script, "run", "tiny.toml", "--seeds", "1", "-j", "1", "--json", "-"],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"ok": 1}
