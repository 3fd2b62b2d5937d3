"""The committed reference results: small, judged, and what the committed summary says."""

import contextlib
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import trim_reference

from harness import figures, report
from harness.cli.claims import ledger_text
from harness.errors import StoreError
from harness.figures.select import MEASURED, selected
from harness.gate import selftest
from harness.report.results import records_of
from harness.store import arrays
from harness.store.files import ENVIRONMENTS, PROVENANCE, of_records
from harness.store.health import examine

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "results" / "reference"
MACHINES = sorted(path.name for path in REFERENCE.iterdir())
TEN_MB = 10_000_000
"""Of all machines. Plain text, one record a line: readable in git, which packs it well."""


def test_the_reference_is_small():
    files = [path for path in REFERENCE.rglob("*") if path.is_file()]
    assert files
    assert sum(path.stat().st_size for path in files) < TEN_MB, trim_reference.__doc__


@pytest.mark.parametrize("machine", MACHINES)
def test_every_line_of_the_reference_carries_its_digest(machine):
    found = examine(REFERENCE / machine)
    assert found.lines
    assert (found.unsealed, found.faults, found.notes) == (0, (), ())


def flipped(data, rng):
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


@pytest.mark.faults
@pytest.mark.parametrize("machine", MACHINES)
def test_no_flipped_bit_of_a_line_passes(machine, tmp_path):
    """Records need their provenance, and no other line: three show what a flip does in a file."""
    rng, lines = random.Random(machine), dict[str, list[bytes]]()  # noqa: S311
    shared = [REFERENCE / machine / name for name in (ENVIRONMENTS, PROVENANCE)]
    for path in (*of_records(REFERENCE / machine), *shared):
        lines[path.name] = path.read_bytes().splitlines(keepends=True)
    sizes = [sum(map(len, of)) for of in lines.values()]
    for number in range(2_000):
        (name,) = rng.choices(list(lines), sizes)
        first = rng.randrange(max(len(lines[name]) - 2, 1))
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / PROVENANCE).write_bytes(b"".join(lines[PROVENANCE]))
        (folder / name).write_bytes(flipped(b"".join(lines[name][first : first + 3]), rng))
        found = examine(folder)
        torn = "was cut off" in " ".join(found.notes)
        faults = [fault for fault in found.faults if f"{folder / name}:" in fault.place]
        assert faults or torn, f"{name}, try {number}"
        shutil.rmtree(folder)


@pytest.mark.faults
@pytest.mark.parametrize("machine", MACHINES)
def test_no_flipped_bit_of_an_array_changes_it(machine, tmp_path):
    rng = random.Random(machine)  # noqa: S311
    files = sorted((REFERENCE / machine / arrays.ARRAYS).iterdir())
    (tmp_path / arrays.ARRAYS).mkdir()
    for number in range(2_000):
        original = rng.choice(files)
        path = tmp_path / arrays.ARRAYS / original.name
        path.write_bytes(flipped(original.read_bytes(), rng))
        with np.load(original) as held:
            for name in held.files:
                with contextlib.suppress(StoreError):  # it is refused
                    found = arrays.read(tmp_path, original.name, name)
                    np.testing.assert_array_equal(found, held[name], f"{number}: {name}")


def test_every_claim_is_judged_or_says_why_not(verdicts):
    assert verdicts
    for verdict in verdicts:
        assert verdict.reason, f"{verdict.suite}/{verdict.claim}"
    not_run = {f"{v.suite}/{v.claim}": v.reason for v in verdicts if v.verdict == "not-run"}
    known = ("skipped", "timed beside other work")
    assert all(any(why in reason for why in known) for reason in not_run.values()), not_run


def test_no_verdict_moved(verdicts):
    moved = [f"{v.suite}/{v.claim}: {v.verdict}, not {v.expected}" for v in verdicts if v.moved]
    assert not moved


def test_contradictions_are_explained(verdicts):
    for verdict in verdicts:
        if verdict.verdict == "contradicted":
            assert verdict.expected == "contradicted", f"{verdict.suite}/{verdict.claim}"
            assert verdict.because.endswith(".")


def test_the_committed_summary_is_what_the_records_say(workspace, verdicts):
    text = (ROOT / "reports" / "reference.md").read_text(encoding="utf-8")
    assert text == report.summary(verdicts, workspace.facts), (
        "reports/reference.md must be the summary of results/reference; run "
        "`nox -s page` and copy reports/summary.md over it"
    )


def test_the_committed_ledger_is_what_the_suites_and_records_say(workspace, verdicts):
    text = (ROOT / "reports" / "claims.md").read_text(encoding="utf-8")
    assert text == ledger_text(workspace, verdicts), (
        "reports/claims.md must be the ledger of suites and results/reference; run `nox -s ledger`"
    )


def every_figure(workspace, library):
    for plans in workspace.plans:
        for figure in plans.suite.figures:
            profile = "full" if "full" in figure.profiles else "quick"
            yield plans, profile, figure, records_of(plans.suite, plans.cases, library, profile)


def test_no_figure_of_the_reference_lacks_a_series(workspace, library):
    """Every case of its profile is measured, or was skipped: the device is not here."""
    blank = [
        f"{plans.suite.id}/{figure.id}: {dict(case.axes)}"
        for plans, profile, figure, records in every_figure(workspace, library)
        for case in plans.at(profile, found=True).cases
        if selected(case, figure)
        and not any(r.case == case.id and r.status in (*MEASURED, "skipped") for r in records)
    ]
    assert not blank


def test_every_figure_of_the_reference_draws(workspace, library, monkeypatch):
    monkeypatch.setattr("harness.figures.writing.svg", lambda sheet: "drawn")  # writing takes long
    blank = []
    for plans, _, figure, records in every_figure(workspace, library):
        picture = figures.draw(figure, plans.suite, records, library, figures.LIGHT)
        if not picture.svg or not picture.numbers.rows:
            blank.append(f"{plans.suite.id}/{figure.id}: {picture.alt}")
    assert not blank


def test_the_committed_selftest_is_what_its_pairs_say():
    found = selftest.view(selftest.stored(REFERENCE))
    committed = (ROOT / "reports" / "selftest.md").read_text(encoding="utf-8")
    assert committed == selftest.markdown(found), (
        "reports/selftest.md must be the table of results/reference; run `nox -s ledger`"
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert committed in readme, "README.md must show reports/selftest.md as it is; copy it there"
