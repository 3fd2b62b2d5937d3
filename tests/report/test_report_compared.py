import json

import fake_results as fake
import fake_verdicts
import pytest

from harness.report import compared
from harness.report.compared import beside

ENVIRONMENTS = {env.id: env for env in (fake.LAPTOP, fake.SERVER)}


def on(environment, name, **more):
    return fake_verdicts.finding(name, environment=environment.id, **more)


def test_claims_of_several_machines_stand_side_by_side_those_that_differ_first():
    alike = (on(fake.LAPTOP, "reproduced"), on(fake.SERVER, "reproduced", measured=0.98))
    apart = (on(fake.LAPTOP, "reproduced"), on(fake.SERVER, "contradicted", measured=0.9))
    alone = (on(fake.LAPTOP, "reproduced"),)
    found = beside(
        [
            fake_verdicts.verdict("alike", "reproduced", findings=alike),
            fake_verdicts.verdict("apart", "inconclusive", findings=apart),
            fake_verdicts.verdict("alone", "reproduced", findings=alone),
        ],
        ENVIRONMENTS,
    )
    assert [row.anchor.rsplit("-", 1)[1] for row in found.rows] == ["apart", "alike"]
    assert found.differing == 1
    laptop, server = found.rows[0].cells
    assert (laptop.word, server.word) == ("reproduced", "contradicted")
    assert server.measured.startswith("90.0")


def test_what_was_not_measured_there_does_not_count():
    skipped = (on(fake.LAPTOP, "reproduced"), on(fake.SERVER, "not-run", measured=None))
    found = beside([fake_verdicts.verdict("c", "reproduced", findings=skipped)], ENVIRONMENTS)
    assert found.rows == ()


def verdicts(**names):
    return [fake_verdicts.verdict(claim, name, suite="s") for claim, name in names.items()]


def built(folder, started, **names):
    found = compared.ledger(folder, verdicts(**names), started)
    compared.keep(folder, found)
    return found.changes()


def test_the_first_page_has_nothing_to_compare(tmp_path):
    assert built(tmp_path, "2026-01-01T10:00:00", a="reproduced") is None


def test_verdicts_are_compared_with_those_of_the_run_before(tmp_path):
    built(tmp_path, "2026-01-01T10:00:00", a="reproduced", b="reproduced", c="not-run")
    found = built(tmp_path, "2026-01-02T10:00:00", a="contradicted", b="reproduced", d="not-run")
    assert found.since == "2026-01-01T10:00:00"
    (moved,) = found.moved
    assert moved == compared.Change("s/a", "claim-s-a", "reproduced", "contradicted")
    assert (found.new, found.gone) == (1, 1)


def test_a_page_built_again_from_the_same_records_says_the_same(tmp_path):
    built(tmp_path, "2026-01-01T10:00:00", a="reproduced")
    first = built(tmp_path, "2026-01-02T10:00:00", a="contradicted")
    assert built(tmp_path, "2026-01-02T10:00:00", a="contradicted") == first
    third = built(tmp_path, "2026-01-03T10:00:00", a="contradicted")
    assert third.moved == ()


def test_suites_that_a_page_leaves_out_are_not_gone(tmp_path):
    built(tmp_path, "2026-01-01T10:00:00", a="reproduced")
    other = [fake_verdicts.verdict("b", "reproduced", suite="other")]
    found = compared.ledger(tmp_path, other, "2026-01-02T10:00:00").changes()
    assert (found.moved, found.new, found.gone) == ((), 1, 0)


def test_a_page_of_one_suite_forgets_nothing_of_the_others(tmp_path):
    def page(started, **suites):
        every = [fake_verdicts.verdict("c", name, suite=suite) for suite, name in suites.items()]
        found = compared.ledger(tmp_path, every, started)
        compared.keep(tmp_path, found)
        return found.changes()

    page("2026-01-01", a="reproduced", b="reproduced")
    whole = page("2026-01-03", a="contradicted", b="contradicted")
    assert [one.claim for one in whole.moved] == ["a/c", "b/c"]
    alone = page("2026-01-02", a="contradicted")  # of the same records: its own are older
    assert ([one.claim for one in alone.moved], alone.since) == (["a/c"], "2026-01-01")
    assert page("2026-01-03", a="contradicted", b="contradicted") == whole
    assert page("2026-01-04", a="reproduced").since == "2026-01-03"
    after = page("2026-01-04", a="reproduced", b="contradicted")
    assert [one.claim for one in after.moved] == ["a/c"]
    assert (after.new, after.gone, after.since) == (0, 0, "2026-01-03")


RUN = '{"last": "2026-01-01", "verdicts": {"s/a": "reproduced"}}'
DAMAGED = [
    *("", "[]", "{", '{"schema": 2, "now": null}', '{"now": 3}', "\ufeff", "[" * 100_000),
    '{"schema": 1, "now": {"last": "2026-01-01", "verdicts": ["s/a"]}, "before": null}',
    f'{{"schema": 1, "now": {RUN}, "before": ["s/a"]}}',
    f'{{"schema": 1, "now": {RUN}, "before": {{"last": "2026-01-01"}}}}',
]


@pytest.mark.parametrize("text", DAMAGED, ids=map(str, range(len(DAMAGED))))
def test_what_is_damaged_counts_as_absent(tmp_path, text):
    (tmp_path / compared.NAME).write_text(text)
    assert built(tmp_path, "2026-01-01T10:00:00", a="reproduced") is None
    kept = json.loads((tmp_path / compared.NAME).read_text())
    assert kept["now"]["verdicts"] == {"s/a": "reproduced"}
