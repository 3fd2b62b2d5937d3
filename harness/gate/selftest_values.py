"""What the gate's test of itself found, as the report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.types import Interval


@dataclass(frozen=True)
class SelftestRow:
    """What became of slow-downs of one size.

    Attributes
    ----------
    planted : float
        Relative slow-down of the head, 0.05 for 5 %; 0 is A against A.
    decisions : int
        Cases decided, 1 or more; the counts that follow add up to it.
    regressed, ok, improved, inconclusive, other : int
        How many got which verdict.
    caught : Interval
        Clopper-Pearson interval of the share of `regressed`; where nothing was planted it is that
        of false alarms.
    rival_flagged : int
        How many of the same `decisions` pytest-benchmark's own comparison would have failed.
    rival : Interval
        Of their share.
    """

    planted: float
    decisions: int
    regressed: int
    ok: int
    improved: int
    inconclusive: int
    other: int
    caught: Interval
    rival_flagged: int
    rival: Interval


@dataclass(frozen=True)
class SelftestView:
    """A self-test of the gate.

    Attributes
    ----------
    rows : tuple of SelftestRow
        In the order shown.
    hardware : str
        The machine.
    measured : str
        When, ISO 8601.
    commit : str
        Of the harness.
    pairs : int
        Pairs a case could take at most.
    note : str
        What the reader should know, in whole sentences; ``""`` for nothing.
    """

    rows: tuple[SelftestRow, ...]
    hardware: str
    measured: str
    commit: str
    pairs: int
    note: str = ""
