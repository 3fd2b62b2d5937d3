"""Names of axes, metrics and machines in words, and the units of metrics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from harness.numerals import axis_value
from harness.types import Scalar

NAMES: Mapping[str, str] = {
    "accumulate": "batches to an update",
    "accuracy": "accuracy",
    "activation": "activation",
    "backend": "implementation",
    "backward": "backward pass",
    "batch_size": "batch size",
    "best_accuracy": "accuracy at the best k",
    "best_k": "best k",
    "bias_0": "bias",
    "correct": "accuracy",
    "cv_accuracy": "cross-validated accuracy",
    "cv_folds": "folds",
    "data": "data set",
    "dataset": "data set",
    "deviation": "protocol",
    "device": "device",
    "device_peak": "peak device memory",
    "diverged": "share of runs that diverged",
    "dropout": "dropout",
    "epoch": "epoch",
    "epoch_s": "time per epoch",
    "evaluate": "evaluation",
    "experiment": "experiment",
    "first_inf": "first infinite loss at",
    "first_nan": "first undefined loss at",
    "forward_bytes": "memory of one forward pass",
    "function": "function",
    "grad": "graph kept",
    "grew": "share of runs whose loss grew",
    "hidden": "hidden units",
    "implementation": "implementation",
    "init": "initial weights",
    "initial_loss": "initial loss",
    "iteration": "iteration",
    "kernel": "operation",
    "l1": "L1 weight",
    "l2": "L2 weight",
    "latency_s": "inference latency",
    "layer": "layer",
    "loss": "loss",
    "lr": "learning rate",
    "lr_over_limit": "learning rate over the stability limit",
    "machine": "machine",
    "n_neighbors": "number of neighbours k",
    "n_test": "test examples",
    "n_train": "training examples",
    "nearest_distance": "distance to the nearest neighbour",
    "optimizer": "optimizer",
    "outputs": "outputs",
    "parameters": "parameters",
    "reduction": "loss over the batch",
    "retained_bytes": "memory held",
    "sampling": "batches",
    "scale": "scale of the inputs",
    "schedule": "schedule",
    "seconds": "time",
    "solver": "solver",
    "speedup": "speed-up",
    "split": "split",
    "stability_limit": "stability limit 2/λmax",
    "step": "step",
    "step_s": "time per step",
    "synthetic": "data",
    "test_accuracy": "test accuracy",
    "test_loss": "test loss",
    "throughput": "examples per second",
    "train_accuracy": "training accuracy",
    "train_loss": "training loss",
    "validation_accuracy": "validation accuracy",
    "validation_loss": "validation loss",
    "variant": "variant",
    "wall_over_cpu": "wall time / processor time",
    "weight_0": "weight",
    "workload": "workload",
    "zero_grad": "gradients cleared",
}
"""Axes, metrics and series of our own experiments, in words."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "activation": {
        "identity": "no activation",
        "relu": "ReLU",
        "leaky_relu": "leaky ReLU",
        "gelu": "GELU",
    },
    "backend": {"numpy": "NumPy", "torch": "PyTorch", "sklearn": "scikit-learn"},
    "device": {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"},
    "hidden": {"none": "none"},
    "init": {"": "default"},
    "loss": {"mse": "MSE", "l1": "L1", "huber": "Huber"},
    "sampling": {"epoch": "shuffled", "none": "in one order", "sorted": "sorted by class"},
    "solver": {"lstsq": "least squares"},
    "optimizer": {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"},
}
"""Values of axes that are written otherwise than as they stand in suites."""
VALUES = {
    **VALUES,
    "function": {**VALUES["activation"], **VALUES["loss"], "cross_entropy": "cross-entropy"},
}

SHORT: Mapping[str, str] = {
    "n_train": "N",
    "n_test": "M",
    "batch_size": "batch",
    "cv_folds": "folds",
}
"""What stands before a value in place of the name: one letter with an equals sign."""

NAMELESS = frozenset(
    {
        "activation",
        "backend",
        "deviation",
        "device",
        "experiment",
        "function",
        "implementation",
        "machine",
        "optimizer",
        "split",
        "transfer",
        "variant",
    }
)
"""Axes whose values need no name beside them."""


Words = Mapping[str, str]
NO_WORDS: Words = {}
_KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
_OPTION = re.compile(r"(\w+)=(\S+)")
_NEIGHBOURS = re.compile(r"(cv_)?accuracy_k(\d+)")
_KINDS = re.compile(
    r"(?:^|(?<=, ))(?:(?:x86_64|aarch64|arm64)(?:-cpu)? |cuda:|mps:)|\(R\)| Processor\b"
)
_CORES = re.compile(r"(\d+) cores?")
_MODEL = re.compile(r"\b([A-Z]{1,2}\d{1,4}[A-Za-z]*|RTX \d+\w*|M\d\w*)\b")


def known(name: str) -> bool:
    """Whether there are words for an axis, metric or series, so that suites need give none."""
    return name in NAMES or bool(_NEIGHBOURS.fullmatch(name))


def title(name: str, words: Words = NO_WORDS) -> str:
    """Return an axis, metric or series name in words: ``train_loss`` -> ``training loss``.

    Parameters
    ----------
    name : str
        As suites write it.
    words : mapping of str to str
        What the figure at hand calls names; they go first.
    """
    if name in words:
        return words[name]
    if name in NAMES:
        return NAMES[name]
    neighbours = _NEIGHBOURS.fullmatch(name)
    if neighbours:
        return f"{'cross-validated ' if neighbours[1] else ''}accuracy, k = {neighbours[2]}"
    return name.replace("_", " ").strip()


def axis_title(name: str, unit: str = "", words: Words = NO_WORDS) -> str:
    """Return `title` with a capital, and the unit where ticks do not carry it."""
    found = title(name, words)
    return found[:1].upper() + found[1:] + (" (ratio)" if unit == "ratio" else "")


def setting(name: str, value: Scalar, words: Words = NO_WORDS) -> str:
    """Return one setting as a sentence has it: ``Adam``, ``learning rate 0.01``, ``N = 5,000``."""
    text = entry(name, value)
    if name in NAMELESS:
        return text
    if name in SHORT:
        return f"{SHORT[name]} = {text}" if len(SHORT[name]) == 1 else f"{SHORT[name]} {text}"
    return f"{title(name, words)} {text}"


def entry(name: str, value: Scalar) -> str:
    """Return the value of an axis alone, as under a heading that names the axis."""
    return machine(str(value)) if name == "machine" else in_words(value, name)


def in_words(value: Scalar, name: str = "") -> str:
    """Return the value of an axis as a reader writes it; of a key its words: ``"two loops"``."""
    text = axis_value(value)
    words = VALUES.get(name, {})
    if text in words:
        return words[text]
    head, *options = text.split(" ")
    if options and all(_OPTION.fullmatch(option) for option in options):
        # "sgd dampening=0.9 momentum=0.9": a table with more than a name
        named = [_OPTION.sub(r"\1 \2", option).replace("_", " ") for option in options]
        return ", ".join([words.get(head, head), *named])
    return text.replace("_", " ") if _KEY.fullmatch(text) else text


def unit_of(metric: str) -> str:
    """Return the unit of a metric, as claims write it, from its name."""
    if metric in {"correct", "diverged", "grew"} or re.search(r"(^|_)accuracy(_k\d+)?$", metric):
        return "fraction"
    if metric == "seconds" or metric.endswith("_s"):
        return "seconds"
    return "bytes" if metric == "device_peak" or metric.endswith("_bytes") else ""


def machine(hardware: str) -> str:
    """Return hardware in the words of a sentence: ``"AMD EPYC, 2 cores"``."""
    return _KINDS.sub("", hardware)


def short(device: str, hardware: str) -> str:
    """Return the device of a machine in few words: ``"2-core CPU"``, ``"H100"``."""
    parts = machine(hardware).split(", ")
    others = [part for part in parts[1:] if not _CORES.fullmatch(part)]
    if device not in ("", "cpu") and others:
        model = _MODEL.search(others[0])
        return model[1] if model else others[0]
    cores = _CORES.search(hardware)
    return f"{cores[1]}-core CPU" if cores else machine(hardware)


def shorts(places: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Return (device, hardware) to few words; to all of them where the few are not enough."""
    found = {place: short(*place) for place in dict.fromkeys(places)}
    if len(set(found.values())) == len(found):
        return found
    return {
        (device, hardware): f"{machine(hardware)}, {device}".removesuffix(", ")
        for device, hardware in found
    }
