"""The Python interface: what ``import harness`` offers, see ``docs/python.md``.

Nothing is computed here: every function calls what the command line calls, and wraps the result so
that a notebook can show it.
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
