"""False-discovery control over every claim that was tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.statistics import benjamini_hochberg
from harness.types import Finding, Verdict

TESTED = ("reproduced", "contradicted", "inconclusive")


def control(verdicts: Sequence[Verdict], rate: float = 0.05) -> tuple[Verdict, ...]:
    """Return the verdicts with the share of false "contradicted" held at `rate`.

    Benjamini-Hochberg over the p-value of every claim that was tested, whatever its verdict: over
    the contradicted alone, all below 5 % already, it could never strike one out. A contradicted
    claim that does not survive becomes inconclusive. Exact findings have no p-value and stay.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of all suites that are reported together.
    rate : float
        Expected share of false ones among the contradicted.
    """
    p_values = [p_value(verdict) for verdict in verdicts]
    tested = [p for p in p_values if p is not None]
    kept = iter(benjamini_hochberg(tested, rate).tolist())
    return tuple(
        verdict if p is None else _controlled(verdict, p, len(tested), rate, survives=next(kept))
        for verdict, p in zip(verdicts, p_values, strict=True)
    )


def p_value(verdict: Verdict) -> float | None:
    """Return the p-value behind "contradicted"; None if the claim was not tested or is exact.

    The largest over the tracks, since all of them must contradict (an intersection-union test);
    findings of other environments or stand-ins do not count.
    """
    if verdict.verdict not in TESTED:
        return None
    found = [f.p_contradict for f in verdict.findings if _counted(f, verdict.findings[0])]
    return max((p for p in found if p is not None), default=None)


def _counted(finding: Finding, first: Finding) -> bool:
    return (finding.environment, finding.data) == (first.environment, first.data)


def _controlled(verdict: Verdict, p: float, m: int, rate: float, *, survives: bool) -> Verdict:
    if verdict.verdict != "contradicted" or survives:
        return verdict
    reason = (
        f"contradicted if tested alone (p = {p:.2g}), but not with false discoveries held at "
        f"{rate * 100:g} % over {m} claims; {verdict.reason}"
    )
    return replace(verdict, verdict="inconclusive", reason=reason)
