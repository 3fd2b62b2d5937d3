"""The cases of a suite as rows of numbers, and which records are theirs."""

from dataclasses import replace

import fake_results as fake
import fake_suites

from harness.report.cases import missing_results, tables
from harness.report.results import records_of


def test_cases_have_their_axes_runs_and_metrics():
    suites, archive = fake_suites.everything()
    records = [r for r in archive.records if r.suite == "demo-rates"]
    (table,) = tables(suites[2], records, archive)
    assert table.axes == ("Learning rate",)
    assert "Implementation: NumPy" in table.shared
    assert [row.axes for row in table.rows] == [("0.0001",), ("0.01",), ("0.8",)]
    assert table.rows[2].runs == "6 diverged"
    last = dict(zip(table.metrics, table.rows[2].metrics, strict=True))
    assert last["Weight"] == "6 of 6 not finite"
    assert last["Stability limit 2/λmax"] == "0.0297"


def test_a_metric_that_some_runs_lack_is_said():
    maker = fake.Maker()
    for seed in range(4):
        metrics = {"loss": 1.0, **({"first_inf": 7.0} if seed < 3 else {})}
        maker.add("demo", "train", {"lr": 1}, seed, metrics=metrics)
    (table,) = tables(fake.suite_of(), maker.records, maker.archive())
    assert dict(zip(table.metrics, table.rows[0].metrics, strict=True)) == {
        "First infinite loss at": "7 (3 runs)",
        "Loss": "1",
    }


def test_functions_of_one_file_share_a_table():
    maker = fake.Maker()
    for place, name in (("f.py:one", "one"), ("f.py:two", "two"), ("g.py:one", "g.py:one")):
        maker.add("demo", place, {"experiment": name}, metrics={"loss": 1.0})
    both, alone = tables(fake.suite_of(), maker.records, maker.archive())
    assert (both.experiment, both.axes) == ("f.py", ("Experiment",))
    assert [row.axes for row in both.rows] == [("one",), ("two",)]
    assert (alone.experiment, alone.axes) == ("g.py:one", ())


def test_numbered_metrics_are_in_the_order_of_their_numbers():
    maker = fake.Maker()
    maker.add("demo", "knn", {"lr": 1}, metrics={f"accuracy_k{k}": 0.5 for k in (10, 100, 5, 1)})
    (table,) = tables(fake.suite_of(), maker.records, maker.archive())
    assert [head.rpartition(" ")[2] for head in table.metrics] == ["1", "5", "10", "100"]


def test_lost_cells_are_grouped_by_reason():
    _, archive = fake_suites.everything()
    records = [r for r in archive.records if r.suite == "demo-optimizers"]
    assert [(item.status, item.cells, item.where) for item in missing_results(records, ())] == [
        ("skipped", "10 cells", "torch/cuda"),
        ("timeout", "1 cell", "torch/cpu"),
    ]


def test_the_full_profile_leaves_out_what_only_the_quick_one_has():
    maker = fake.Maker()
    maker.add("demo", "train", {"epochs": 3}, deviation="epochs 15 -> 3")
    maker.add("demo", "train", {"epochs": 15})
    archive, suite = maker.archive(), fake.suite_of()
    plan = fake.cases_of(archive.records)
    assert [r.axes["epochs"] for r in records_of(suite, plan, archive, "full")] == [15]
    assert [r.axes["epochs"] for r in records_of(suite, plan, archive, "quick")] == [3, 15]
    assert [r.axes["epochs"] for r in records_of(suite, plan[:1], archive, "full")] == [3]


def test_an_axis_that_came_after_a_record_has_its_default():
    maker = fake.Maker()
    maker.add("demo", "train", {"epochs": 3})
    archive, suite = maker.archive(), fake.suite_of()
    (case,) = fake.cases_of(archive.records)
    later = replace(case, axes={**case.axes, "keep": "none"})
    (found,) = records_of(suite, [later], archive, "quick")
    assert "keep" not in archive.records[0].axes
    assert found == replace(archive.records[0], axes=later.axes)
