"""What every verb does first: read a suite, expand its grid."""

import made

from harness.plan.expand import expand
from harness.suite.load import load

PENALTIES = 20


def test_load(benchmark, tmp_path):
    path = made.suite_file(tmp_path, PENALTIES)
    suite = benchmark(load, path)
    assert len(suite.claims) == 2 * PENALTIES


def test_expand(benchmark, tmp_path):
    suite = load(made.suite_file(tmp_path, PENALTIES))
    plan = benchmark.pedantic(expand, (suite,), rounds=5).full
    assert len(plan.cases) == 4 * PENALTIES
    assert len({case.id for case in plan.cases}) == 4 * PENALTIES
    assert len(plan.cells()) == 40 * PENALTIES
