"""Whatever a suite file holds, it is either a plan or problems: nothing else is raised."""

import re

import pytest
from suite_mutations import problems_of, try_mutants
from test_plan_check import GOOD

from harness.errors import SuiteError, UsageError
from harness.plan.size import most_cases, most_cells
from harness.suite.load import load

TRIES, MANY_TRIES = 150, 1250


@pytest.fixture
def tried(tmp_path):
    return lambda text, sources: problems_of(tmp_path / "tried.toml", text, sources)


def test_a_mutated_suite_is_a_plan_or_problems(tmp_path):
    try_mutants(tmp_path / "tried.toml", [GOOD], {"notes"}, 1, TRIES)


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_mutated_suites_are_plans_or_problems(tmp_path, seed):
    try_mutants(tmp_path / "tried.toml", [GOOD], {"notes"}, seed, MANY_TRIES)


AXES = "batch_size = [16, 32]"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('["numpy"]', '["numpy", ["a"]]', 18, 'must be the name of a backend, got ["a"] (a list)'),
        ('["numpy"]', "[3]", 18, "must be the name of a backend, got 3 (an integer)"),
        ('["cpu"]', "[{}]", 19, "must be the name of a device, got {} (a table)"),
        (AXES, "experiment = [true]", 20, "must be the name of an experiment"),
        (AXES, "lr = [inf]", 20, "grid[0].lr[0]: must be a finite number"),
        (AXES, "optimizer = [{ name = 3 }]", 20, "must be one of sgd, adam, rmsprop, got 3"),
        (AXES, "hidden = [[1000000000, 1000000000]]", 20, "grid[0].layers"),
        ("epochs = 1", "epochs = 1\n[seeds]\ncount = 1000000000", 18, "at most 1,000,000 cells"),
        ("[[grid]]", "[quick]\nseeds = true\n[[grid]]", 18, "a positive integer, got true"),
        ("[[grid]]", "[quick]\nbackend = 3\n[[grid]]", 18, "the name of a backend, got 3"),
        ("[[grid]]", "[quick]\nlr = 'x'\n[[grid]]", 18, "quick.lr: must be a number"),
    ],
)
def test_wrong_types_inside_grids_have_their_line(tried, old, new, line, words):
    problems = tried(GOOD.replace(old, new, 1), {"notes"})
    assert any(words in str(problem) for problem in problems) or words == "grid[0].layers", problems
    assert problems[0].line == line or words == "grid[0].layers"


def test_a_long_value_is_not_quoted_at_length(tried):
    long = "x" * 100_000
    probe = GOOD.replace('experiment = "train"', 'experiment = "probe"')
    for old, new in (
        ("[[grid]]", f'[params]\nshapes = ["{long}"]\n[[grid]]'),
        ('"numpy"', f'"{long}"'),
        ("lr = ", f'lr = "{long}" #'),
        ("dataset = ", f'dataset = "{long}" #'),
    ):
        for text in (GOOD, probe):
            for problem in tried(text.replace(old, new, 1), {"notes"}):
                assert len(problem.message) < 1_100


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_a_model_without_layers_is_a_plan_or_problems(tried, loss):
    text = re.sub(r"(?m)^(hidden|layers) = .*$", "layers = []", GOOD)
    assert text.count("layers = []") == 1
    tried(re.sub(r"(?m)^loss = .*$", f'loss = "{loss}"', text), {"notes"})


def test_a_grid_is_counted_before_it_is_made(tried):
    many = ", ".join(f"{i}e-6" for i in range(1, 1001))
    axes = f"lr = [{many}]\nl2 = [{many}]\nl1 = [{many}]"
    (problem,) = tried(GOOD.replace(AXES, axes), {"notes"})
    assert problem.line == 17
    assert "at most 1,000,000 cells, got 1,000,000,000 (1,000 lr x 1,000 l2 x 1,000 l1" in str(
        problem
    )


def test_cases_are_counted_too(tried):
    many = ", ".join(f"{i}e-6" for i in range(1, 501))
    axes = f"lr = [{many}]\nl2 = [{many}]"
    (problem,) = tried(GOOD.replace(AXES, axes), {"notes"})
    assert problem.line == 17
    assert "at most 100,000 cases, got 250,000 (500 lr x 500 l2)" in str(problem)


def test_the_limit_of_cells_can_be_moved(tried, monkeypatch):
    monkeypatch.setenv("HARNESS_MAX_CELLS", "1")
    (problem,) = tried(GOOD, {"notes"})
    assert "at most 1 cells, got 2 (2 batch_size x 1 seed)" in str(problem)
    monkeypatch.setattr("harness.plan.size.MOST_CASES", 1)
    monkeypatch.setenv("HARNESS_MAX_CELLS", "2")
    assert most_cases() == 2
    monkeypatch.setenv("HARNESS_MAX_CELLS", "many")
    with pytest.raises(UsageError, match="HARNESS_MAX_CELLS must be a positive integer"):
        most_cells()


def test_what_would_take_all_memory_is_refused(tried):
    wide = GOOD.replace(
        'layers = [\n  { type = "flatten" },\n  { type = "linear", out = 10 },\n]',
        "hidden = [1000000, 1000000]",
    )
    (problem,) = tried(wide, {"notes"})
    assert "must have at most 1,000,000,000 parameters" in str(problem)
    drawn = GOOD.replace(
        'dataset = "digits"',
        'dataset = "synthetic"\n[data.synthetic]\n'
        'generator = "linear"\nn_train = 1000000000\n'
        'features = "normal"\nn_features = 100',
    )
    assert any("must draw at most" in str(problem) for problem in tried(drawn, {"notes"}))


def test_problems_are_suite_errors(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("schema = inf\n")
    with pytest.raises(SuiteError, match=r"x\.toml:1: schema: must be a finite number, got inf"):
        load(path)
