"""How a rule ends when there is nothing to compute: with the reason."""

from __future__ import annotations

from harness.errors import HarnessError
from harness.types import Finding, VerdictName


class Undecided(HarnessError):
    """No interval can be computed; caught by the judge and turned into a finding.

    Parameters
    ----------
    reason : str
        One sentence.
    verdict : str
        ``inconclusive``, or ``not-run`` when nothing was measured.
    measured : float or None
        The number there is, if there is one.
    n : int
        Values behind it.
    over : str
        What `n` counts.
    skipped : bool
        Whether every cell was skipped.
    """

    def __init__(
        self,
        reason: str,
        verdict: VerdictName = "inconclusive",
        *,
        measured: float | None = None,
        n: int = 0,
        over: str = "seeds",
        skipped: bool = False,
    ) -> None:
        super().__init__(reason)
        self.finding = Finding(verdict, reason, measured=measured, n=n, over=over, skipped=skipped)
