"""Suites whose experiments are functions in files: which cases there are, what they are called."""

import pytest
from suite_texts import NUMPY, load_suite, suite_text

from harness import figures
from harness.claims.select import matches
from harness.errors import SuiteError
from harness.experiments import registry as experiments
from harness.experiments.user import facts
from harness.plan.check import check
from harness.plan.expand import expand

SHAPES = """\
import harness


@harness.experiment(metrics={"rows": "count"}, backends=["torch"])
def rows(seed: int, n: int = 3) -> dict[str, float]:
    return {"rows": n}


@harness.experiment(metrics={"columns": "fixed"})
def columns(seed: int, backend: str) -> dict[str, float]:
    return {"columns": 2}
"""
GRID = """\
[[grid]]
backend = ["numpy", "torch"]
experiment = ["code/shapes.py:rows", "code/shapes.py:columns"]
"""
CLAIM = """\
[[claims]]
id = "many"
quote = "many"
metric = "columns"
where = { experiment = "columns" }
expect = { exactly = 2 }
"""


@pytest.fixture
def write(tmp_path):
    """Write a suite two folders below the root, and the code that it names one below."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "suites" / "code").mkdir(parents=True)
    (tmp_path / "suites" / "code" / "shapes.py").write_text(SHAPES)
    (tmp_path / "suites" / "code" / "more.py").write_text(SHAPES)

    def written(*parts, experiment="code/shapes.py:rows", **top):
        text = suite_text("tiny", *parts, experiment=experiment, source=None, **top)
        return load_suite(tmp_path / "suites" / "document", text)

    (tmp_path / "suites" / "document").mkdir()
    return written


def checked(suite):
    plans = expand(suite)
    check(plans, (), figures.KINDS)
    return plans.full.cases


def test_a_function_has_cases_with_the_libraries_it_knows(write):
    found = {(case.axes["experiment"], case.backend) for case in checked(write(GRID, CLAIM))}
    assert found == {("columns", "numpy"), ("columns", "torch"), ("rows", "torch")}


def test_a_function_is_selected_by_its_own_name_or_its_place(write):
    cases = checked(write(GRID, CLAIM))
    for name in ("rows", "code/shapes.py:rows"):
        found = [case for case in cases if matches(case, {"experiment": name})]
        assert [case.experiment for case in found] == ["code/shapes.py:rows"]
    assert not any(matches(case, {"experiment": "code/more.py:rows"}) for case in cases)


def test_a_name_that_two_functions_have_is_no_name(write):
    grid = '[[grid]]\nexperiment = ["code/shapes.py:columns", "code/more.py:columns"]\n'
    cases = expand(write(grid)).full.cases
    assert [case.axes["experiment"] for case in cases] == [case.experiment for case in cases]
    with pytest.raises(SuiteError, match='got "columns", the name of 2: "code/shapes'):
        checked(write(grid, CLAIM))
    checked(write(grid, CLAIM.replace('"columns" }', '"code/more.py:columns" }')))


def test_tables_of_other_experiments_are_no_part_of_a_function(write):
    one = expand(write(GRID)).full.cases
    other = expand(
        write("[train]\nloss = 'mse'\nlr = 0.5\nepochs = 3\n[quick]\nepochs = 1\n", GRID)
    )
    assert [case.id for case in one] == [case.id for case in other.full.cases]
    assert all(case.protocol for case in other.quick.cases)


def test_facts_are_what_says_so_or_what_probes_tell(write):
    assert write(GRID, facts=True).tells_facts
    assert not write(GRID).tells_facts
    assert write("[probe]\nname = 'memory'\n", NUMPY, experiment="probe").tells_facts


def test_modules_are_asked_together(write, monkeypatch):
    suite = write(GRID.replace("code/shapes.py:columns", "code/more.py:columns"))
    started = []
    start = facts._start
    monkeypatch.setattr(facts, "_start", lambda asked: started.append(len(asked)) or start(asked))
    wanted = sorted(suite.experiments)
    experiments.prepare((name, suite.home) for name in [*wanted, "code/none.py:f", "train"])
    assert [experiments.get(name, suite.home).version for name in wanted] == [1, 1]
    assert started == [2]


def test_a_module_that_ends_its_process_is_told_alone(write, tmp_path):
    suite = write(GRID.replace("code/shapes.py:columns", "code/bad.py:columns"))
    (tmp_path / "suites" / "code" / "bad.py").write_text("import os\nos._exit(3)\n")
    experiments.prepare((name, suite.home) for name in suite.experiments)
    assert experiments.get("code/shapes.py:rows", suite.home).accepts
    with pytest.raises(SuiteError, match="ended the process, with exit code 3"):
        expand(suite)


def test_names_that_depend_on_the_arguments_are_declared_as_patterns(write, tmp_path):
    code = SHAPES.replace('{"columns": "fixed"}', '{"column_*": "count"}')
    (tmp_path / "suites" / "code" / "shapes.py").write_text(code)
    (case,) = checked(
        write(
            '[[grid]]\nexperiment = ["code/shapes.py:columns"]\n',
            CLAIM.replace('metric = "columns"', 'metric = "column_7"'),
        )
    )
    assert (case.kind("column_7"), case.kind("other")) == ("count", "real")
    with pytest.raises(SuiteError, match="unknown metric 'columns'"):
        checked(write('[[grid]]\nexperiment = ["code/shapes.py:columns"]\n', CLAIM))
