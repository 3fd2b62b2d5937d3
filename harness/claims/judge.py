"""Records to verdicts: every claim on every track, in the environment that measured most of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from harness.alone import disturbed
from harness.claims import text
from harness.claims.archive import SuiteArchive, explain
from harness.claims.check import rule_of
from harness.claims.looks import ONCE, Looks, Schedule
from harness.claims.pools import Pool, pools
from harness.claims.select import Track, tracks
from harness.config.claim import Claim
from harness.numerals import number
from harness.suite.schema import Suite
from harness.types import Archive, Case, Finding, Verdict, VerdictName

NO_PLAN: Mapping[str, int] = {}


def judge(
    suite: Suite,
    cases: Sequence[Case],
    archive: Archive,
    sources: Mapping[str, str],
    planned: Mapping[str, int] = NO_PLAN,
    looks: Looks = ONCE,
) -> tuple[Verdict, ...]:
    """Judge every claim of a suite.

    Parameters
    ----------
    suite : Suite
        Its claims.
    cases : sequence of Case
        The planned cases; those with `protocol` or `judged` False are never judged.
    archive : Archive
        The records.
    sources : mapping of str to str
        Source key to the number the ledger cites: ``{"dl-foundation": "002"}``.
    planned : mapping of str to int
        Runs of the full profile by case id, to know which verdicts rest on fewer.
    looks : Looks
        When the claims are judged while seeds are added.

    Returns
    -------
    tuple of Verdict
        In the order of the suite, each from its own records alone; without q-values.
    """
    own = [case for case in cases if case.suite == suite.id and case.judged]
    mine = SuiteArchive(archive, suite.id)
    short = _short(mine, planned, {claim.metric for claim in suite.claims})
    when = Schedule(looks, planned)
    return tuple(
        _judge_claim(claim, suite, own, mine, sources, short[claim.metric], when)
        for claim in suite.claims
    )


def open_cases(suite: Suite, cases: Sequence[Case], verdicts: Sequence[Verdict]) -> frozenset[str]:
    """Return the cases whose further seeds could settle a claim: those of tracks still open."""
    own = [case for case in cases if case.judged and case.protocol]
    found: set[str] = set()
    for claim, verdict in zip(suite.claims, verdicts, strict=True):
        if verdict.verdict == "inconclusive" and claim.over == "seeds":
            still = {f.track for f in verdict.findings if f.verdict == "inconclusive"}
            chosen = [track for track in tracks(claim, own) if track.label in still]
            found |= {case.id for track in chosen for case in track.cases}
    return frozenset(found)


def _short(
    archive: SuiteArchive, planned: Mapping[str, int], metrics: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Return, by metric, the cases that were measured, or timed alone, less often than planned."""
    done = [r for r in archive.records if r.case in planned and r.status in ("ok", "diverged")]
    found = {}
    for metric in metrics:
        measured = Counter(r.case for r in done if not disturbed(r, metric))
        found[metric] = frozenset(c for c, runs in planned.items() if 0 < measured[c] < runs)
    return found


def _judge_claim(
    claim: Claim,
    suite: Suite,
    cases: Sequence[Case],
    archive: SuiteArchive,
    sources: Mapping[str, str],
    short: Collection[str],
    when: Schedule,
) -> Verdict:
    rule = rule_of(claim).name
    claim = _in_its_unit(claim, rule)
    found = tracks(claim, [case for case in cases if case.protocol])
    judged = [case for track in found for case in track.cases]
    said = _said(claim, cases, found, archive, when)
    return Verdict(
        suite=suite.id,
        claim=claim.id,
        quote=claim.quote,
        source=_place(claim, sources),
        published=claim.published,
        metric=claim.metric,
        rule=rule,
        **said._asdict(),
        partial=any(case.id in short for case in judged),
        timed=any(case.timed for case in judged),
        expected=claim.expected,
        because=claim.because,
        reading=claim.reading,
        why=claim.why,
        highlight=claim.highlight,
        unit=claim.unit,
    )


def _said(
    claim: Claim,
    cases: Sequence[Case],
    found: Sequence[Track],
    archive: SuiteArchive,
    when: Schedule,
) -> _Said:
    if not found:
        return _Said("not-run", _off_protocol(cases))
    said = _summed(*_findings(claim, found, archive, when))
    if said.verdict == "not-run" and not _recorded(found, archive):
        return said._replace(reason=explain(claim, cases, archive) or said.reason)
    return said


def _in_its_unit(claim: Claim, rule: str) -> Claim:
    """Return a claim in the unit of what is judged: a ratio of times is no time."""
    if claim.scale == "loglog":
        return claim.model_copy(update={"unit": ""})
    plain = rule != "ratio" or claim.unit not in ("seconds", "bytes")
    return claim if plain else claim.model_copy(update={"unit": "ratio"})


def _place(claim: Claim, sources: Mapping[str, str]) -> str:
    source = claim.source
    return "" if source is None else source.words(sources.get(source.key, source.key))


def _recorded(found: Sequence[Track], archive: SuiteArchive) -> bool:
    """Whether any cell of a claim has a record, be it a skipped one."""
    ids = {case.id for track in found for case in track.cases}
    return bool(archive.of_cases(ids))


