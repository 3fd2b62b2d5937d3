"""Scenarios of getting numbers out of tensors and arrays into them, and of printing them."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.probe.documents.facts.outcomes import raises
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup


def extraction(setup: Setup) -> Mapping[str, float]:
    """The weights of a linear layer, one row, and its bias, as plain Python and as NumPy."""
    from torch import nn

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


def numpy_bridge(setup: Setup) -> Mapping[str, float]:
    """An array as a tensor and back: one memory, both ways, without a change of any bit."""
    import torch

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


def log_format(setup: Setup) -> Mapping[str, float]:  # noqa: ARG001
    """Width of an epoch's number under the format ``:3d``, one digit to four."""
    widths = {digits: len(f"{10 ** (digits - 1):3d}") for digits in range(1, 5)}
    return {f"width_of_{digits}_digits": width for digits, width in widths.items()}


def argmax(setup: Setup) -> Mapping[str, float]:
    """The class of the largest score, of scores and of their softmax, in float64."""
    import torch

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


SCENARIOS: Mapping[str, Scenario] = {
    "extraction": Scenario(
        (
            "item_is_float",
            "item_of_many_raises",
            "list_is_of_floats",
            "list_length",
            "attached_requires_grad",
            "detached_requires_grad",
            "detached_has_graph",
            "attached_list_raises",
            "attached_numpy_raises",
            "detached_numpy_raises",
            "detached_shares_memory",
        ),
        extraction,
    ),
    "numpy_bridge": Scenario(
        ("unchanged", "array_sees_tensor", "tensor_sees_array", "tensor_copies"), numpy_bridge
    ),
    "log_format": Scenario(
        tuple(f"width_of_{digits}_digits" for digits in range(1, 5)), log_format
    ),
    "argmax": Scenario(
        ("is_most_probable", "differs_from_argmax_of_scores", "is_whole", "highest"), argmax
    ),
}
