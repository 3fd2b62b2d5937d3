"""Scenarios of getting numbers out of tensors and arrays into them, and of printing them."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "item_is_float": "fixed",
        "item_of_many_raises": "fixed",
        "list_is_of_floats": "fixed",
        "list_length": "fixed",
        "attached_requires_grad": "fixed",
        "detached_requires_grad": "fixed",
        "detached_has_graph": "fixed",
        "attached_list_raises": "fixed",
        "attached_numpy_raises": "fixed",
        "detached_numpy_raises": "fixed",
        "detached_shares_memory": "fixed",
    },
    backends=["torch"],
)
def extraction(rng: Generator, device: str, inputs: int = 784) -> Mapping[str, float]:
    """The weights of a linear layer, one row, and its bias, as plain Python and as NumPy."""
    from torch import nn

    setup = Setup(rng, device, inputs=inputs)
    layer = nn.Linear(setup.inputs, 1).to(setup.device)
    row = layer.weight[0]
    return {
        "item_is_float": isinstance(layer.bias.item(), float),
        "item_of_many_raises": raises(lambda: layer.weight.item()) if setup.inputs > 1 else 0,
        "list_is_of_floats": all(isinstance(w, float) for w in row.detach().tolist()),
        "list_length": len(row.detach().tolist()),
        "attached_requires_grad": row.requires_grad,
        "detached_requires_grad": row.detach().requires_grad,
        "detached_has_graph": row.detach().grad_fn is not None,
        "attached_list_raises": raises(lambda: row.tolist()),
        "attached_numpy_raises": raises(lambda: row.cpu().numpy()),
        "detached_numpy_raises": raises(lambda: row.detach().cpu().numpy()),
        "detached_shares_memory": row.detach().data_ptr() == row.data_ptr(),
    }


@harness.experiment(
    metrics={
        "unchanged": "fixed",
        "array_sees_tensor": "fixed",
        "tensor_sees_array": "fixed",
        "tensor_copies": "fixed",
    },
    backends=["torch"],
)
def numpy_bridge(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784
) -> Mapping[str, float]:
    """An array as a tensor and back: one memory, both ways, without a change of any bit."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs)
    array = setup.rng.standard_normal((setup.rows, setup.inputs))
    before = array.copy()
    tensor = torch.from_numpy(array)
    back = tensor.numpy()
    same = bool((back == before).all()) and back.dtype == before.dtype
    tensor[0, 0] = 7.0
    array[-1, -1] = -7.0
    return {
        "unchanged": same,
        "array_sees_tensor": array[0, 0] == 7.0,
        "tensor_sees_array": float(tensor[-1, -1]) == -7.0,
        "tensor_copies": torch.tensor(array).data_ptr() != tensor.data_ptr(),
    }


@harness.experiment(
    metrics={
        "width_of_1_digits": "fixed",
        "width_of_2_digits": "fixed",
        "width_of_3_digits": "fixed",
        "width_of_4_digits": "fixed",
    },
    backends=["torch"],
)
def log_format() -> Mapping[str, float]:
    """Width of an epoch's number under the format ``:3d``, one digit to four."""
    widths = {digits: len(f"{10 ** (digits - 1):3d}") for digits in range(1, 5)}
    return {f"width_of_{digits}_digits": width for digits, width in widths.items()}


@harness.experiment(
    metrics={
        "is_most_probable": "fixed",
        "differs_from_argmax_of_scores": "fixed",
        "is_whole": "fixed",
        "highest": "fixed",
    },
    backends=["torch"],
)
def argmax(rng: Generator, device: str, rows: int = 64, outputs: int = 10) -> Mapping[str, float]:
    """The class of the largest score, of scores and of their softmax, in float64."""
    import torch

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    scores = setup.normal(setup.rows, setup.outputs).double()
    p = torch.softmax(scores, dim=1)
    chosen = p.argmax(dim=1)
    largest = p.gather(1, chosen[:, None])[:, 0]
    return {
        "is_most_probable": bool((largest[:, None] >= p).all()),
        "differs_from_argmax_of_scores": int((chosen != scores.argmax(dim=1)).sum()),
        "is_whole": chosen.dtype == torch.int64,
        "highest": int(chosen.max()),
    }
