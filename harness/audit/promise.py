"""What two records of one cell are promised to have in common."""

from __future__ import annotations

from typing import Literal

from harness.devices import DEVICES
from harness.types import Environment, Record

Promise = Literal["bits", "distribution"]
"""All stages, bit for bit; or numbers of one distribution over seeds."""


def promised(one: Record, other: Record, here: Environment, there: Environment) -> Promise:
    """Return what holds between two records, given where each was measured.

    On a processor, in one environment class, a cell repeats bit for bit, however many run beside
    it. An accelerator adds in an order of its own, and so may another library, processor or number
    of cells that are trained together.
    """
    devices = {str(record.axes.get("device", "")) for record in (one, other)}
    host = len(devices) == 1 and all(_is_host(name) for name in devices)
    same = here.klass == there.klass and one.mode == other.mode
    return "bits" if host and same and _one_count(here, there) else "distribution"


def _is_host(device: str) -> bool:
    """Whether what computes is the processor; an experiment without a device has no other."""
    return not device or DEVICES.get(device).host


def _one_count(here: Environment, there: Environment) -> bool:
    """Whether the BLAS has as many threads in both; older snapshots do not say."""
    known = {e.facts["blas_threads"] for e in (here, there) if "blas_threads" in e.facts}
    return len(known) < 2
