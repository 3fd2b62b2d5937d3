"""Python: what ``import harness`` offers, see ``docs/python.md``.

Nothing here computes anything: every function hands what it is given to the rooms that the command
line uses, and wraps what comes back so that a notebook shows it.
"""

from harness.api.shown import Figure, Judgement, Judgements
from harness.api.suites import claims, figure, load, records, run
from harness.api.values import judge

__all__ = [
    "Figure",
    "Judgement",
    "Judgements",
    "claims",
    "figure",
    "judge",
    "load",
    "records",
    "run",
]
