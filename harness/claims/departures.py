"""Why a claim has no cells of the full profile: which other cells were run, if any."""

from __future__ import annotations

from collections.abc import Sequence

from harness.claims.archive import SuiteArchive
from harness.claims.edited import before
from harness.claims.select import matches, sides
from harness.claims.values import DONE
from harness.code.sources import sentence
from harness.config.claim import Claim
from harness.types import Case


def explain(claim: Claim, cases: Sequence[Case], archive: SuiteArchive) -> str:
    """Return what other records of the suite say about a claim without records of its own.

    Parameters
    ----------
    claim : Claim
        A claim for which no cell on the protocol has a record.
    cases : sequence of Case
        All known cases of the suite.
    archive : SuiteArchive
        The records.

    Returns
    -------
    str
        ``""`` when the suite has neither a record of earlier code nor one off the protocol.
    """
    if edited := _edited(claim, cases, archive):
        return edited
    done = {record.case for record in archive.records if record.status in DONE}
    departed = [case for case in cases if not case.protocol and case.id in done]
    if not departed:
        return ""
    own = [case for case in departed if any(matches(case, where) for where in sides(claim))]
    if not own:
        return "not part of the quick profile; the full profile measures it"
    changed = "; ".join(dict.fromkeys(case.deviation for case in own))
    return f"measured only off the protocol ({changed}); the full profile follows it"


def _edited(claim: Claim, cases: Sequence[Case], archive: SuiteArchive) -> str:
    """Say which files have been changed since the cells of a claim were measured."""
    own = [case for case in cases if case.protocol]
    own = [case for case in own if any(matches(case, where) for where in sides(claim))]
    found = before(own, archive.records)
    files = dict.fromkeys(file for one in found.values() for file in one.files)
    return f"{sentence(list(files))} since its records were made; run it again" if found else ""
