from dataclasses import replace

import pytest
from suite_texts import DIGITS_NET, load_suite, suite_text, train_text

from harness.config.experiments import TABLES
from harness.config.table import Table
from harness.errors import SuiteError
from harness.experiments import timing
from harness.experiments.probe import PROBES, Probe
from harness.experiments.registry import SuiteExperiments
from harness.plan.expand import expand
from harness.plan.names import Axes, label
from harness.plan.select import Selection, narrow

TEXT = suite_text(
    "tiny",
    train_text(DIGITS_NET, epochs=3, batch_size=32),
    """\
[seeds]
count = 4
[[grid]]
backend = ["numpy", "torch"]
device = ["cpu", "cuda"]
optimizer = [{ name = "sgd", lr = 0.1 }, { name = "adam", lr = 0.001 }]
[[grid]]
backend = ["numpy"]
hidden = [[], [8, 8]]
lr = [0.5]
seeds = 2
[quick]
epochs = 1
seeds = 3
hidden = [[]]
[stand_in]
n_train = 100
""",
)


@pytest.fixture
def suite(tmp_path):
    return load_suite(tmp_path, TEXT)


def test_grids_are_products_and_impossible_pairs_are_no_cells(suite):
    plan = expand(suite).full
    first = [case for case in plan.cases if case.axes["optimizer"] in ("sgd", "adam")]
    pairs = {(case.backend, case.device) for case in first}
    assert pairs == {("numpy", "cpu"), ("torch", "cpu"), ("torch", "cuda")}


def test_every_case_has_a_value_for_every_axis_of_the_suite(suite):
    plan = expand(suite).full
    names = {"experiment", "backend", "device", "optimizer", "hidden", "lr"}
    assert all(set(case.axes) == names for case in plan.cases)
    assert {case.axes["hidden"] for case in plan.cases} == {"16", "none", "8-8"}


def test_axis_values_reach_the_settings(suite):
    case = next(c for c in expand(suite).full.cases if c.axes["hidden"] == "8-8")
    assert case.settings.model.hidden == (8, 8)
    assert case.settings.train.lr == 0.5


def test_cells_come_seed_by_seed_with_the_grids_own_counts(suite):
    plan = expand(suite).full
    seeds = [cell.seed for cell in plan.cells()]
    assert seeds == sorted(seeds)
    assert len(seeds) == 6 * 4 + 2 * 2


def test_quick_changes_axes_settings_and_seeds(suite):
    plan = expand(suite).quick
    assert {case.axes["hidden"] for case in plan.cases} == {"none"}
    assert all(case.settings.train.epochs == 1 for case in plan.cases)
    assert set(plan.seeds.values()) == {3, 2}
    assert all(case.settings.data.n_train is None for case in plan.cases)
    standing = expand(suite).stand_in
    assert all(case.settings.data.n_train == 100 for case in standing.cases)


def test_cases_of_the_full_profile_are_on_protocol_and_others_say_why_not(suite):
    assert all(case.protocol for case in expand(suite).full.cases)
    for case in expand(suite).quick.cases:
        assert not case.protocol
        assert "epochs = 1" in case.deviation


def test_a_quick_case_that_equals_a_full_one_is_on_protocol(tmp_path):
    suite = load_suite(tmp_path, TEXT.replace("epochs = 1\nseeds = 3\nhidden = [[]]", "seeds = 1"))
    plan = expand(suite).quick
    assert all(case.protocol for case in plan.cases)
    assert {case.id for case in plan.cases} == {case.id for case in expand(suite).full.cases}


def test_a_grid_as_is_keeps_its_settings_but_not_its_seeds(tmp_path):
    suite = load_suite(tmp_path, TEXT.replace("seeds = 2\n", "seeds = 5\nas_is = true\n"))
    kept = [case for case in expand(suite).quick.cases if case.protocol]
    assert {case.axes["hidden"] for case in kept} == {"none", "8-8"}
    assert {expand(suite).quick.seeds[case.id] for case in kept} == {3}


