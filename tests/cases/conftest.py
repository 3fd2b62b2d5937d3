"""Inputs that once broke the harness, kept as they were; what must happen stands in the tests."""

from pathlib import Path

import pytest

from harness.cli.app import run_main

collect_ignore = ["inputs"]
INPUTS = Path(__file__).parent / "inputs"


@pytest.fixture
def inputs():
    return INPUTS


@pytest.fixture
def harness(capfd, monkeypatch):
    monkeypatch.syspath_prepend(str(INPUTS / "experiments"))

    def call(*arguments):
        capfd.readouterr()
        code = run_main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call
