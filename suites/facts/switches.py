"""Facts of what watches autograd or switches it off: hooks, gradient modes, export."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.setups import Setup

if TYPE_CHECKING:
    pass

LR = 0.1


@harness.experiment(
    metrics={
        "arguments": "fixed",
        "first_is_module": "fixed",
        "gradients_of_inputs": "fixed",
        "first_has_shape_of_input": "fixed",
        "full_gradients_of_inputs": "fixed",
        "full_first_has_shape_of_input": "fixed",
    },
    backends=["torch"],
)
def backward_hooks(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """What ``register_backward_hook`` and its successor hand to a function."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    seen: dict[str, tuple[Any, ...]] = {}

    def note(name: str) -> Any:
        def hook(*arguments: Any) -> None:
            seen[name] = arguments

        return hook

    x = setup.normal(setup.rows, setup.inputs).requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the first of the two is deprecated
        for register in ("register_backward_hook", "register_full_backward_hook"):
            layer = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
            getattr(layer, register)(note(register))
            layer(x).sum().backward()
    legacy, full = seen["register_backward_hook"], seen["register_full_backward_hook"]
    return {
        "arguments": len(legacy),
        "first_is_module": isinstance(legacy[0], nn.Linear),
        "gradients_of_inputs": len(legacy[1]),
        "first_has_shape_of_input": legacy[1][0].shape == x.shape,
        "full_gradients_of_inputs": len(full[1]),
        "full_first_has_shape_of_input": full[1][0].shape == x.shape,
    }


@harness.experiment(
    metrics={
        "tracks_when_off": "fixed",
        "restored": "fixed",
        "on_in_another_thread": "fixed",
        "off_after_error": "fixed",
        "no_grad_calls": "fixed",
    },
    backends=["torch"],
)
def gradient_switch(rng: Generator, device: str) -> Mapping[str, float]:
    """``set_grad_enabled`` by hand: what it reaches, and what an error leaves behind."""
    import torch

    setup = Setup(rng, device)
    seen: list[bool] = []
    w = setup.normal(2).requires_grad_()
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    tracked = (w * 2).requires_grad
    thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
    thread.start()
    thread.join()
    torch.set_grad_enabled(before)
    return {
        "tracks_when_off": tracked,
        "restored": torch.is_grad_enabled() == before,
        "on_in_another_thread": seen[0],
        "off_after_error": _off_after_error(),
        "no_grad_calls": _calls_of_no_grad(),
    }


def _off_after_error() -> float:
    """Return 1 if a function that saves, switches and restores leaves gradients off on an error."""
    import torch

    def evaluate() -> None:
        previous = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        raise ValueError("an error of the evaluation")
        torch.set_grad_enabled(previous)

    raises(evaluate)
    off = not torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return float(off)


def _calls_of_no_grad() -> int:
    """Return how often entering and leaving ``no_grad`` calls ``set_grad_enabled``."""
    import torch

    calls, own = [], torch.set_grad_enabled

    def counted(mode: bool) -> Any:
        calls.append(mode)
        return own(mode)

    torch.set_grad_enabled = counted  # type: ignore[assignment, misc]
    try:
        with torch.no_grad():
            pass
    finally:
        torch.set_grad_enabled = own  # type: ignore[misc]
    return len(calls)


@harness.experiment(
    metrics={"traces_by_default": "fixed"},
    backends=["torch"],
)
def onnx_default() -> Mapping[str, float]:
    """Whether ``torch.onnx.export`` traces unless told otherwise (``dynamo = False``)."""
    import torch

    keyword = inspect.signature(torch.onnx.export).parameters.get("dynamo")
    return {"traces_by_default": keyword is None or not keyword.default}
