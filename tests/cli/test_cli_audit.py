"""Stored cells run again from the command line: equal, tampered with, and of another machine."""

import json
from pathlib import Path

import pytest

from harness.cli import codes
from harness.lines import object_of, sealed, text_of, unsealed

FOLDER = Path("results/local")


def rewrite(path, change):
    """Change the objects of the lines of a log, which then carry right digests."""
    values = [object_of(unsealed(line).decode()) for line in path.read_bytes().splitlines()]
    for one in values:
        change(one)
    path.write_bytes(b"".join(sealed(text_of(one).encode()) + b"\n" for one in values))


def later(values):
    if values["seed"] == 1:
        values["series"]["train_loss"]["y"][1] += 1e-9


def test_what_is_run_again_is_equal_bit_for_bit_until_a_record_is_tampered_with(harness):
    harness("run")
    code, out, _ = harness("audit", "--sample", "100%")
    assert (code, out.strip()) == (codes.OK, "3 of 3 cells equal bit for bit")
    before = (FOLDER / "tiny.jsonl").read_bytes()
    rewrite(FOLDER / "tiny.jsonl", later)
    code, out, _ = harness("audit", "tiny/learns", "--sample", "3", "--json", "x.json")
    assert code == codes.MOVED, out
    assert "1 cell of tiny, numpy, cpu: NOT equal from epoch 2 on (seed 1, cell " in out
    assert "2 of 3 cells equal bit for bit; 1 not, though that is promised" in out
    told = json.loads(Path("x.json").read_text())
    assert told["audited"] == {"equal": 2, "broken": 1}
    (broken,) = (one for one in told["findings"] if one["outcome"] == "broken")
    assert (broken["first"]["stage"], broken["seed"], broken["promise"]) == ("epoch 2", 1, "bits")
    assert len(before.splitlines()) == len((FOLDER / "tiny.jsonl").read_bytes().splitlines())
    code, out, _ = harness("run", "--verify", "100%")
    assert code == codes.MOVED
    assert "NOT equal from epoch 2 on" in out
    code, out, _ = harness("run", "--verify", "100%", "--json", "-")
    assert json.loads(out)["audited"] == {"equal": 2, "broken": 1}


def test_two_machines_are_held_against_each_other(harness):
    for name in ("one", "two"):
        harness("run", "--results", f"results/local/{name}")
    other = FOLDER / "two"

    def elsewhere(values):
        values.update(id="far", klass="far", hardware="x86_64-cpu Far, 9 cores")
        values["facts"]["blas"] = "openblas 0 Far"

    for name in ("provenance", "tiny"):
        (other / f"{name}.jsonl").rename(other / f"{name}.new")
    rewrite(other / "environments.jsonl", elsewhere)
    lines = [object_of(line) for line in (other / "provenance.new").read_text().splitlines()]
    old = [object_of(line) for line in (other / "tiny.new").read_text().splitlines()]
    made = {line["id"]: line["data"] for line in lines}
    for one in old:  # in format 1, which names its environment itself
        one |= {"v": 1, "environment": "far", "data": made[one.pop("provenance")]}
        one.pop("sha")
        one["metrics"]["initial_loss"] += 1e-9
        one["digests"].pop("first_step")
    (other / "tiny.jsonl").write_text("".join(text_of(one) + "\n" for one in old))
    code, out, _ = harness("audit", "--between", "Far", environment_of(FOLDER / "one"))
    assert code == codes.OK
    told = "3 cells of tiny, numpy, cpu: from first step on, as they may; likely blas: openblas 0 F"
    assert told in out
    assert "0 of 3 cells equal bit for bit; 3 not, which none promises; " in out
    assert "metrics within tolerance (false alarm 1% over all)" in out
    for one in old:
        one["metrics"]["test_accuracy"] = 0.1 + one["seed"] / 1e6
    (other / "tiny.jsonl").write_text("".join(text_of(one) + "\n" for one in old))
    code, out, _ = harness("audit", "--between", "Far", environment_of(FOLDER / "one"))
    assert code == codes.MOVED
    assert "tiny, numpy, cpu: test_accuracy is 0.100001 and 0." in out, out
    for one in old:
        one["metrics"]["test_accuracy"] = "nan" if one["seed"] else 0.5
    (other / "tiny.jsonl").write_text("".join(text_of(one) + "\n" for one in old))
    code, out, _ = harness("audit", "--between", "Far", environment_of(FOLDER / "one"))
    assert code == codes.MOVED
    assert "with inf or nan at seeds where the other machine has none, or another" in out


def environment_of(folder):
    (line,) = (folder / "environments.jsonl").read_text().splitlines()
    return object_of(line)["klass"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("tiny/none",), codes.USAGE, "unknown claim 'tiny/none'"),
        (("--sample", "0%"), codes.USAGE, "a sample must be a share such as 5%, or how many cel"),
        (("--between", "core", "core"), codes.USAGE, "must name two machines, got 'core' and 'cor"),
        (("--between", "M4", "M5"), codes.USAGE, "must be part of what records say of their hard"),
        ((), codes.OK, ""),
    ],
)
def test_what_cannot_be_audited_is_told(harness, arguments, code, words):
    assert harness("audit")[0] == codes.NOTHING_MEASURED
    harness("run", "--seeds", "1")
    found, _, err = harness("audit", *arguments)
    assert found == code
    assert words in err
    assert code == codes.OK or err.count("\n") == 1
