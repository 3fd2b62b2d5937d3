"""The global state of torch, where it is loaded; nothing here imports it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from harness.execute.state_parts import Part


def torch_parts() -> list[Part]:
    """Return what a cell may change of torch: nothing where it is not loaded."""
    torch = sys.modules.get("torch")
    return [] if torch is None else [Part(*one) for one in _known(torch) if _answers(one[1])]


def _answers(get: Callable[[], Any]) -> bool:
    """Whether this version of torch has it."""
    with contextlib.suppress(Exception):
        get()
        return True
    return False


def _known(torch: Any) -> Iterator[tuple[Any, ...]]:
    def put_draws(old: bytes) -> None:
        torch.set_rng_state(torch.frombuffer(bytearray(old), dtype=torch.uint8))

    def put_precise(old: tuple[bool, bool]) -> None:
        torch.use_deterministic_algorithms(old[0], warn_only=old[1])

    def put_cudnn(old: tuple[bool, ...]) -> None:
        cudnn.enabled, cudnn.benchmark, cudnn.deterministic = old

    cudnn = torch.backends.cudnn
    yield "torch's random numbers", lambda: torch.get_rng_state().numpy().tobytes(), put_draws
    yield "torch's draws on cuda", lambda: _cuda(torch), lambda _: _seed_cuda(torch)
    yield "torch's default dtype", torch.get_default_dtype, torch.set_default_dtype
    yield "torch's default device", lambda: str(torch.get_default_device())
    yield "torch's threads", torch.get_num_threads, torch.set_num_threads
    yield "torch's other threads", torch.get_num_interop_threads
    yield "torch's deterministic algorithms", lambda: _precise(torch), put_precise
    yield "torch's gradients", torch.is_grad_enabled, torch.set_grad_enabled
    yield "torch's inference mode", torch.is_inference_mode_enabled
    yield "torch's anomaly mode", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly
    yield (
        "torch's precision of products",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    )
    yield "cudnn", lambda: (cudnn.enabled, cudnn.benchmark, cudnn.deterministic), put_cudnn
    yield "torch's autocast on cpu", lambda: torch.is_autocast_enabled("cpu")
    yield "torch's autocast on cuda", lambda: torch.is_autocast_enabled("cuda")


def _precise(torch: Any) -> tuple[bool, bool]:
    on = torch.are_deterministic_algorithms_enabled()
    return on, torch.is_deterministic_algorithms_warn_only_enabled()


def _cuda(torch: Any) -> list[tuple[int, bytes]]:
    """Return what the generators of GPUs in use have drawn; none before the first use."""
    if not torch.cuda.is_initialized():
        return []
    fresh = torch.Generator("cuda").manual_seed(torch.default_generator.initial_seed())
    expected = fresh.get_state().numpy().tobytes()
    states = [one.get_state().numpy().tobytes() for one in torch.cuda.default_generators]
    return [(number, state) for number, state in enumerate(states) if state != expected]


def _seed_cuda(torch: Any) -> None:
    """Make the generators of GPUs what they are when a process first uses them."""
    for one in torch.cuda.default_generators:
        one.manual_seed(torch.default_generator.initial_seed())
