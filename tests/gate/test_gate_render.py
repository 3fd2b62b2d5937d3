"""What every rendering promises."""

import subprocess
import sys
from dataclasses import replace

import gate_results as fake
import pytest
from hypothesis import given, settings

from harness.gate.render import RENDERERS

contract = pytest.mark.parametrize("name", RENDERERS)


@contract
@pytest.mark.parametrize("make", [fake.everything, fake.evil, fake.result])
def test_a_rendering_is_text_that_can_be_written(name, make):
    text = RENDERERS.get(name)(make(), 3)
    assert text.encode("utf-8").decode("utf-8") == text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\x1b" not in text


@pytest.mark.parametrize("name", [name for name in RENDERERS if name != "bencher"])
def test_what_the_reader_should_know_is_told(name):
    """Bencher Metric Format alone has no place for anything but numbers."""
    note = "this machine forbids choosing a processor"
    assert note in RENDERERS.get(name)(replace(fake.everything(), notes=(note,)))


@contract
def test_the_exit_code_is_not_needed(name):
    assert RENDERERS.get(name)(fake.everything())


@contract
@given(result=fake.results)
@settings(max_examples=50, deadline=None)
def test_no_result_breaks_a_rendering(name, result):
    RENDERERS.get(name)(result).encode("utf-8")


@contract
def test_equal_results_give_equal_text(name):
    assert RENDERERS.get(name)(fake.everything(), 0) == RENDERERS.get(name)(fake.everything(), 0)


def test_rendering_needs_neither_torch_nor_pytest_benchmark():
    code = (
        "import sys; import harness.gate.render, harness.cli.gating;"
        "assert not {'torch', 'pytest_benchmark', 'pytest'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
