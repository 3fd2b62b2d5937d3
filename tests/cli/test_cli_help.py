"""What the command line says of itself."""

import pytest


def test_version_and_help(harness):
    code, out, _ = harness("--version")
    assert (code, out.split()[0]) == (0, "harness")
    for verb in ((), ("run",), ("gate",), ("data", "get"), ("store", "repair")):
        code, out, _ = harness(*verb, "-h")
        assert code == 0
        assert "--help" in out


@pytest.mark.parametrize("width", [20, 40, 80])
def test_help_cuts_nothing_short_at_any_width(harness, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    for verb in ("run", "gate", "report"):
        code, out, _ = harness(verb, "--help")
        assert code == 0
        assert "--results DIR" in out
        assert "…" not in out


def test_help_is_text_and_lists_every_verb_whole(harness, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert "An argument of pip install, e.g. '.[dev]'." in harness("gate", "-h")[1]
    for group in ((), ("data",), ("store",)):
        out = harness(*group, "-h")[1]
        assert "..." not in out.replace("[ARGS]...", "")
        assert "completion" not in out


def test_usage_has_each_argument_in_its_brackets_once(harness):
    for verb, name in (("run", "SUITE"), ("new", "KIND"), ("readme", "FILE")):
        usage = harness(verb, "-h")[1].splitlines()[0].split(f"{verb} [OPTIONS] ")[1]
        assert name in usage
        assert "[[" not in usage


def test_a_usage_error_is_one_line_below_the_usage(harness):
    code, out, err = harness("run", "--jobs", "x")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("Error: Invalid value for '-j' / '--jobs'")
