"""The table of rules: one rule is one record in the module of its family, and one entry here."""

from __future__ import annotations

from harness.claims.rules import order, sizes, trend
from harness.claims.rules.rule import Rule
from harness.registry import Registry, named

RULES: Registry[Rule] = named(
    "rule",
    (
        sizes.VALUE,
        sizes.EXACT,
        sizes.RANGE,
        sizes.DIFFERENCE,
        sizes.RATIO,
        sizes.FREQUENCY,
        trend.TREND,
        order.BETTER,
        order.BEST,
    ),
)
