"""The table of rules: one rule is one function and one entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.claims.rules import exact, frequency, order, sizes, trend
from harness.claims.rules.base import Evidence
from harness.types import Finding

RULES: Mapping[str, Callable[[Evidence], Finding]] = {
    "value": sizes.value,
    "range": sizes.mean_range,
    "difference": sizes.difference,
    "ratio": sizes.ratio,
    "exact": exact.exact,
    "frequency": frequency.frequency,
    "trend": trend.trend,
    "better": order.better,
    "best": order.best,
}
"""Rule name, as `harness.claims.check.rule_of` returns it, to the function that judges."""
