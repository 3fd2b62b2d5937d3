import fake_results as fake
import fake_verdicts

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
