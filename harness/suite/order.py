"""The order in which suites are shown: the headline, other experiments, facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from harness.suite.documents import Library
from harness.suite.schema import Suite

Tier = Literal["headline", "experiments", "facts"]
TIERS: tuple[Tier, ...] = ("headline", "experiments", "facts")


def tier(suite: Suite, library: Library) -> Tier:
    """Return where a suite is shown.

    The headline is what the documents name; facts are what probes alone can tell, which takes
    neither training nor a clock.
    """
    if suite.id in library.headline:
        return "headline"
    return "facts" if suite.tells_facts else "experiments"


def rank(suite: Suite, library: Library) -> tuple[int, ...]:
    """Return the sort key of a suite among all of its tree: by tier, then by document."""
    own = tier(suite, library)
    if own == "headline":
        return TIERS.index(own), library.headline.index(suite.id)
    keys: Sequence[str] = [*library.documents]
    key = suite.source.key if suite.source else ""
    return TIERS.index(own), keys.index(key) if key in keys else len(keys)
