import sys
from functools import partial
from pathlib import Path

import pytest
from suite_texts import sources_text, suite_text, write_suite

from harness.cli.app import run_main
from harness.gate import session

# constructed histories are shared with the tests of the gate
sys.path.insert(0, str(Path(__file__).parents[1] / "gate"))

SUITE = suite_text(
    "tiny",
    """\
[data]
dataset = "digits"
scale = "unit"
[model]
hidden = []
[train]
loss = "cross_entropy"
lr = 0.5
epochs = 2
batch_size = 64
[seeds]
count = 3
[grid]
backend = ["numpy"]
device = ["cpu"]
[[claims]]
id = "learns"
quote = "it <b>learns</b>"
metric = "test_accuracy"
expect = { at_least = 0.5 }
[[figures]]
id = "loss"
kind = "curve"
title = "Loss"
x = "epoch"
y = "train_loss"
""",
    title="A <tiny> suite",
)


@pytest.fixture
def harness(tmp_path, monkeypatch, capfd):
    """Call the command line in a folder of its own: ``harness("run", "-j", "1")``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "suites").mkdir()
    write_suite(tmp_path / "suites", SUITE)
    (tmp_path / "suites" / "sources.toml").write_text(sources_text(), encoding="utf-8")

    def call(*arguments):
        capfd.readouterr()
        code = run_main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    def without_torch():
        """Let commands in processes of their own start sooner: what they run needs no torch."""
        (tmp_path / "torch.py").write_text("raise ImportError('not here: the run starts sooner')")

    call.without_torch = without_torch
    call.folder = tmp_path
    call.suite = tmp_path / "suites" / "tiny.toml"
    return call


@pytest.fixture
def looks(monkeypatch):
    """Let a run of the gate end after so many pairs, whatever the time: ``looks(2)``."""

    def call(pairs):
        limits = partial(session.Limits, looks=(pairs,))
        monkeypatch.setattr(session, "Limits", limits)

    return call