def _off_protocol(cases: Sequence[Case]) -> str:
    deviations = dict.fromkeys(case.deviation for case in cases if not case.protocol)
    changed = text.sentence(list(deviations)[:3])
    reason = "the cells of this claim are not part of this run"
    return f"{reason}, which departs from the protocol: {changed}" if changed else reason


def _findings(
    claim: Claim, found: Sequence[Track], archive: SuiteArchive, when: Schedule
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings of the pool judged, and those of the other pools that measured."""
    ids = [case.id for track in found for case in track.cases]
    ranked = pools(claim, ids, archive) or (Pool({}),)
    # A machine that lacks a side, however much it measured of the other, answers nothing.
    ranked = tuple(sorted(ranked, key=lambda pool: not any(_whole(pool, one) for one in found)))
    primary = [_judge_track(claim, track, ranked[0], archive, when) for track in found]
    others = [pool for pool in ranked[1:] if pool.cells and not pool.other_images]
    further = [
        _judge_track(claim, track, pool, archive, when) for pool in others for track in found
    ]
    measured = [finding for finding in further if finding.verdict != "not-run"]
    return _placed(primary, found, ranked[0], {finding.track for finding in measured}), measured


def _whole(pool: Pool, track: Track) -> bool:
    """Whether a pool has measured something on every side of a track."""
    return all(any(pool.measured(case.id) for case in side) for side in track.sides)


def _placed(
    primary: Sequence[Finding], found: Sequence[Track], pool: Pool, elsewhere: Collection[str]
) -> list[Finding]:
    """Say of a track without any record in the pool judged that another machine measured it."""
    return [
        replace(finding, reason="measured on another machine only")
        if track.label in elsewhere and not any(case.id in pool.records for case in track.cases)
        else finding
        for finding, track in zip(primary, found, strict=True)
    ]


def _judge_track(
    claim: Claim, track: Track, pool: Pool, archive: Archive, when: Schedule
) -> Finding:
    result = when.finding(claim, track, pool, archive)
    placed = replace(result, track=track.label, environment=pool.environment, data=pool.stand_in)
    if placed.verdict == "not-run":
        return placed
    if pool.other_images and pool.data is not None:
        return replace(_unjudged(placed), reason=_other_images(pool.data.used, pool.data.requested))
    return placed if pool.comparable(claim) else _elsewhere(placed, claim, pool)


def _other_images(used: str, requested: str) -> str:
    return f"measured on {used}, the claim is about {requested}"


def _unjudged(finding: Finding, verdict: VerdictName = "not-run") -> Finding:
    return replace(finding, verdict=verdict, p_contradict=None)


def _elsewhere(finding: Finding, claim: Claim, pool: Pool) -> Finding:
    """Turn a finding on another class of hardware into numbers without a judgement."""
    measured = "" if finding.measured is None else f" {number(finding.measured, claim.unit)}"
    where = pool.hardware or "hardware that was not recorded"
    reason = f"measured{measured} on {where}; the published number is from {claim.hardware}"
    return replace(_unjudged(finding, "not-comparable"), reason=reason)


class _Said(NamedTuple):
    """What is said of a claim, and what it rests on."""

    verdict: VerdictName
    reason: str
    findings: tuple[Finding, ...] = ()


def _summed(primary: list[Finding], further: list[Finding]) -> _Said:
    """Return the common verdict of the tracks, or inconclusive when they disagree."""
    counted = [finding for finding in primary if finding.verdict != "not-run"]
    absent = [finding for finding in primary if finding.verdict == "not-run"]
    findings = (*counted, *absent, *further)
    if not counted:
        reasons = dict.fromkeys(finding.reason for finding in absent)
        return _Said("not-run", text.sentence(list(reasons)[:3]), findings)
    names = {finding.verdict for finding in counted}
    verdict = counted[0].verdict if len(names) == 1 else "inconclusive"
    first = _agreed(counted) if len(names) == 1 else _disagreed(counted)
    reason = text.sentence((first, _absent(absent), _further(further, verdict)))
    return _Said(verdict, reason, findings)


def _agreed(counted: Sequence[Finding]) -> str:
    others = [finding.track for finding in counted[1:] if finding.track]
    agree = f"{', '.join(others)} {'agrees' if len(others) == 1 else 'agree'}" if others else ""
    return text.sentence((counted[0].reason, agree))


def _disagreed(counted: Sequence[Finding]) -> str:
    groups: dict[str, list[str]] = {}
    for finding in counted:
        groups.setdefault(finding.verdict, []).append(finding.track)
    told = ", ".join(f"{verdict} on {', '.join(names)}" for verdict, names in groups.items())
    return f"the tracks disagree: {told}"


def _absent(absent: Sequence[Finding]) -> str:
    """Name the tracks that were not judged; why a device was skipped stands in their findings."""
    reasons: dict[str, list[str]] = {}
    for finding in absent:
        reason = "skipped" if finding.skipped else finding.reason
        reasons.setdefault(reason, []).append(finding.track)
    return text.sentence(f"{', '.join(names)} {reason}" for reason, names in reasons.items())


def _further(further: Sequence[Finding], verdict: str) -> str:
    """Mention other environments (or stand-ins) whose verdict differs."""
    other = [finding for finding in further if finding.verdict != verdict]
    told = (f"{finding.verdict} on {finding.track or 'all tracks'}" for finding in other)
    return f"elsewhere {', '.join(dict.fromkeys(told))}" if other else ""
