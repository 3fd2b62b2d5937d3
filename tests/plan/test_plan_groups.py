"""Which cells run together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from suite_texts import DIGITS_NET, load_suite, suite_text, train_text

from harness.experiments.registry import EXPERIMENTS
from harness.plan import groups
from harness.plan.expand import expand
from harness.plan.groups import MOST, grouped
from harness.types import Cell

TEXT = suite_text(
    "tiny",
    train_text(DIGITS_NET, epochs=3),
    """\
[knn]
n_neighbors = [1]
[seeds]
count = 6
[[grid]]
backend = ["numpy", "torch"]
device = ["cpu", "cuda"]
lr = [0.1, 0.2]
[[grid]]
hidden = [[], [8]]
lr = [0.1]
seeds = 3
[[grid]]
experiment = ["knn"]
seeds = 2
[[grid]]
dropout = [0.5]
lr = [0.1]
seeds = 2
""",
)


@pytest.fixture
def cells(tmp_path) -> list[tuple[str, Cell]]:
    return _cells(tmp_path, TEXT)


def _cells(folder, text) -> list[tuple[str, Cell]]:
    cells = expand(load_suite(folder, text)).full.cells()
    return [(str(number), cell) for number, cell in enumerate(cells)]


def _kinds(found):
    return sorted(
        (cell.case.backend, cell.case.device, str(cell.case.axes["hidden"]), len(group))
        for group in found
        for _, cell in group[:1]
        if len(group) > 1
    )


def test_cells_that_differ_in_seed_or_rate(cells):
    found = grouped(cells, 1)
    assert _kinds(found) == [
        ("numpy", "cpu", "16", 12),
        ("numpy", "cpu", "8", 3),
        ("numpy", "cpu", "none", 3),
        ("torch", "cpu", "16", 12),
        ("torch", "cuda", "16", 12),
    ]
    alone = {group[0][1].case.experiment for group in found if len(group) == 1}
    assert alone == {"knn", "train"}, "what has dropout is trained one by one"
    assert sorted(name for group in found for name, _ in group) == sorted(n for n, _ in cells)


def test_on_the_host_a_group_is_split_among_the_processes(cells):
    found = grouped(cells, 4)
    sizes = [kind[3] for kind in _kinds(found) if kind[:3] == ("numpy", "cpu", "16")]
    assert sizes == [2, 2, 4, 4]
    assert ("torch", "cuda", "16", 12) in _kinds(found)
    assert all(len(seeds) == 2 * len(set(seeds)) for seeds in _seeds(found)), "both rates of each"


def _seeds(found):
    kind = ("numpy", "16")
    cases = [(g, g[0][1].case) for g in found if len(g) > 1]
    wanted = [g for g, case in cases if (case.backend, str(case.axes["hidden"])) == kind]
    return [[cell.seed for _, cell in group] for group in wanted]


def test_where_all_see_the_same_batch_they_add_less_than_they_share(tmp_path, monkeypatch):
    text = TEXT.replace("hidden = [[], [8]]\nlr", 'hidden = [[]]\nbatch_size = ["full"]\nlr')
    full = [c for c in _cells(tmp_path, text) if c[1].case.axes["batch_size"] == "full"]
    many = [(f"{name}-{seed}", replace(cell, seed=seed)) for seed, (name, cell) in enumerate(full)]
    assert len(many) == 3
    many += [(f"more-{seed}", replace(full[0][1], seed=seed)) for seed in range(3, 7)]
    assert [len(group) for group in grouped(many, 1)] == [7]
    assert [len(group) for group in grouped(many, 2)] == [4, 3]
    monkeypatch.setattr(groups, "CACHE", 1)
    # 64 features of an example are three times the ten outputs, on the way up and down
    assert [len(group) for group in grouped(many, 1)] == [3, 2, 2]


def test_groups_that_see_one_batch_each_stay_whole_where_they_are_enough(tmp_path):
    text = TEXT.replace("hidden = [[], [8]]\nlr", 'hidden = [[]]\nbatch_size = ["full"]\nlr')
    full = [c for c in _cells(tmp_path, text) if c[1].case.axes["batch_size"] == "full"]
    on_torch = [
        (f"torch {name}", replace(cell, case=replace(cell.case, id="torch", backend="torch")))
        for name, cell in full
    ]
    assert [len(group) for group in grouped(full, 2)] == [2, 1]
    assert [len(group) for group in grouped([*full, *on_torch], 2)] == [3, 3]
    assert [len(group) for group in grouped([*full, *on_torch], 3)] == [1, 1, 1, 1, 1, 1]


def test_a_group_of_small_steps_is_not_split(cells, monkeypatch):
    monkeypatch.setattr(groups, "LEAST", 10**9)
    assert ("numpy", "cpu", "16", 12) in _kinds(grouped(cells, 4))


def test_a_group_has_a_largest_size(cells):
    name, cell = next(item for item in cells if item[1].case.device == "cuda")
    many = [(f"{name}-{seed}", replace(cell, seed=seed)) for seed in range(MOST + 1)]
    sizes = [len(group) for group in grouped(many, 1)]
    assert sizes == [MOST // 2 + 1, MOST // 2]


def test_a_group_on_the_host_stays_in_cache(cells, monkeypatch):
    plain = grouped(cells, 1)
    batch, own = 4 * 32 * 64, 4 * 32 * 2 * (16 + 16 + 10)  # digits, 16 units
    monkeypatch.setattr(groups, "CACHE", 2 * (batch + 2 * own))  # two seeds at both rates
    found = [len(group) for group in grouped(cells, 1) if group[0][1].case.backend == "torch"]
    assert sorted(found) == [4, 4, 4, 12]
    monkeypatch.setattr(groups, "CACHE", batch + own - 1)
    assert len(grouped(cells, 1)) > len(plain)
    assert _kinds(grouped(cells, 1)) == [("torch", "cuda", "16", 12)]


@pytest.mark.parametrize("flag", ["timed", "alone"])
def test_a_cell_about_time_never_runs_beside_others(cells, flag):
    timed = [(n, replace(c, case=replace(c.case, **{flag: True}))) for n, c in cells]
    assert all(len(group) == 1 for group in grouped(timed, 1))


def test_cells_under_other_bounds_are_apart(cells):
    others = [(n, replace(c, budget=float(1 + c.seed % 2))) for n, c in cells]
    assert ("torch", "cuda", "16", 6) in _kinds(grouped(others, 1))


def test_no_experiment_that_times_something_runs_cells_together():
    together = [name for name in EXPERIMENTS if EXPERIMENTS.get(name).together is not None]
    assert together == ["train"]
    assert not any(EXPERIMENTS.get(name).alone for name in together)