def test_case_ids_depend_on_what_matters_only(suite, tmp_path):
    before = {case.id for case in expand(suite).full.cases}
    assert len(before) == 8
    renamed = load_suite(tmp_path, TEXT.replace('title = "tiny"', 'title = "else"'))
    assert {case.id for case in expand(renamed).full.cases} == before
    unused = load_suite(tmp_path, TEXT + "[knn]\nn_neighbors = [3]\n")
    assert {case.id for case in expand(unused).full.cases} == before
    default = load_suite(tmp_path, TEXT.replace("epochs = 3", "epochs = 3\ndrop_last = false"))
    assert {case.id for case in expand(default).full.cases} == before
    changed = load_suite(tmp_path, TEXT.replace("epochs = 3", "epochs = 4"))
    assert not {case.id for case in expand(changed).full.cases} & before


def test_adding_a_case_changes_no_other(suite, tmp_path):
    before = {case.id for case in expand(suite).full.cases}
    more = load_suite(tmp_path, TEXT.replace("[[], [8, 8]]", "[[], [8, 8], [4]]"))
    assert before < {case.id for case in expand(more).full.cases}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("lr = [0.5]", "lrr = [0.5]", 23, "unknown axis 'lrr'. Did you mean 'lr'"),
        ("lr = [0.5]", 'lr = ["x"]', 23, "must be a number, got 'x'"),
        ("hidden = [[], [8, 8]]", "hidden = [8]", 22, "must be a list, got 8"),
    ],
)
def test_a_bad_axis_is_named_by_line(tmp_path, old, new, line, words):
    suite = load_suite(tmp_path, TEXT.replace(old, new))
    with pytest.raises(SuiteError) as caught:
        expand(suite)
    assert words in str(caught.value)
    assert caught.value.problems[0].line == line


def test_narrow_keeps_what_is_asked_for(suite):
    plan = narrow(expand(suite).full, Selection(1, ["train"], ["torch"], ["cpu"]))
    assert {(case.backend, case.device) for case in plan.cases} == {("torch", "cpu")}
    assert len(plan.cells()) == 2
    assert not narrow(plan, Selection(experiment=["knn"])).cases


def test_a_function_is_selected_by_its_own_name(suite):
    whole = expand(suite).full
    cases = [replace(case, experiment=f"bench/mine.py:{case.experiment}") for case in whole.cases]
    plan = replace(whole, cases=tuple(cases))
    for name in ("train", "bench/mine.py:train"):
        assert narrow(plan, Selection(experiment=[name])).cases == plan.cases
    assert not narrow(plan, Selection(experiment=["knn"])).cases


def test_key_names_are_unique_over_all_tables(suite):
    names = [name for model in TABLES.values() for name in model.model_fields]
    assert len(names) == len(set(names))
    assert Axes.of(suite, SuiteExperiments(suite.home)).tables["n_train"] == "data"


def test_labels():
    assert label(None) == "all"
    assert label([]) == "none"
    assert label([128, 64]) == "128-64"
    assert label({"name": "sgd", "lr": 0.1}) == "sgd"
    assert label(0.5) == 0.5


def test_tables_that_share_a_name_are_told_apart(tmp_path):
    old = '{ name = "adam", lr = 0.001 }'
    suite = load_suite(tmp_path, TEXT.replace(old, '{ name = "sgd", lr = 0.1, momentum = 0.9 }'))
    found = set(Axes.of(suite, SuiteExperiments(suite.home)).shared["optimizer"].values())
    assert found == {"sgd lr=0.1", "sgd lr=0.1 momentum=0.9"}
    axes = {case.axes["optimizer"] for case in expand(suite).full.cases}
    assert found <= axes


TWO_PROBES = suite_text(
    "two-probes",
    """\
[params]
size = 3
[probe]
name = "sized"
[[grid]]
backend = ["numpy"]
device = ["cpu"]
name = ["sized", "parameters"]
""",
    experiment="probe",
)


def test_a_probe_reads_its_own_params_only(tmp_path, monkeypatch):
    class Sized(Table):
        size: int = 1

    sized = Probe("sized", "has a size", run=None, produces=lambda *_: frozenset(), params=Sized)
    known = PROBES.get
    monkeypatch.setattr(PROBES, "get", lambda name: sized if name == "sized" else known(name))
    first, second = expand(load_suite(tmp_path, TWO_PROBES)).full.cases
    assert first.settings.params == {"size": 3}
    assert second.settings.params == {}


