"""The workload ``kernel`` of experiment ``timing``: what is asked, a call to time and its check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.config.experiments import Settings, Timing
from harness.devices import DEVICES
from harness.errors import Skip, UsageError
from harness.experiments.experiment import Context, read_params
from harness.experiments.timing.kernels import (
    KERNELS,
    Call,
    Kernel,
    Setup,
    Variant,
    disagreement,
    on_host,
)
from harness.words import unknown

METRICS = frozenset({"seconds", "disagreement"})


@dataclass(frozen=True)
class Prepared:
    """A call to time.

    Attributes
    ----------
    call : callable
        Carries the operation out.
    disagreement : callable
        Returns by how much the results of a call made before the clock started differ from the
        reference, and raises a `HarnessError` if that is too much. It computes the reference,
        which is no company for a clock: call it when the clock has stopped.
    processes : bool
        Whether the call starts processes.
    """

    call: Call
    disagreement: Callable[[], float]
    processes: bool = False


def prepare(context: Context) -> Prepared:
    """Return the call to time, made once, and the check of what it gave.

    Raises
    ------
    UsageError
        If kernel, variant or ``[params]`` are not valid.
    Skip
        If the device or its arithmetic is not here.
    """
    kernel, variant, params = _chosen(context.settings, context.backend.name)
    reason = context.backend.absent(context.device)
    if reason is not None:
        raise Skip(reason)
    DEVICES.get(context.device).check(getattr(params, "precision", ""), "[params] precision")
    arrays = kernel.inputs(params, context.streams.generator("probe"))
    setup = Setup(context.backend, context.device, params, arrays)
    call = variant(setup)
    found = on_host(setup, call())
    return Prepared(call, lambda: disagreement(kernel, setup, found), kernel.processes)


def is_kernel(timing: Timing | None) -> bool:
    """Whether a kernel is to be timed."""
    return timing is not None and timing.workload == "kernel"


def complaints(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    timing = settings.timing or Timing()
    try:
        kernel = KERNELS.get(timing.kernel)
    except UsageError as error:
        yield ("timing", "kernel"), str(error)
        return
    if timing.variant not in kernel.names():
        yield ("timing", "variant"), unknown("variant", timing.variant, kernel.names())
    try:
        _params(kernel, settings)
    except UsageError as error:
        yield ("params",), str(error)


def offers(settings: Settings, backend: str, device: str) -> bool:
    """Whether a backend has the variant for a device; True for what `complaints` refuses."""
    timing = settings.timing or Timing()
    if timing.kernel not in KERNELS:
        return True
    kernel = KERNELS.get(timing.kernel)
    known = timing.variant in kernel.variants.get(backend, {})
    return (known or timing.variant not in kernel.names()) and device in kernel.devices


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the kernel knows."""
    timing = settings.timing or Timing()
    if timing.kernel not in KERNELS:
        return frozenset()
    return frozenset(KERNELS.get(timing.kernel).params.model_fields)


def _chosen(settings: Settings, backend: str) -> tuple[Kernel, Variant, Any]:
    timing = settings.timing or Timing()
    kernel = KERNELS.get(timing.kernel)
    variants = kernel.variants.get(backend, {})
    if timing.variant not in variants:
        raise UsageError(unknown(f"{backend} variant", timing.variant, variants))
    return kernel, variants[timing.variant], _params(kernel, settings)


def _params(kernel: Kernel, settings: Settings) -> Any:
    return read_params(kernel.params, settings.params, f"kernel {kernel.name!r}")
