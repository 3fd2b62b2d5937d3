"""What earlier versions wrote is read, and written again as it was: the stored formats stand."""

import math
from pathlib import Path

import pytest

from harness.gate.history import History
from harness.gate.journal import Journal
from harness.gate.selftest import runs
from harness.lines import object_of, sealed, text_of, unsealed
from harness.store import codec, provenance
from harness.store.store import Store

SAMPLES = Path(__file__).parent / "samples"


def lines(name):
    return (SAMPLES / f"{name}.jsonl").read_bytes().splitlines()


def rewritten(line, decode, encode):
    return sealed(text_of(encode(decode(object_of(unsealed(line).decode())))).encode())


def known():
    said = (object_of(unsealed(line).decode()) for line in lines("provenance"))
    return provenance.by_key(map(provenance.decode, said))


def read_record(values):
    return codec.decode(values, known())


@pytest.mark.parametrize("name", ["records", "records-unsealed", "records-2"])
def test_records_are_read(name):
    found = [read_record(object_of(unsealed(line).decode())) for line in lines(name)]
    ok, skipped = found
    assert (ok.suite, ok.axes["lr"], ok.arrays) == ("xor", 0.1, {"weights": "c1.npz"})
    assert ok.metrics["loss"] == math.inf
    assert math.isnan(ok.metrics["nan_weights"])
    assert ok.series["train_loss"].y == (2.5, -math.inf)
    assert ok.data.used == "cifar10-jpeg"
    assert (skipped.status, skipped.reason) == ("skipped", r"no device 'cuda' \udc80")


@pytest.mark.parametrize(
    ("name", "decode", "encode"),
    [
        ("records-2", read_record, codec.encode),
        ("provenance", provenance.decode, provenance.encode),
        ("environments", codec.decode_environment, codec.encode_environment),
        ("selftest", runs._decoded, runs._encoded),
    ],
    ids=["records", "provenance", "environments", "selftest"],
)
def test_lines_are_written_again_bit_for_bit(name, decode, encode):
    for line in lines(name):
        assert rewritten(line, decode, encode) == line


def test_a_store_is_read_from_its_old_files(tmp_path):
    for name in ("records", "environments"):
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join([*lines(name), b""]))
    store = Store(tmp_path)
    assert [record.cell for record in store.records] == ["c1", "c2"]
    assert store.environments["e1"].facts == {"python": "3.11", "cpu": "an é"}


def test_a_history_is_read_and_grows_by_lines_of_the_same_form(tmp_path):
    for name in ("baselines", "points"):
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join([*lines(name), b""]))
    history = History(tmp_path)
    assert history.baseline("v1").commit == "1" * 40
    time, memory = history.points
    assert (time.case, time.log_ratios, time.low) == ("t.py::test_a[x]", (0.01, -0.02), 0.99)
    assert (memory.ratio, memory.low) == (math.inf, None)
    history.add([time, memory])
    history.name(history.baseline("v1"))
    for name in ("baselines", "points"):
        assert (tmp_path / f"{name}.jsonl").read_bytes().splitlines() == lines(name) * 2


def test_a_journal_is_gone_on_with(tmp_path):
    (tmp_path / "journal.jsonl").write_bytes(b"\n".join([*lines("journal"), b""]))
    journal = Journal(tmp_path, {"trees": ["a", "b"], "budget": math.inf})
    first, second = journal.pairs
    assert (first.case, first.first, first.base.turns) == (
        "t.py::test_ü[x]",
        "head",
        (0.001, 0.0011),
    )
    assert math.isnan(first.base.speeds[1])
    assert (second.base.error, second.base.skipped) == ("boom", True)
    with journal:
        journal.append(journal.pairs)
    written = (tmp_path / "journal.jsonl").read_bytes().splitlines()[1:]
    old, new = (object_of(unsealed(line).decode()) for line in written)
    assert old == new


def test_a_selftest_is_read():
    (run,) = runs.stored(SAMPLES)
    assert (run.planted, run.environment.id) == (0.05, "e1")
    (pair,) = run.pairs
    assert pair.base.turns == pytest.approx((0.001, 0.0011))
    assert (pair.base.rounds, pair.head.peak) == (7, 5e7)
