"""Whatever becomes of a suite of this project, it is either a plan or problems."""

from pathlib import Path

import pytest
from suite_mutations import try_mutants

from harness.suite.documents import library
from harness.suite.load import find

SUITES = Path(__file__).parents[2] / "suites"
QUICKLY_CHECKED = ("xor", "svm-tuning", "linear-regression-timing", "two-layer-net", "outliers")
TRIES, MANY_TRIES = 150, 1250


def run(folder, names, seed, tries):
    texts = [path.read_text(encoding="utf-8") for path in find(names, SUITES)]
    try_mutants(folder / "tried.toml", texts, set(library(SUITES).documents), seed, tries)


def test_a_mutated_suite_is_a_plan_or_problems(tmp_path):
    run(tmp_path, QUICKLY_CHECKED, 1, TRIES)


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_mutated_suites_are_plans_or_problems(tmp_path, seed):
    run(tmp_path, [], seed, MANY_TRIES)
