"""Whether other work on the machine disturbed a pair."""

from __future__ import annotations

import math

from harness.gate.values import Pair, Sample

WAITED = 0.25
"""Share of a measurement spent ready to run and not running from which it counts as disturbed."""
SPEED = 1.5
"""Ratio of the machine's speeds beside the two measurements from which the pair does."""
SHARE = 0.5
"""Share of disturbed pairs from which no verdict is given on their times."""


def disturbed(pair: Pair) -> bool:
    """Return whether other work is known to have kept a pair from its processor."""
    return _changed(pair) or any(waited_share(side) > WAITED for side in (pair.base, pair.head))


def waited_share(sample: Sample) -> float:
    """Return the share of a measurement in which the process waited for a processor.

    Where the system does not say, what the wall clock has beyond processor time: a test that
    sleeps is then taken for a disturbed one, and `disturbed` errs towards "inconclusive".
    """
    if not sample.wall > 0:
        return 0.0
    waited = sample.waited if math.isfinite(sample.waited) else sample.wall - sample.cpu
    return waited / sample.wall


def _changed(pair: Pair) -> bool:
    base, head = pair.base.spin, pair.head.spin
    return base > 0 and head > 0 and max(base, head) > SPEED * min(base, head)
