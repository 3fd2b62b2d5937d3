"""What the schema cannot see: settings that do not go together, and claims that select nothing."""

from __future__ import annotations

from collections.abc import Collection

from harness.plan.check import claims, figures, keys, settings
from harness.plan.check.claims import unsettled
from harness.plan.check.figures import FigureKind, FigureKinds, wordless
from harness.plan.expand import Plans

__all__ = ["FigureKind", "FigureKinds", "check", "unsettled", "wordless"]


def check(plans: Plans, sources: Collection[str], figure_kinds: FigureKinds) -> None:
    """Check everything about a suite that can be known before a cell runs.

    Parameters
    ----------
    plans : Plans
        Of the suite.
    sources : collection of str
        Keys of the documents that it may quote.
    figure_kinds : Registry
        The kinds of figure there are.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    text = plans.suite.text
    text.refuse([*settings.complaints(plans), *keys.unread(plans)])
    text.refuse(keys.beside(plans))
    text.refuse(keys.seeds(plans))
    text.refuse(keys.kinds(plans))
    text.refuse([*claims.complaints(plans, sources), *figures.complaints(plans, figure_kinds)])
