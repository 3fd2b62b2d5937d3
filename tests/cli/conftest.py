import sys
from pathlib import Path

import pytest
from suite_texts import sources_text, suite_text, write_suite

from harness.cli.app import run_main

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

    call.folder = tmp_path
    call.suite = tmp_path / "suites" / "tiny.toml"
    return call
