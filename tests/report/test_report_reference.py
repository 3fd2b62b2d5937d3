"""The committed reference results: small, judged, and what the committed summary says."""

from pathlib import Path

import pytest

from harness import report
from harness.cli.claims import judged, ledger_text
from harness.cli.workspace import open_workspace
from harness.gate import selftest
from harness.store.archive import Library

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "results" / "reference"
TEN_MB = 10_000_000
"""Per machine. Plain text, one record a line: readable and diffable in git, which packs it well."""


@pytest.fixture(scope="module")
def workspace():
    return open_workspace([], ROOT / "suites")


@pytest.fixture(scope="module")
def verdicts(workspace):
    return judged(workspace, Library(REFERENCE))


@pytest.mark.parametrize("machine", sorted(path.name for path in REFERENCE.iterdir()))
def test_the_reference_of_a_machine_is_small(machine):
    files = [path for path in (REFERENCE / machine).rglob("*") if path.is_file()]
    assert files
    assert sum(path.stat().st_size for path in files) < TEN_MB


def test_every_claim_is_judged_or_says_why_not(verdicts):
    assert verdicts
    for verdict in verdicts:
        assert verdict.reason, f"{verdict.suite}/{verdict.claim}"
    not_run = {f"{v.suite}/{v.claim}": v.reason for v in verdicts if v.verdict == "not-run"}
    assert all("skipped" in reason for reason in not_run.values()), not_run


def test_no_verdict_moved(verdicts):
    moved = [f"{v.suite}/{v.claim}: {v.verdict}, not {v.expected}" for v in verdicts if v.moved]
    assert not moved


def test_contradictions_are_explained(verdicts):
    for verdict in verdicts:
        if verdict.verdict == "contradicted":
            assert verdict.expected == "contradicted", f"{verdict.suite}/{verdict.claim}"
            assert verdict.because.endswith(".")


def test_the_committed_summary_is_what_the_records_say(verdicts):
    text = (ROOT / "reports" / "reference.md").read_text(encoding="utf-8")
    assert text == report.summary(verdicts), (
        "reports/reference.md must be the summary of results/reference; run "
        "`nox -s page` and copy reports/summary.md over it"
    )


def test_the_committed_ledger_is_what_the_suites_and_records_say(workspace, verdicts):
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert text == ledger_text(workspace, verdicts), (
        "docs/claims.md must be the ledger of suites and results/reference; run `nox -s ledger`"
    )


def test_the_committed_selftest_is_what_its_pairs_say():
    found = selftest.view(selftest.stored(REFERENCE))
    committed = (ROOT / "reports" / "selftest.md").read_text(encoding="utf-8")
    assert committed == selftest.markdown(found), (
        "reports/selftest.md must be the table of results/reference; run `nox -s ledger`"
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert committed in readme, "README.md must show reports/selftest.md as it is; copy it there"