def test_a_repeated_script_has_cases_and_seeds_of_its_own(tmp_path):
    plain = expand(load_suite(tmp_path, TEXT)).full
    assert {cell.script for cell in plain.cells()} == {None}
    scripted = TEXT.replace("count = 4", 'count = 4\nroot = 42\nrng = "torch"')
    plan = expand(load_suite(tmp_path, scripted)).full
    assert not {case.id for case in plan.cases} & {case.id for case in plain.cases}
    assert {(cell.seed, cell.script) for cell in plan.cells()} == {(i, 42 + i) for i in range(4)}
    again = expand(load_suite(tmp_path, scripted.replace("root =", "step = 0\nroot ="))).full
    assert {cell.script for cell in again.cells()} == {42}
    assert not {case.id for case in plan.cases} & {case.id for case in again.cases}


def test_ids_of_cases_without_a_script_are_those_of_stored_records(suite):
    # Taken before scripts could be repeated: stored records are found by these.
    assert [case.id for case in expand(suite).full.cases][:2] == [
        "b4f732a6d50b5dae",
        "b2ed07eb38948d1a",
    ]


TIMED = suite_text(
    "timed",
    """\
[data]
dataset = "digits"
[model]
hidden = []
[train]
loss = "cross_entropy"
lr = 0.1
steps = 3
batch_size = 8
[timing]
workload = "step"
kernel = "matmul"
variant = "matmul"
[[grid]]
backend = ["numpy"]
device = ["cpu"]
workload = ["step", "train", "kernel"]
""",
    experiment="timing",
)


def test_a_revision_gives_new_ids_to_the_cases_it_concerns_only(tmp_path, monkeypatch):
    def ids():
        cases = expand(load_suite(tmp_path, TIMED)).full.cases
        return {case.axes["workload"]: case.id for case in cases}

    now = ids()
    plain = replace(timing.EXPERIMENT, revision=None)
    monkeypatch.setattr(timing, "EXPERIMENT", plain)
    before = ids()
    assert {name for name in now if now[name] != before[name]} == {"kernel"}
    assert len(set(now.values())) == 3


def test_a_grid_for_pictures_makes_cases_that_no_claim_is_about(tmp_path):
    """The same case in another grid is judged, and its id is no other."""
    drawn = TEXT.replace("seeds = 2\n", "seeds = 2\nclaims = false\n")
    assert drawn != TEXT
    before, after = (
        expand(load_suite(tmp_path, TEXT)).full,
        expand(load_suite(tmp_path, drawn)).full,
    )
    assert [case.id for case in before.cases] == [case.id for case in after.cases]
    assert {c.axes["hidden"] for c in after.cases if not c.judged} == {"none", "8-8"}
    again = drawn.replace(
        "[quick]", '[[grid]]\nbackend = ["numpy"]\nhidden = [[]]\nlr = [0.5]\n[quick]'
    )
    cases = expand(load_suite(tmp_path, again)).full.cases
    assert {case.axes["hidden"] for case in cases if not case.judged} == {"8-8"}


MANY_PROBES = suite_text(
    "tiny",
    """\
[probe]
name = "function"
[params]
function = "relu"
width = 4
[[grid]]
function = ["relu", "tanh"]
[[grid]]
name = ["signal"]
width = [4, 8]
[quick]
width = 2
seeds = 1
""",
    experiment="probe",
    source=None,
)


def test_keys_of_one_probe_are_no_axes_of_another(tmp_path):
    plans = expand(load_suite(tmp_path, MANY_PROBES))
    axes = [set(case.axes) - {"experiment", "backend", "device"} for case in plans.full.cases]
    assert axes == [{"function", "name"}] * 2 + [{"width", "name"}] * 2
    departures = {case.axes["name"]: case.deviation for case in plans.quick.cases}
    assert departures == {"function": "", "signal": "width = 2"}
