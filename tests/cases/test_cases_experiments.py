"""Experiments of a user that misbehave, each beside a good cell."""

import importlib

import psutil
import pytest

from harness.store.store import Store

OK = {
    "good", "dict", "fork_child", "print", "float32_metric", "int64_metric", "series_of_arrays",
    "array_named_file",
}  # fmt: skip
TIMEOUT = {"hang", "subprocess_hang"}
REASONS = {
    "exit_code_3": "ended with exit code 3",
    "system_exit": "SystemExit: 0",
    "keyboard_interrupt": "KeyboardInterrupt",
    "killed": "killed by SIGKILL",
    "escape_in_error": r"ValueError: \x1b[2J\x1b[31mred [bold]x[/bold] [/nope]",
    "unpicklable": "metric 'value' must be a real number, got a function",
    "none": "must return a number, a mapping of names to numbers, or an Outcome, got None",
    "text_metric": "metric 'value' must be a real number, got 'abc' (str)",
    "none_metric": "metric 'value' must be a real number, got None",
    "list_metric": "metric 'value' must be a real number, got [1.0] (list)",
    "huge_integer_metric": "within the range of float64",
    "integer_name": "the name of a metric must be text, got 3 (int)",
    "series_tuple": "series 's' must be a Series(x, y)",
    "samples_scalar": "samples 's' must be a sequence of real numbers",
}
HEAVY = {  # gigabytes, for the session faults
    "leak": ("failed", "took more memory than its bound"),
    "killed_while_sending": ("failed", "killed by SIGKILL"),
    "stopped_while_sending": ("timeout", "took longer than its budget"),
    "print_a_gigabyte": ("ok", ""),
}


@pytest.fixture
def ran(harness, inputs, tmp_path):
    """Return the records by kind, and the exit code, of a run of some kinds."""

    def call(kinds, *options):
        text = (inputs / "suites" / "print_in_cell.toml").read_text(encoding="utf-8")
        asked = ", ".join(f'"{kind}"' for kind in sorted(kinds))
        path = tmp_path / "kinds.toml"
        path.write_text(text.replace('"print", "good"', asked), encoding="utf-8")
        sources = (inputs / "suites" / "sources.toml").read_text(encoding="utf-8")
        (tmp_path / "sources.toml").write_text(sources, encoding="utf-8")
        code, _, err = harness("run", path, "--results", tmp_path / "r", *options)
        records = {str(r.axes["kind"]): r for r in Store(tmp_path / "r").records}
        return code, records, err

    return call


def test_every_kind_has_its_outcome(inputs, monkeypatch):
    monkeypatch.syspath_prepend(str(inputs / "experiments"))
    kinds = importlib.import_module("misbehaving").KINDS
    assert set(kinds) == OK | TIMEOUT | set(REASONS) | set(HEAVY)


def test_a_cell_that_misbehaves_ends_alone_with_its_reason(ran):
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    code, records, err = ran(OK | set(REASONS), "--timeout", "60")
    assert code == 4
    assert "\x1b" not in err
    assert {kind for kind, r in records.items() if r.status == "ok"} == OK
    for kind, words in REASONS.items():
        assert records[kind].status == "failed"
        assert words in records[kind].reason
    assert not _left(before)


def test_a_cell_that_hangs_is_ended_with_what_it_started(ran):
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    code, records, _ = ran(TIMEOUT | {"good"}, "--timeout", "5", "-j", "3")
    assert code == 4
    assert {records[kind].status for kind in TIMEOUT} == {"timeout"}
    assert records["good"].status == "ok"
    assert not _left(before)


@pytest.mark.faults
@pytest.mark.parametrize("kind", sorted(HEAVY))
def test_gigabytes_end_alone(ran, kind):
    _, records, _ = ran({kind, "good"}, "--timeout", "60", "--memory", "3G")
    status, words = HEAVY[kind]
    assert records[kind].status == status
    assert words in records[kind].reason
    assert records["good"].status == "ok"


def _left(before):
    """Return what runs of a cell's: every ``sleep`` and fork but the server that starts cells."""
    now = psutil.Process().children(recursive=True)
    return [one for one in now if one.pid not in before and "server" not in " ".join(one.cmdline())]
