"""Looks: when claims of a suite are judged while its seeds are being added, and at what levels.

Who looks at data again and again, and stops when a verdict pleases, is wrong more often than who
looks once. So the looks are declared before the first: after `count` seeds, twice as many, four
times, up to `most`. The chance of a false verdict is spent over them, k-th of K looks getting the
share k / (1 + ... + K): little at first, when little is known. Whatever the claims, and whenever
somebody stops, the chances add up to that of a single look (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.claims.check import rule_of
from harness.claims.pools import Pool
from harness.claims.rules.rule import ALPHA, Evidence
from harness.claims.select import Track
from harness.claims.text import Undecided
from harness.config.claim import Claim
from harness.types import Archive, Case, Finding, Record


@dataclass(frozen=True)
class Looks:
    """Declared looks.

    Attributes
    ----------
    factors : tuple of float
        Seeds at each look, as multiples of those planned.
    """

    factors: tuple[float, ...] = (1.0,)

    def alpha(self, look: int) -> float:
        """Return the level of a look, counted from 0."""
        total = sum(range(1, len(self.factors) + 1))
        return ALPHA * (look + 1) / total

    def seeds(self, planned: int, look: int) -> int:
        """Return the seeds of a case at a look."""
        return round(planned * self.factors[look])


ONCE = Looks()


def looks(count: int, most: int | None) -> Looks:
    """Return the looks of a suite that starts with `count` seeds and may go on to `most`.

    Parameters
    ----------
    count : int
        Seeds of the plan.
    most : int or None
        None, or no more than `count`, for a single look.
    """
    factors = [1.0]
    while most is not None and factors[-1] * count < most:
        factors.append(min(2.0 * factors[-1], most / count))
    return Looks(tuple(factors))


@dataclass(frozen=True)
class Schedule:
    """Looks at the cases of a suite.

    Attributes
    ----------
    looks : Looks
        As declared.
    planned : mapping of str to int
        Runs of the full profile by case id.
    """

    looks: Looks
    planned: Mapping[str, int]

    def finding(self, claim: Claim, track: Track, pool: Pool, archive: Archive) -> Finding:
        """Return what the first look that settles a claim finds, else what the last one does.

        A look whose runs are not all there is none; before the first is complete, the claim is
        judged on what there is, at the level of the first.
        """
        found, least = None, 1.0
        for look in self._complete(track, pool):
            seen = self._seen(look, track, pool)
            found = self._at(look, claim, track, seen, archive)
            if found.p_contradict is not None:
                least = min(least, found.p_contradict)
                found = replace(found, p_contradict=least)
            found = replace(found, look=look + 1, looks=len(self.looks.factors))
            if found.verdict in ("reproduced", "contradicted"):
                break
        return found or self._at(0, claim, track, pool.records, archive)

    def _at(
        self,
        look: int,
        claim: Claim,
        track: Track,
        records: Mapping[str, Sequence[Record]],
        archive: Archive,
    ) -> Finding:
        """Return what evidence shows at the level of a look, its p-value as of a single look.

        At the k-th part of the level, p is worth k times p (Bonferroni): so a p-value of a look
        can stand beside those of claims that are looked at once.
        """
        alpha = self.looks.alpha(look)
        found = _found(Evidence(claim, track, records, archive, alpha))
        if found.p_contradict is None or alpha == ALPHA:
            return found
        return replace(found, p_contradict=min(1.0, found.p_contradict * ALPHA / alpha))

    def _complete(self, track: Track, pool: Pool) -> Iterator[int]:
        """Yield the looks of which every case has all its runs; none where there is but one."""
        for look in range(len(self.looks.factors) if self.looks != ONCE else 0):
            if not all(self._reached(case, pool, look) for case in track.cases):
                return
            yield look

    def _seen(self, look: int, track: Track, pool: Pool) -> Mapping[str, Sequence[Record]]:
        """Return the records that a look sees: later seeds are not there yet."""
        return {
            case.id: [r for r in pool.records.get(case.id, ()) if r.seed < self._seeds(case, look)]
            for case in track.cases
        }

    def _seeds(self, case: Case, look: int) -> int:
        return self.looks.seeds(self.planned.get(case.id, 0), look)

    def _reached(self, case: Case, pool: Pool, look: int) -> bool:
        seeds = {record.seed for record in pool.records.get(case.id, ())}
        return seeds >= set(range(self._seeds(case, look)))


def _found(evidence: Evidence) -> Finding:
    try:
        return rule_of(evidence.claim).judge(evidence)
    except Undecided as undecided:
        return undecided.finding
