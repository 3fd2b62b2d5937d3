"""What the report shows of the self-test."""

from __future__ import annotations

from dataclasses import dataclass

from harness.types import Interval


@dataclass(frozen=True)
class SelftestRow:
    """One planted size; every decision is one of regressed, ok, improved, inconclusive."""

    planted: float
    decisions: int
    regressed: int
    ok: int
    improved: int
    inconclusive: int
    caught: Interval
    rival_flagged: int
    rival: Interval


@dataclass(frozen=True)
class SelftestView:
    """All sizes of one machine."""

    rows: tuple[SelftestRow, ...]
    hardware: str
    measured: str
    commit: str
    pairs: int
    note: str
