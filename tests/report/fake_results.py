"""Constructed suites, records and verdicts that need no run: one of every figure kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.config.settings import Settings
from harness.suite.schema import Suite
from harness.types import (
    Array,
    Case,
    DataUsed,
    Environment,
    Finding,
    Interval,
    Record,
    Scalar,
    Series,
    Verdict,
)

LAPTOP = Environment(
    "env-laptop",
    "class-laptop",
    "x86_64 AMD EPYC, 2 cores",
    {
        "processor": "AMD EPYC 7R13, 2 cores",
        "memory": "8 GiB",
        "python": "3.11.7",
        "numpy": "2.3.1",
        "torch": "2.13.0+cpu",
        "blas": "openblas, 2 threads",
        "commit": "8dcbfdf3c0ffee8dcbfdf3c0ffee8dcbfdf3c0ff",
        "dirty": "no",
    },
)
SERVER = Environment(
    "env-server",
    "class-server",
    "x86_64 Intel Xeon, 16 cores, NVIDIA H100",
    {"processor": "Intel Xeon, 16 cores", "torch": "2.13.0+cu130", "cuda": "13.0"},
)
MNIST = DataUsed("mnist", "mnist", "ab12" * 16, same_images=True)
STAND_IN = DataUsed("cifar10", "cifar10-jpeg", "cd34" * 16, same_images=True)


@dataclass
class FakeArchive:
    """Records in memory; arrays by (cell, name)."""

    records: Sequence[Record]
    stored: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(
        default_factory=lambda: {e.id: e for e in (LAPTOP, SERVER)}
    )

    def array(self, record: Record, name: str) -> Array:
        return self.stored[record.cell, name]


class Maker:
    """Collects records and arrays."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.stored: dict[tuple[str, str], Array] = {}

    def add(
        self,
        suite: str,
        experiment: str,
        axes: Mapping[str, Scalar],
        seed: int = 0,
        *,
        status: str = "ok",
        reason: str = "",
        arrays: Mapping[str, Array] | None = None,
        environment: str = LAPTOP.id,
        **more: Any,
    ) -> Record:
        full = {"experiment": experiment, **axes}
        case = f"{suite}:" + ",".join(f"{k}={v}" for k, v in full.items())
        cell = f"{case}#{seed}@{environment}"
        held = arrays or {}
        record = Record(
            cell=cell,
            case=case,
            suite=suite,
            experiment=experiment,
            axes=full,
            seed=seed,
            status=status,  # type: ignore[arg-type]
            reason=reason,
            environment=environment,
            arrays=dict.fromkeys(held, "file.npz"),
            wall_s=3.2,
            started="2026-03-01T12:00:00+00:00",
            **more,
        )
        self.stored.update({(cell, name): array for name, array in held.items()})
        self.records.append(record)
        return record

    def archive(self) -> FakeArchive:
        return FakeArchive(tuple(self.records), dict(self.stored))


def suite_of(**tables: Any) -> Suite:
    """Return a suite from plain tables, the way a TOML file would give them."""
    base: dict[str, Any] = {
        "schema": 1,
        "id": "demo",
        "title": "A demonstration",
        "source": {"key": "dl-foundation", "section": "14"},
        "experiment": "train",
        "grid": [{"axes": {"backend": ["numpy"]}}],
    }
    return Suite.model_validate_json(json.dumps({**base, **tables}))


def cases_of(records: Sequence[Record]) -> tuple[Case, ...]:
    """Return the plan behind records."""
    found = {}
    for r in records:
        found[r.case] = Case(
            id=r.case,
            suite=r.suite,
            experiment=r.experiment,
            backend=str(r.axes.get("backend", "numpy")),
            device=str(r.axes.get("device", "cpu")),
            axes=r.axes,
            settings=Settings(),
            protocol=not r.deviation,
            deviation=r.deviation,
        )
    return tuple(found.values())


