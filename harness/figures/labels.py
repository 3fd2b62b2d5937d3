"""Names of axes and metrics in words, and the units of metrics."""

from __future__ import annotations

import re

from harness.numerals import axis_value
from harness.types import Scalar

_WORDS = {
    "accuracy": "accuracy",
    "batch_size": "batch size",
    "best_accuracy": "accuracy at the best k",
    "best_k": "best k",
    "bias_0": "bias",
    "correct": "accuracy",
    "cv_accuracy": "cross-validated accuracy",
    "cv_folds": "folds",
    "data": "data set",
    "device_peak": "peak device memory",
    "diverged": "share of runs that diverged",
    "epoch_s": "time per epoch",
    "first_inf": "first infinite loss at",
    "first_nan": "first undefined loss at",
    "forward_bytes": "memory of one forward pass",
    "grad": "graph kept",
    "grew": "share of runs whose loss grew",
    "hidden": "hidden units",
    "initial_loss": "initial loss",
    "l2": "L2 weight",
    "latency_s": "inference latency",
    "lr": "learning rate",
    "lr_over_limit": "learning rate / stability limit",
    "n_neighbors": "number of neighbours k",
    "n_test": "test examples",
    "n_train": "training examples",
    "nearest_distance": "distance to the nearest neighbour",
    "parameters": "parameters",
    "seconds": "time",
    "split": "split",
    "stability_limit": "stability limit 2/λmax",
    "step_s": "time per step",
    "throughput": "examples per second",
    "train_loss": "training loss",
    "wall_over_cpu": "wall time / processor time",
    "weight_0": "weight",
}
_SHORT = {"n_train": "N", "n_test": "M", "batch_size": "batch", "cv_folds": "folds"}
_NAMELESS = {
    "backend",
    "deviation",
    "device",
    "experiment",
    "implementation",
    "machine",
    "optimizer",
    "split",
    "transfer",
}


def title(name: str) -> str:
    """Return an axis, metric or series name in words: ``train_loss`` -> ``training loss``."""
    if name in _WORDS:
        return _WORDS[name]
    neighbours = re.fullmatch(r"(cv_)?accuracy_k(\d+)", name)
    if neighbours:
        return f"{'cross-validated ' if neighbours[1] else ''}accuracy, k = {neighbours[2]}"
    return name.replace("_", " ").strip()


def axis_title(name: str, unit: str = "") -> str:
    """Return `title` with a capital, and the unit where ticks do not carry it."""
    words = title(name)
    return words[:1].upper() + words[1:] + (" (ratio)" if unit == "ratio" else "")


def setting(name: str, value: Scalar) -> str:
    """Return one setting as a legend writes it: ``adam``, ``learning rate 0.01``, ``N = 5,000``."""
    text = machine(str(value)) if name == "machine" else in_words(value)
    if name in _NAMELESS:
        return text
    if name in _SHORT:
        return f"{_SHORT[name]} = {text}" if len(_SHORT[name]) == 1 else f"{_SHORT[name]} {text}"
    return f"{title(name)} {text}"


_KINDS = re.compile(
    r"(?:^|(?<=, ))(?:(?:x86_64|aarch64|arm64)(?:-cpu)? |cuda:|mps:)|\(R\)| Processor\b"
)
_KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")


def machine(hardware: str) -> str:
    """Return hardware in the words of a sentence: ``"AMD EPYC, 2 cores"``."""
    return _KINDS.sub("", hardware)


def in_words(value: Scalar) -> str:
    """Return the value of an axis as a reader writes it; of a key its words: ``"two loops"``."""
    text = axis_value(value)
    return text.replace("_", " ") if _KEY.fullmatch(text) else text


def unit_of(metric: str) -> str:
    """Return the unit of a metric, as claims write it, from its name."""
    if metric in {"correct", "diverged", "grew"} or re.search(r"(^|_)accuracy(_k\d+)?$", metric):
        return "fraction"
    if metric == "seconds" or metric.endswith("_s"):
        return "seconds"
    return "bytes" if metric == "device_peak" or metric.endswith("_bytes") else ""
