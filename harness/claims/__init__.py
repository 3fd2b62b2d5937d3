"""From records to verdicts. Nothing here runs an experiment or imports torch."""

from harness.claims.check import check_claim, rule_of
from harness.claims.control import control
from harness.claims.judge import judge
from harness.claims.select import check_selection
from harness.claims.verdicts import counts, to_json

__all__ = ["check_claim", "check_selection", "control", "counts", "judge", "rule_of", "to_json"]
