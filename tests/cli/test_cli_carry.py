import io

from rich.console import Console

from harness.cli.carry import Failures
from harness.cli.console import Output
from harness.types import Record


def record(seed, reason="ValueError: no", status="failed"):
    return Record(
        cell=f"cell{seed}",
        case="c",
        suite="tiny",
        experiment="mine.py:e",
        axes={"experiment": "e", "lr": 0.1},
        seed=seed,
        status=status,
        reason=reason,
        environment="e",
    )


def told(tmp_path, records, *, trace=False):
    output = Output()
    output.err = Console(file=io.StringIO(), width=300)
    failures = Failures(output, lambda one: tmp_path / f"{one.cell}.log", trace=trace)
    for one in records:
        failures.see(one)
    failures.close()
    return output.err.file.getvalue()


def test_equal_failures_are_told_once_with_a_count(tmp_path):
    (tmp_path / "cell0.log").write_text("Traceback ...")
    records = [record(n, f"ValueError: no; it printed last: {n}") for n in range(20)]
    text = told(tmp_path, [*records, record(20, "another"), record(21, "", "ok")])
    assert text.count("failed: tiny (experiment=mine.py:e, lr=0.1, seed=0): ValueError: no") == 1
    assert "failed: tiny: 19 more cells alike: ValueError: no" in text
    assert text.count("another") == 1
    assert "run again with --trace to see every failure and its traceback" in text
    assert f"logs are in {tmp_path}" in text
    assert "Traceback" not in text


def test_nothing_is_said_when_nothing_failed(tmp_path):
    assert told(tmp_path, [record(0, "", "ok"), record(1, "no data", "skipped")]) == ""


def test_trace_tells_every_failure_with_the_end_of_its_log(tmp_path):
    lines = [f"line {n} [/x] \x1b[2J" for n in range(100)]
    (tmp_path / "cell0.log").write_text("\n".join([*lines, "Traceback", "ValueError: no"]))
    text = told(tmp_path, [record(0), record(1)], trace=True)
    assert text.count("ValueError: no") == 3
    assert "line 99 [/x] \\x1b[2J" in text
    assert "line 9 " not in text
    assert "62 lines before, see" in text
