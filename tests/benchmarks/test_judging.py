"""How long ``harness claims`` takes once the records are read."""

import made

from harness.claims import judge


def test_judge(benchmark, tmp_path):
    plan = made.plan(tmp_path)
    shelf = made.archive(plan)
    verdicts = benchmark(judge, plan.suite, plan.cases, shelf, made.SOURCES)
    found = [(verdict.claim.partition("-")[0], verdict.verdict) for verdict in verdicts]
    assert found == [("value", "reproduced"), ("better", "reproduced")] * 5
