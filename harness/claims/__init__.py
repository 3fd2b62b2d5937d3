"""From records to verdicts. Nothing here runs an experiment or imports torch."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from harness.claims.archive import before
from harness.claims.check import check_claim, rule_of
from harness.claims.decidable import undecidable
from harness.claims.judge import judge, open_cases
from harness.claims.looks import Looks, looks
from harness.claims.select import check_selection
from harness.claims.verdicts import (
    answers,
    by_chance,
    chance_text,
    counts,
    headline,
    q_value_text,
    sentence_counts,
    sentences,
    to_json,
    with_q_values,
)


class _Room(ModuleType):
    """The room as a module that may be called.

    Python users write ``harness.claims("forest")``, and a package has one attribute of a name: the
    room it is, which hands the call to `harness.api`.
    """

    def __call__(self, *names: Any, **options: Any) -> Any:
        """Judge the claims of suites from stored records: `harness.api.claims`."""
        return import_module("harness.api").claims(*names, **options)


sys.modules[__name__].__class__ = _Room

__all__ = [
    "Looks",
    "answers",
    "before",
    "by_chance",
    "chance_text",
    "check_claim",
    "check_selection",
    "counts",
    "headline",
    "judge",
    "looks",
    "open_cases",
    "q_value_text",
    "rule_of",
    "sentence_counts",
    "sentences",
    "to_json",
    "undecidable",
    "with_q_values",
]
