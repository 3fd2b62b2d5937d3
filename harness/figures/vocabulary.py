"""What settings, metrics and their values are called in pictures and tables."""

from __future__ import annotations

from collections.abc import Mapping

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
