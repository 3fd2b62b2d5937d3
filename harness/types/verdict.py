"""The verdict on a claim: on one track, and over all tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VerdictName = Literal["reproduced", "contradicted", "inconclusive", "not-run", "not-comparable"]

VERDICTS: tuple[VerdictName, ...] = (
    "reproduced",
    "contradicted",
    "inconclusive",
    "not-comparable",
    "not-run",
)


@dataclass(frozen=True)
class Interval:
    """A confidence interval ``[low, high]`` at `level` (0.95 for 95 %)."""

    low: float
    high: float
    level: float

    def inside(self, low: float, high: float) -> bool:
        """Whether the whole interval lies in ``[low, high]``."""
        return low <= self.low and self.high <= high


@dataclass(frozen=True)
class Grounds:
    """What a finding was decided by: numbers for pictures, its reason says them in words.

    Attributes
    ----------
    interval : Interval or None
        The one that decided, at its own level; None of a number in which chance has no part.
    low, high : float
        The band that it was compared with; infinite where that is open.
    size : float or None
        The quoted size in the middle of the band, where there is one.
    values : tuple of float
        One for each run (of pairs: their differences or ratios); none of test examples.
    """

    interval: Interval | None
    low: float
    high: float
    size: float | None = None
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One claim judged on one track (a backend on a device).

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    reason : str
        One sentence with numbers.
    measured : float or None
        The estimate, in the metric's own unit.
    interval : Interval or None
        95 % interval of the estimate.
    n : int
        Number of independent values behind it.
    over : str
        What `n` counts: ``"seeds"``, ``"examples"``, ``"runs"``.
    p_contradict : float or None
        p-value of the test behind "contradicted", for the false-discovery rate;
        None for exact (deterministic) findings.
    track : str
        ``"numpy/cpu"``; ``""`` when the claim itself spans backends.
    environment : str
        Id of the environment judged.
    data : str
        ``""``, or the stand-in the records were measured on, e.g. ``"cifar10-jpeg"``.
    skipped : bool
        True when every cell was skipped: the device, say, is not here.
    look, looks : int
        At which of how many declared looks it was found; 0 of 0 where there is but one.
    grounds : Grounds or None
        What decided it; None where there was nothing to hold against anything.
    """

    verdict: VerdictName
    reason: str
    measured: float | None = None
    interval: Interval | None = None
    n: int = 0
    over: str = "seeds"
    p_contradict: float | None = None
    track: str = ""
    environment: str = ""
    data: str = ""
    skipped: bool = False
    look: int = 0
    looks: int = 0
    grounds: Grounds | None = None


@dataclass(frozen=True)
class Verdict:
    """A claim and its verdict.

    Attributes
    ----------
    suite, claim : str
        Ids; ``f"{suite}/{claim}"`` is unique.
    quote, source, published : str
        As the document has it; `source` reads ``"002 section 14"``.
    metric, rule : str
        What was measured and by which rule of the table it was judged.
    verdict, reason : str
        Over all tracks: their common verdict, or inconclusive when they disagree.
    findings : tuple of Finding
        One per track; the first is the one to quote.
    expected, because : str
        The verdict the suite records, if any, and why.
    unit : str
        ``"fraction"``, ``"seconds"``, ``"ratio"``, ... for formatting; may be ``""``.
    partial : bool
        True when some of the runs that the full profile has are not there.
    q : float or None
        False-discovery rate of the contradictions that are as clear as this one would be, over
        all suites of the folder; None where nothing was tested, or chance has no part in it.
    reading, why : str
        Whether it is what the sentence says or an extension of ours, and what is ours.
    timed : bool
        Whether it is about times, which depend on the machine.
    highlight : bool
        Whether the suite names it among what is to be read first.
    informs : bool
        Whether it only informs: a time of a machine on which nobody has judged the claim before.
    """

    suite: str
    claim: str
    quote: str
    source: str
    published: str
    metric: str
    rule: str
    verdict: VerdictName
    reason: str
    findings: tuple[Finding, ...] = ()
    expected: str = ""
    because: str = ""
    unit: str = ""
    partial: bool = False
    q: float | None = None
    reading: str = "literal"
    why: str = ""
    timed: bool = False
    highlight: bool = False
    informs: bool = False

    @property
    def moved(self) -> bool:
        """Whether the verdict differs from the recorded one.

        ``not-run`` never moves, and neither does ``inconclusive`` on fewer runs than planned: too
        few runs say nothing against what all of them said.
        """
        undecided = self.verdict == "inconclusive" and self.partial
        known = self.verdict in (self.expected, "not-run")
        return bool(self.expected) and not (known or undecided)

    @property
    def fails(self) -> bool:
        """Whether a check must go red: a false number nobody has recorded, or a moved verdict.

        Fewer runs than the full profile has fail nothing, nor does what only informs.
        """
        false = self.verdict == "contradicted" and self.expected != "contradicted"
        return (false or self.moved) and not (self.partial or self.informs)