def optimizers(maker: Maker) -> Suite:
    rng = np.random.default_rng(0)
    for seed in range(10):
        luck = rng.normal(0, 0.0008)
        for backend in ("numpy", "torch"):
            for name, last, accuracy in (("sgd", 0.030, 0.9737), ("adam", 0.0117, 0.9792)):
                epochs = np.arange(1, 16)
                loss = last + 0.4 * np.exp(-epochs / 3) * (1 + 0.05 * rng.normal(size=15))
                labels = rng.integers(0, 10, 200)
                wrong = rng.random(200) < 0.05
                predictions = np.where(wrong, rng.integers(0, 10, 200), labels)
                keep = {"labels": labels.astype(np.uint8), "predictions": predictions}
                maker.add(
                    "demo-optimizers",
                    "train",
                    {"backend": backend, "device": "cpu", "optimizer": name},
                    seed,
                    metrics={
                        "test_accuracy": accuracy + luck + rng.normal(0, 0.0004),
                        "train_loss": float(loss[-1]),
                        "parameters": 109386.0,
                    },
                    series={"train_loss": Series(list(map(float, epochs)), list(loss))},
                    arrays=keep if seed < 2 else {},
                    data=MNIST,
                    deviation="epochs 15 -> 3",
                )
        maker.add(
            "demo-optimizers",
            "train",
            {"backend": "torch", "device": "cuda", "optimizer": "adam"},
            seed,
            status="skipped",
            reason="no CUDA device was found: torch is a CPU build",
        )
    maker.add(
        "demo-optimizers",
        "train",
        {"backend": "torch", "device": "cpu", "optimizer": "adam-slow"},
        status="timeout",
        reason="killed after its budget of 600 s",
    )
    pair = {"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}}
    return suite_of(
        id="demo-optimizers",
        title="SGD against Adam on MNIST",
        summary="784-128-64-10 ReLU, batch 100, fifteen epochs.",
        protocol=["Initial weights and batches are drawn once, in NumPy, for every backend."],
        figures=[
            figure(
                "loss",
                "curve",
                "Training loss",
                x="epoch",
                y="train_loss",
                hue="optimizer",
                log=["y"],
            ),
            figure("gain", "paired", "What Adam gains", y="test_accuracy", compare=pair),
            figure(
                "confusion",
                "confusion",
                "Confusion matrix",
                where={"optimizer": "adam", "backend": "numpy"},
            ),
            figure(
                "nothing",
                "line",
                "Nothing to see",
                x="optimizer",
                y="test_accuracy",
                where={"optimizer": "rmsprop"},
            ),
        ],
    )


def figure(name: str, kind: str, title: str, **keys: Any) -> dict[str, Any]:
    """Return a figure table."""
    return {"id": name, "kind": kind, "title": title, **keys}


def neighbours(maker: Maker) -> Suite:
    rng = np.random.default_rng(1)
    ks = [1, 3, 5, 8, 10, 12, 15, 20, 50, 100]
    for backend in ("numpy", "torch", "sklearn"):
        for n, accuracy in ((1000, 0.24), (5000, 0.282), (20000, 0.31), (50000, 0.336)):
            hits = np.random.default_rng(n).random(500) < accuracy
            curve = [accuracy - 0.02 + 0.02 * np.exp(-((np.log(k) - 2) ** 2)) for k in ks]
            colours = np.random.default_rng(2).integers(0, 255, (3, 6, 8, 8, 3))
            panel = {
                "panel_images": colours[:, 0].astype(np.uint8),
                "panel_neighbors": colours[:, 1:].astype(np.uint8),
                "panel_labels": np.array([3, 8, 1], np.uint8),
                "panel_neighbor_labels": rng.integers(0, 9, (3, 5)).astype(np.uint8),
            }
            maker.add(
                "demo-knn",
                "knn",
                {"backend": backend, "device": "cpu", "n_train": n},
                metrics={"best_accuracy": float(hits.mean()), "best_k": 10.0},
                series={"accuracy": Series(ks, curve)},
                arrays={
                    "correct": hits.astype(np.uint8),
                    "nearest_distance": rng.normal(9000 - 400 * np.log(n), 900, 500),
                    **panel,
                },
                data=STAND_IN,
            )
    for implementation, seconds in (("two_loops", 9.4), ("one_loop", 2.1), ("no_loop", 0.081)):
        for n in (1000, 5000):
            raw = [seconds * n / 5000 * (1 + 0.05 * rng.random()) for _ in range(5)]
            maker.add(
                "demo-knn",
                "timing",
                {
                    "backend": "numpy",
                    "device": "cpu",
                    "n_train": n,
                    "implementation": implementation,
                },
                metrics={"seconds": float(np.median(raw))},
                samples={"seconds": raw},
                data=STAND_IN,
            )
    knn = {"experiment": "knn"}
    return suite_of(
        id="demo-knn",
        title="k-NN on CIFAR-10 as the data grows",
        experiment="knn",
        source={"key": "dl-foundation", "section": "1"},
        figures=[
            figure(
                "k",
                "curve",
                "Accuracy against k",
                x="n_neighbors",
                y="accuracy",
                hue="n_train",
                where={**knn, "backend": "numpy"},
            ),
            figure(
                "n",
                "line",
                "Accuracy against N",
                x="n_train",
                y="correct",
                hue="backend",
                where=knn,
                log=["x"],
            ),
            figure(
                "distance",
                "line",
                "Nearest neighbour",
                x="n_train",
                y="nearest_distance",
                where={**knn, "backend": "numpy"},
                log=["x"],
            ),
            figure("panel", "neighbors", "Neighbours", where=knn),
            figure(
                "loops",
                "bars",
                "Search time",
                x="n_train",
                y="seconds",
                hue="implementation",
                where={"experiment": "timing"},
                log=["y"],
            ),
        ],
    )


def rates(maker: Maker) -> Suite:
    rng = np.random.default_rng(3)
    x = np.linspace(0, 10, 40)
    for seed in range(6):
        y = 2 * x + 1 + rng.normal(size=40)
        for lr, weight, bias in ((0.0001, 1.4, 0.2), (0.01, 1.96, 1.03), (0.8, 0.0, 0.0)):
            epochs = list(range(40))
            if lr > 0.5:
                loss = [10.0 ** (4 * epoch) for epoch in range(12)] + [np.inf] * 3 + [np.nan] * 25
            else:
                loss = [100 * np.exp(-lr * 100 * e) + 1 + 0.1 * rng.random() for e in epochs]
            maker.add(
                "demo-rates",
                "train",
                {"backend": "numpy", "device": "cpu", "lr": lr},
                seed,
                status="diverged" if lr > 0.5 else "ok",
                reason="the loss is infinite at epoch 12" if lr > 0.5 else "",
                metrics={
                    "weight_0": np.nan if lr > 0.5 else weight + rng.normal(0, 0.02),
                    "bias_0": np.nan if lr > 0.5 else bias + rng.normal(0, 0.02),
                    "train_loss": np.nan if lr > 0.5 else 1.0,
                    "stability_limit": 0.0297,
                },
                series={"train_loss": Series(epochs, loss)},
                arrays={"fit_x": x, "fit_y": y} if seed == 0 else {},
            )
    return suite_of(
        id="demo-rates",
        title="How the learning rate decides",
        figures=[
            figure("loss", "curve", "Loss", x="epoch", y="train_loss", hue="lr", log=["y"]),
            figure("weight", "line", "Final weight", x="lr", y="weight_0", log=["x"]),
            figure("fits", "fits", "Fitted lines", hue="lr"),
        ],
    )


def tuning(maker: Maker) -> Suite:
    rng = np.random.default_rng(4)
    for split, gain in (("leaky", 0.01), ("clean", 0.0)):
        for lr in (0.001, 0.0005):
            for l2 in (0.1, 0.25, 0.5):
                for seed in range(4):
                    maker.add(
                        "demo-tuning",
                        "train",
                        {"backend": "numpy", "device": "cpu", "split": split, "lr": lr, "l2": l2},
                        seed,
                        metrics={"validation_accuracy": 0.35 + gain + rng.normal(0, 0.004)},
                        arrays={"weights": rng.normal(size=(10, 3072))} if seed == 0 else {},
                        data=STAND_IN,
                    )
    return suite_of(
        id="demo-tuning",
        title="A linear SVM on CIFAR-10",
        figures=[
            figure(
                "grid", "heatmap", "Validation accuracy", x="lr", y="l2", hue="validation_accuracy"
            ),
            figure("templates", "images", "Templates", where={"split": "clean"}),
        ],
    )


def without_figures(suites: Sequence[Suite]) -> tuple[Suite, ...]:
    """Drawing takes most of the time of a page."""
    return tuple(suite.model_copy(update={"figures": ()}) for suite in suites)


def everything() -> tuple[tuple[Suite, ...], FakeArchive]:
    """Return suites with figures of every kind, and the archive behind them."""
    maker = Maker()
    suites = tuple(make(maker) for make in (neighbours, tuning, rates, optimizers))
    return suites, maker.archive()


def plans_of(suites: Sequence[Suite], archive: FakeArchive) -> dict[str, tuple[Case, ...]]:
    """Return a plan per suite."""
    return {s.id: cases_of([r for r in archive.records if r.suite == s.id]) for s in suites}


def verdict(claim: str, name: str, **more: Any) -> Verdict:
    """Return a verdict of suite ``demo-optimizers`` with sensible texts."""
    base: dict[str, Any] = {
        "suite": "demo-optimizers",
        "claim": claim,
        "quote": "Adam (lr=0.001) reaches **97.92%** on the test images",
        "source": "002 section 14",
        "published": "97.92 %",
        "metric": "test_accuracy",
        "rule": "value",
        "verdict": name,
        "reason": "the 90 % interval of the mean lies inside 97.92 % ± 0.30",
        "unit": "fraction",
    }
    return Verdict(**{**base, **more})


def finding(name: str, **more: Any) -> Finding:
    """Return a finding over ten seeds."""
    base: dict[str, Any] = {
        "verdict": name,
        "reason": "the 90 % interval of the mean lies inside 97.92 % ± 0.30",
        "measured": 0.97384,
        "interval": Interval(0.97294, 0.97474, 0.95),
        "n": 10,
        "track": "numpy/cpu",
        "environment": LAPTOP.id,
    }
    return Finding(**{**base, **more})


def ledger() -> tuple[Verdict, ...]:
    """Return verdicts of every name, one of them moved, one on a stand-in."""
    both = (finding("reproduced"), finding("reproduced", track="torch/cpu", measured=0.9741))
    split = (finding("reproduced"), finding("contradicted", track="torch/cpu"))
    return (
        verdict("adam-accuracy", "reproduced", findings=both),
        verdict(
            "saturated-despite-10x",
            "contradicted",
            suite="demo-knn",
            rule="difference",
            quote="Accuracy saturated around **33%** despite a 10x increase in data.",
            source="002 section 1",
            published="no change from N=5,000 to N=50,000",
            reason="the 95 % interval of the paired difference lies above 2 points",
            findings=(
                finding(
                    "contradicted",
                    measured=0.054,
                    interval=Interval(0.012, 0.096, 0.95),
                    n=500,
                    over="examples",
                    data="cifar10-jpeg",
                ),
            ),
            expected="contradicted",
            because="The published curves peak at 28.2 % and 33.6 %.",
        ),
        verdict(
            "tracks-disagree",
            "inconclusive",
            findings=split,
            expected="reproduced",
            because="It held on the reference machine.",
            reason="the tracks disagree: numpy/cpu reproduced, torch/cpu contradicted",
        ),
        verdict(
            "speed",
            "not-comparable",
            unit="ratio",
            reason="published on a GPU; measured on x86_64 AMD EPYC, 2 cores",
            findings=(
                finding(
                    "not-comparable",
                    measured=117.3,
                    interval=Interval(114.0, 121.0, 0.95),
                    n=5,
                    over="runs",
                ),
            ),
        ),
        verdict(
            "explodes",
            "reproduced",
            suite="demo-rates",
            unit="",
            metric="train_loss",
            published="passes 1e33",
            quote="the loss passes 1e33 within 10 epochs",
            findings=(finding("reproduced", measured=float("inf"), interval=None, n=6),),
        ),
        verdict("on-gpu", "not-run", published="", reason="no CUDA device was found"),
    )
