"""From records to verdicts. Nothing here runs an experiment or imports torch."""

from harness.claims.chance import by_chance, with_q_values
from harness.claims.check import check_claim, rule_of
from harness.claims.judge import judge
from harness.claims.select import check_selection
from harness.claims.verdicts import counts, to_json

__all__ = [
    "by_chance",
    "check_claim",
    "check_selection",
    "counts",
    "judge",
    "rule_of",
    "to_json",
    "with_q_values",
]
