"""Scenarios of data sets and loaders, of torch and torchvision."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator

import harness
from harness.datasets import vision
from harness.datasets.dataset import Dataset
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "batches": "fixed",
        "last_size": "fixed",
        "batches_with_drop_last": "fixed",
        "examples_with_drop_last": "fixed",
        "averaging_error": "fixed",
        "totals_error": "fixed",
    },
    backends=["torch"],
)
def last_batch(
    rng: Generator, device: str, rows: int = 64, examples: int = 1003
) -> Mapping[str, float]:
    """Batches of `rows` from `examples` examples, of which only the last batch is wrong."""
    from torch.utils.data import DataLoader

    setup = Setup(rng, device, rows=rows, examples=examples)
    correct = np.ones(setup.examples)
    full = setup.examples // setup.rows * setup.rows
    correct[full:] = 0.0
    loader: DataLoader[Any] = DataLoader(correct, batch_size=setup.rows)  # type: ignore[arg-type]
    whole: DataLoader[Any] = DataLoader(correct, batch_size=setup.rows, drop_last=True)  # type: ignore[arg-type]
    batches = [batch.numpy() for batch in loader]
    accuracy = correct.mean()
    totals = sum(batch.sum() for batch in batches) / sum(len(batch) for batch in batches)
    return {
        "batches": len(loader),
        "last_size": len(batches[-1]),
        "batches_with_drop_last": len(whole),
        "examples_with_drop_last": sum(len(batch) for batch in whole),
        "averaging_error": abs(np.mean([batch.mean() for batch in batches]) - accuracy),
        "totals_error": abs(totals - accuracy),
    }


@harness.experiment(
    metrics={"loaded_by_main_process": "fixed", "fork_is_default": "fixed"},
    backends=["torch"],
)
def worker_processes(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """Which process loads the data without workers, and how this platform would start some."""
    from torch.utils.data import DataLoader, Dataset

    setup = Setup(rng, device, rows=rows)

    class Who(Dataset[int]):
        def __len__(self) -> int:
            return setup.rows

        def __getitem__(self, _index: int) -> int:
            return os.getpid()

    loaded = {int(pid) for batch in DataLoader(Who(), num_workers=0) for pid in batch}
    return {
        "loaded_by_main_process": loaded == {os.getpid()},
        "fork_is_default": multiprocessing.get_all_start_methods()[0] == "fork",
    }


@harness.experiment(
    metrics={
        "channels": "fixed",
        "height": "fixed",
        "width": "fixed",
        "smallest": "positive",
        "largest": "fixed",
        "is_float32": "fixed",
        "scaling_error": "fixed",
    },
    backends=["torch"],
)
def to_tensor(rng: Generator, device: str) -> Mapping[str, float]:
    """``ToTensor`` of a picture of bytes, height x width x channels."""
    setup = Setup(rng, device)
    transforms = _transforms("scenario to_tensor")
    picture = setup.rng.integers(256, size=(4, 6, 3), dtype=np.uint8)
    picture[0, 0, 0], picture[0, 0, 1] = 0, 255
    tensor = transforms.ToTensor()(picture)
    return {
        "channels": tensor.shape[0],
        "height": tensor.shape[1],
        "width": tensor.shape[2],
        "smallest": tensor.min(),
        "largest": tensor.max(),
        "is_float32": tensor.numpy().dtype == np.float32,
        "scaling_error": np.abs(tensor.numpy() - picture.transpose(2, 0, 1) / 255.0).max(),
    }


@harness.experiment(
    metrics={
        "length": "fixed",
        "item_length": "fixed",
        "label_is_int": "fixed",
        "image_elements": "fixed",
        "transforms_before_access": "fixed",
        "transforms_after_one_access": "fixed",
    },
    backends=["torch"],
)
def vision_dataset(dataset: Dataset) -> Mapping[str, float]:
    """Torchvision's ``MNIST`` over the suite's data: its length, an item, when it transforms."""
    import torch

    transforms, calls = _transforms("scenario vision_dataset"), [0]

    def counted(picture: Any) -> Any:
        calls[0] += 1
        return transforms.ToTensor()(picture)

    data = object.__new__(vision.datasets("MNIST").MNIST)  # the archives are decoded already
    data.data = torch.from_numpy(np.array(dataset.x_train[:, 0]))
    data.targets = torch.from_numpy(np.asarray(dataset.y_train, np.int64))
    data.transform, data.target_transform = counted, None
    before, item = calls[0], data[0]
    return {
        "length": len(data),
        "item_length": len(item),
        "label_is_int": isinstance(item[1], int),
        "image_elements": item[0].numel(),
        "transforms_before_access": before,
        "transforms_after_one_access": calls[0],
    }


def _transforms(asked_by: str) -> Any:
    vision.datasets(asked_by)  # copes with mismatched builds
    return importlib.import_module("torchvision.transforms")
