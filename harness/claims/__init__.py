"""From records to verdicts. Nothing here runs an experiment or imports torch."""

from harness.claims.chance import by_chance, q_told, with_q_values
from harness.claims.check import check_claim, rule_of
from harness.claims.decidable import undecidable
from harness.claims.edited import before
from harness.claims.judge import judge, open_cases
from harness.claims.looks import Looks, looks
from harness.claims.select import check_selection
from harness.claims.sentences import Sentence, answers, sentences, told
from harness.claims.verdicts import counts, to_json

__all__ = [
    "Looks",
    "Sentence",
    "answers",
    "before",
    "by_chance",
    "check_claim",
    "check_selection",
    "counts",
    "judge",
    "looks",
    "open_cases",
    "q_told",
    "rule_of",
    "sentences",
    "to_json",
    "told",
    "undecidable",
    "with_q_values",
]
