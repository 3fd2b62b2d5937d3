"""Stored records are found by the ids of their cases: those of the suites stay what they are."""

import json
from pathlib import Path

import pytest

from harness.digest import of_value
from harness.plan.expand import expand
from harness.suite.load import find, load

SUITES = Path(__file__).parents[2] / "suites"
KEPT = Path(__file__).parent / "case_ids.json"


def ids(plans):
    named = {"full": plans.full, "quick": plans.quick, "stand_in": plans.stand_in}
    return {
        name: of_value([[case.id, plan.seeds[case.id]] for case in plan.cases])
        for name, plan in named.items()
    }


@pytest.mark.parametrize("path", find([], SUITES), ids=lambda path: path.stem)
def test_the_cases_of_a_suite_are_those_that_records_were_made_of(path, plans):
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert ids(plans[path.stem]) == kept.get(path.stem), (
        f"the cases of {path.stem} have other ids or numbers of seeds: records of before are not "
        "found any more. Where that is meant, run `python tests/suites/test_suites_ids.py`"
    )


if __name__ == "__main__":
    found = {path.stem: ids(expand(load(path))) for path in find([], SUITES)}
    KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
