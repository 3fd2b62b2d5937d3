"""Constructed suites with their records: figures of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from fake_results import MNIST, STAND_IN, FakeArchive, Maker, suite_of

from harness.suite.schema import Suite
from harness.types import (
    Series,
)


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
        question="Is Adam more accurate than SGD?",
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
    """Return the suites with nothing to draw: drawing takes most of the time of a page."""
    return tuple(suite.model_copy(update={"figures": ()}) for suite in suites)


def everything() -> tuple[tuple[Suite, ...], FakeArchive]:
    """Return suites with figures of every kind, and the archive behind them."""
    maker = Maker()
    suites = tuple(make(maker) for make in (neighbours, tuning, rates, optimizers))
    return suites, maker.archive()
