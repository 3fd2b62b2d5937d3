"""A store of many simulated records, and what planning, judging and a page of them take.

``python benchmarks/scale.py make FOLDER --records 1000000`` writes suites and a store: twenty
suites of a grid of 500 cases for a million records, 100 seeds each, with two figures and 29 claims
a suite, which read every record. ``--suites 1`` makes one grid of them all.
``python benchmarks/scale.py measure FOLDER`` runs ``harness list``, ``claims`` and ``report`` on
it, each in a process of its own, and prints their seconds and the most memory that they held.
``python benchmarks/scale.py store FOLDER`` writes the records of that store to another one, one by
one as a run does: through the store, checked, flushed to the disk ten times a second.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

CASES_A_SUITE, SEEDS = 500, 100
RATES, EPOCHS = 25, 10
LIMIT = "HARNESS_MAX_CELLS"
TEXT = """\
schema = 1
id = "{name}"
title = "Simulated suite {name}"
experiment = "train"
[data]
dataset = "digits"
[model]
hidden = [16]
[train]
loss = "cross_entropy"
epochs = {epochs}
batch_size = 64
[seeds]
count = {seeds}
[[grid]]
backend = ["numpy"]
lr = {rates}
l2 = {penalties}
[[figures]]
id = "grid"
kind = "heatmap"
title = "Accuracy over the grid"
x = "lr"
y = "l2"
hue = "test_accuracy"
[[figures]]
id = "rates"
kind = "line"
title = "Accuracy"
x = "lr"
y = "test_accuracy"
where = {{ l2 = {penalty} }}
[[claims]]
id = "best-rate"
quote = "no other rate is better"
metric = "test_accuracy"
where = {{ l2 = {penalty} }}
expect = {{ best = {{ lr = {rate} }} }}
"""
TREND = """\
[[claims]]
id = "falls-{i}"
quote = "the loss falls with the rate"
metric = "train_loss"
where = {{ l2 = {penalty} }}
along = "lr"
expect = {{ slope_low = -1.0, slope_high = 0.0 }}
"""
PAIR = """\
[[claims]]
id = "value-{i}"
quote = "95 %"
metric = "test_accuracy"
where = {{ lr = {one}, l2 = {penalty} }}
expect = {{ value = 0.95, tolerance = 0.005 }}
[[claims]]
id = "better-{i}"
quote = "a larger rate is better"
metric = "test_accuracy"
compare = {{ better = {{ lr = {other}, l2 = {penalty} }}, than = {{ lr = {one}, l2 = {penalty} }} }}
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a store, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("make", "measure", "store"))
    parser.add_argument("folder", type=lambda text: Path(text).resolve())
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--suites", type=int, default=0)
    parser.add_argument("--verbs", nargs="*", default=["list", "claims", "report"])
    asked = parser.parse_args(arguments)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    if asked.what == "make":
        suites = asked.suites or max(1, asked.records // (CASES_A_SUITE * SEEDS))
        make(asked.folder, suites, asked.records // suites // SEEDS)
        return
    if asked.what == "store":
        print(stored(asked.folder, asked.records))
        return
    for verb in asked.verbs:
        print(measured(asked.folder, verb), flush=True)


def suite_text(name: str, cases: int) -> str:
    """Return the text of a suite of so many cases."""
    rates = [round(0.01 * (i + 1), 6) for i in range(RATES)]
    penalties = [round(1e-6 * i, 9) for i in range(cases // RATES)]
    middle = penalties[len(penalties) // 2]
    head = TEXT.format(
        name=name, epochs=EPOCHS, seeds=SEEDS, rates=rates, penalties=penalties,
        rate=rates[-1], penalty=middle,
    )  # fmt: skip
    pairs = (
        PAIR.format(i=i, one=rates[i], other=rates[-1 - i], penalty=penalties[-1]) for i in range(4)
    )
    trends = (TREND.format(i=i, penalty=penalty) for i, penalty in enumerate(penalties))
    return "".join((head, *pairs, *trends))


def make(folder: Path, suites: int, cases: int) -> None:
    """Write the suites and the store of their records."""
    from harness.lines import sealed, text_of
    from harness.plan.expand import expand
    from harness.store.codec import encode_environment
    from harness.store.provenance import Provenance, encode, key_of
    from harness.suite.load import load
    from harness.types import DataUsed, Environment

    os.environ[LIMIT] = str(suites * cases * SEEDS)
    here = Environment("made-here", "made-class", "x86_64-cpu made up, 2 cores", {"python": "3.11"})
    made = Provenance(here.id, DataUsed("digits", "digits", "11" * 32, same_images=True))
    store = folder / "results" / "local"
    for each in (folder / "suites", store):
        each.mkdir(parents=True, exist_ok=True)
    for name, values in (("environments", encode_environment(here)), ("provenance", encode(made))):
        (store / f"{name}.jsonl").write_bytes(sealed(text_of(values).encode()) + b"\n")
    for number in range(suites):
        name = f"sim-{number:02}"
        path = folder / "suites" / f"{name}.toml"
        path.write_text(suite_text(name, cases), encoding="utf-8")
        rng = np.random.default_rng(number)
        with (store / f"{name}.jsonl").open("wb") as file:
            for case in expand(load(path)).full.cases:
                file.writelines(_lines(case, key_of(made), rng))
        print(f"{name}: {cases * SEEDS} records", flush=True)


def _lines(case: object, provenance: str, rng: np.random.Generator) -> Iterator[bytes]:
    from harness import digest
    from harness.lines import sealed, text_of
    from harness.types import Case

    assert isinstance(case, Case)
    gain = 0.002 * float(case.axes["lr"])
    for seed in range(SEEDS):
        noise = rng.standard_normal(EPOCHS + 8)
        losses = [2.3 * 0.8**epoch + 0.01 * abs(noise[epoch]) for epoch in range(EPOCHS)]
        accuracy = min(1.0, 0.95 + gain + 0.002 * noise[-1])
        digests = {
            name: digest.of_value([case.id, seed, name], length=64)
            for name in ("data", "initial_weights", "batch_order", "final_weights")
        }
        values = {
            "v": 2, "cell": digest.of_value([case.id, seed], length=24), "case": case.id,
            "suite": case.suite, "experiment": case.experiment, "axes": dict(case.axes),
            "seed": seed, "status": "ok", "reason": "", "provenance": provenance,
            "metrics": {
                "train_loss": losses[-1] - gain, "initial_loss": 2.3 + 0.01 * noise[-2],
                "parameters": 1210.0, "grew": 0.0, "nan_weights": 0.0, "test_accuracy": accuracy,
                "test_loss": losses[-1] + 0.01 * noise[-3], "train_accuracy": accuracy,
            },
            "series": {
                "train_loss": {"x": [float(e) for e in range(1, EPOCHS + 1)], "y": losses}
            },
            "digests": digests, "wall_s": abs(noise[-4]), "cpu_s": abs(noise[-5]),
            "peak_rss": 344_477_696, "started": f"2026-11-21T{seed % 24:02}:00:00.000+00:00",
            "budget": 300.0,
        }  # fmt: skip
        yield sealed(text_of(values).encode()) + b"\n"


def stored(folder: Path, most: int) -> str:
    """Return what storing so many records takes, without reading them from where they are."""
    from harness.execute.cases import Commits
    from harness.store.store import Store

    shutil.rmtree(folder / "stored", ignore_errors=True)
    made, store = Store(folder / "results" / "local"), Store(folder / "stored")
    wall, processor, count, told = 0.0, 0.0, 0, list[int]()
    with store.writing():
        for suite in made.suites:
            records = made.of(suite)[: most - count]
            begun, used = time.perf_counter(), time.process_time()
            store.of(suite)  # a run looks at what is done
            commits = Commits(store, lambda record: told.append(record.seed))
            for record in records:
                commits.add(record, made.environments[record.environment])
            commits.settle()
            wall += time.perf_counter() - begun
            processor += time.process_time() - used
            count += len(records)
    assert len(told) == count, "each is told once it is on the disk"
    return (
        f"stored {count} records: {wall:.1f} s, processor {processor:.1f} s, "
        f"{_gib(resource.getrusage(resource.RUSAGE_SELF)):.2f} GiB at most, those read included"
    )


def measured(folder: Path, verb: str) -> str:
    """Return what a verb takes, in a process of its own."""
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "harness", verb, "--suites", str(folder / "suites")]
    if verb != "list":
        command += ["--results", str(folder / "results" / "local")]
    command += ["--out", str(folder / "reports"), "--profile", "full"] if verb == "report" else []
    begun = time.perf_counter()
    child = os.fork()
    if not child:
        os.environ |= {"PYTHONPATH": str(root), LIMIT: "100000000"}
        os.chdir(folder)  # where no other harness lies
        with (folder / f"{verb}.txt").open("wb") as out:
            os.dup2(out.fileno(), 1)
        os.execv(sys.executable, command)  # noqa: S606 - ours
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    return (
        f"harness {verb}: exit {os.waitstatus_to_exitcode(status)}, {seconds:.1f} s, "
        f"processor {used.ru_utime + used.ru_stime:.1f} s, {_gib(used):.2f} GiB at most"
    )


def _gib(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 2**20


if __name__ == "__main__":
    main()
