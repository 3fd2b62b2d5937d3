import json
import math
import subprocess
from dataclasses import replace

import history_builders as make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NothingMeasured, StoreError, UsageError
from harness.gate.history import (
    Baseline,
    History,
    Point,
    check_name,
    first_parent,
    record,
    rejection,
    series,
)
from harness.gate.history.store import decode, encode
from harness.gate.values import Decision, Pair
from harness.lines import object_of, text_of
from harness.lockstep.sample import Sample
from harness.types import Interval

FINITE = st.floats(allow_nan=False)
POINTS = st.builds(
    make.point,
    number=st.integers(0, 9),
    case=st.text(max_size=20),
    subject=st.text(st.characters(blacklist_categories=["Cs"]), max_size=20),
    quantity=st.sampled_from(["time", "memory", "device_memory"]),
    verdict=st.sampled_from(["ok", "regressed", "improved", "inconclusive"]),
    ratio=FINITE,
    low=st.none() | FINITE,
    high=st.none() | FINITE,
    log_ratios=st.lists(st.floats(-50, 50), min_size=1, max_size=4).map(tuple),
)


def filled(folder, *points):
    history = History(folder)
    history.name(make.V1)
    history.add(points)
    return history


@pytest.mark.parametrize("name", ["v1", "2025.01", "a_b-c", "X", "7"])
def test_names_are_letters_digits_and_three_signs(name):
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-x", ".x", "a b", "a/b", "é", "v1\n", "HEAD~1", "@"])
def test_other_names_are_refused(name, tmp_path):
    with pytest.raises(UsageError, match="the name of a baseline must be letters, digits"):
        History(tmp_path).name(replace(make.V1, name=name))
    assert not any(tmp_path.iterdir())


@given(POINTS)
def test_a_point_is_read_back_equal(point):
    line = text_of(encode(point))
    assert "\n" not in line
    assert decode(object_of(line), Point) == point
    assert json.loads(line, parse_constant=pytest.fail)["schema"] == 1


def test_a_baseline_is_read_back_equal():
    assert decode(encode(make.V1), Baseline) == make.V1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "must be a point of schema 1, got"),
        ({"schema": None}, "must be a point of schema 1, got"),
        ({"ratio": "fast"}, "ratio: input should be a valid number.*got 'fast' instead"),
        ({"quantity": "joules"}, "quantity: input should be 'time', 'memory' or 'device_memory'"),
        ({"log_ratios": []}, "log_ratios: .*at least 1 item"),
        ({"log_ratios": ["nan"]}, "log_ratios.0: input should be a finite number"),
        ({"committed": "yesterday"}, "committed: value error, Invalid isoformat string"),
        ({"speed": 1}, "speed: unexpected keyword argument"),
    ],
)
def test_a_line_that_is_no_point_says_what_must_be(change, message):
    with pytest.raises(StoreError, match=message):
        decode(encode(make.point()) | change, Point)


def test_a_line_without_a_field_names_it():
    values = encode(make.point())
    del values["case"]
    with pytest.raises(StoreError, match="case: field required"):
        decode(values, Point)


def test_baselines_and_points_are_read_back(tmp_path):
    history = filled(tmp_path / "deep" / "history", make.point(1), make.point(2))
    again = History(history.folder)
    assert again.baselines == history.baselines == {"v1": make.V1}
    assert again.points == history.points == (make.point(1), make.point(2))
    assert again.baseline("v1") == make.V1


def test_an_unknown_baseline_says_how_to_name_one(tmp_path):
    history = filled(tmp_path)
    message = r"no baseline is named 'v11'; name one with `harness history --set v11 REVISION`\."
    with pytest.raises(NothingMeasured, match=message + r" Did you mean 'v1'\?"):
        history.baseline("v11")


def test_a_name_given_twice_moves_and_the_points_are_not_mixed(tmp_path):
    history = filled(tmp_path, make.point(1))
    moved = Baseline("v1", "1" * 40, "2" * 40, make.when(9))
    history.name(moved)
    history.add([make.point(2, baseline_tree=moved.tree)])
    again = History(tmp_path)
    assert again.baseline("v1") == moved
    assert [p.commit for s in series(again, moved) for p in s.points] == [make.commit(2)]
    assert [p.commit for s in series(again, make.V1) for p in s.points] == [make.commit(1)]


def test_two_names_of_the_same_files_share_their_points(tmp_path):
    history = filled(tmp_path, make.point(1))
    assert len(series(history, replace(make.V1, name="release"))) == 1


def test_the_newest_measurement_of_a_commit_counts(tmp_path):
    newer = make.point(1, 0.5, measured=make.when(5000), environment="e2")
    history = filled(tmp_path, make.point(1), newer)
    assert history.points == History(tmp_path).points == (newer,)
    assert len((tmp_path / "points.jsonl").read_text().splitlines()) == 2


def test_a_torn_last_line_is_dropped_with_a_note_and_kept_aside(tmp_path):
    filled(tmp_path, make.point(1), make.point(2))
    path = tmp_path / "points.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    history = History(tmp_path)
    assert [p.commit for p in history.points] == [make.commit(1)]
    assert "the last line was cut off" in history.notes[0]
    history.add([make.point(3)])
    assert [p.commit for p in History(tmp_path).points] == [make.commit(1), make.commit(3)]
    assert History(tmp_path).notes == []
    assert (tmp_path / "points.jsonl.torn").exists()


def test_another_malformed_line_is_named_by_file_and_number(tmp_path):
    filled(tmp_path, make.point(1))
    path = tmp_path / "points.jsonl"
    path.write_bytes(path.read_bytes() + b'{"schema": 1}\n')
    with pytest.raises(StoreError, match=r"points\.jsonl:2: baseline: field required"):
        History(tmp_path)


def test_what_could_not_be_read_back_is_not_written(tmp_path):
    history = filled(tmp_path)
    with pytest.raises(StoreError, match="committed: value error"):
        history.add([make.point(committed="yesterday")])
    assert History(tmp_path).points == ()


def test_a_result_becomes_one_point_a_decision(tmp_path):
    history = filled(tmp_path)
    (point,) = record(history, make.V1, make.result())
    assert History(tmp_path).points == (point,)
    assert point.log_ratios == pytest.approx([math.log(1.1), math.log(1.2)])
    assert point.log_ratio == pytest.approx(math.log(1.1 * 1.2) / 2)
    assert point.interval == Interval(1.1, 1.2, 0.99)
    assert (point.commit, point.committed) == (make.commit(1), make.when(1))
    assert (point.measured, point.hardware, point.ratio) == (make.when(2), make.HARDWARE, 1.15)


def test_only_what_may_change_speed_enters_the_environment(tmp_path):
    def environment(**facts):
        (point,) = record(filled(tmp_path), make.V1, make.result(environment=facts))
        return point.environment

    one = environment(numpy="2.4.6", commit="f" * 40)
    assert environment(numpy="2.4.6", commit="0" * 40) == one
    assert environment(numpy="2.5.0", commit="f" * 40) != one


def test_memory_above_what_was_held_is_not_held_against_whole_processes(tmp_path):
    decisions = tuple(Decision("a", quantity, "ok", pairs=1) for quantity in ("time", "memory"))
    whole = Pair("a", 0, "base", make.timed(1, peak=1e8), make.timed(2, peak=5e7))
    above = Pair("a", 0, "base", *(replace(side, held=1e7) for side in (whole.base, whole.head)))
    found = [
        record(filled(tmp_path), make.V1, replace(make.result(), decisions=decisions, pairs=(one,)))
        for one in (whole, above)
    ]
    (old_time, old_memory), (new_time, new_memory) = found
    assert old_time.environment == new_time.environment == old_memory.environment
    assert new_memory.environment != old_memory.environment


def test_each_quantity_has_the_log_ratios_of_its_own_values(tmp_path):
    pair = Pair("a", 0, "base", make.timed(1, peak=1e8), make.timed(2, peak=5e7))
    lost = Pair("a", 1, "base", Sample(error="killed"), make.timed(1, peak=1e7))
    other = Pair("b", 0, "base", make.timed(1), make.timed(9))
    decisions = (Decision("a", "time", "ok", pairs=1), Decision("a", "memory", "ok", pairs=1))
    found = replace(make.result(), decisions=decisions, pairs=(pair, lost, other))
    points = record(filled(tmp_path), make.V1, found)
    assert [p.log_ratios for p in points] == [(math.log(2),), (math.log(0.5),)]
    assert points[0].interval is None


@pytest.mark.parametrize("verdict", ["broken", "missing"])
def test_broken_and_missing_cases_have_no_point(tmp_path, verdict):
    whole = make.result()
    broken = replace(whole.decisions[0], verdict=verdict)
    assert rejection(make.V1, replace(whole, decisions=(broken,)))
    both = replace(whole, decisions=(broken, replace(broken, verdict="ok", quantity="time")))
    assert len(record(filled(tmp_path), make.V1, both)) == 1


def test_uncommitted_changes_have_no_place_in_a_history(tmp_path):
    history = filled(tmp_path)
    found = make.result(dirty=True)
    with pytest.raises(NothingMeasured, match="the head must be a commit to enter the history"):
        record(history, make.V1, found)
    assert history.points == ()


def test_a_result_without_a_pair_has_no_place_in_a_history(tmp_path):
    with pytest.raises(NothingMeasured, match="no case was measured on both sides"):
        record(filled(tmp_path), make.V1, make.result(pairs=()))


def test_another_base_is_refused(tmp_path):
    other = replace(make.V1, tree="0" * 40)
    with pytest.raises(UsageError, match=r"the base must be the baseline 'v1'.*`harness gate v1`"):
        record(filled(tmp_path), other, make.result())


def test_there_is_a_series_for_each_case_quantity_and_machine(tmp_path):
    axes = [
        {"case": "b"},
        {"case": "a", "quantity": "memory"},
        {"case": "a"},
        {"case": "a", "hardware": "other"},
    ]
    history = filled(tmp_path, *(make.point(n, **axis) for axis in axes for n in (2, 1)))
    found = series(history, make.V1)
    assert [(s.case, s.quantity, s.hardware) for s in found] == [
        ("a", "time", "other"),
        ("a", "time", make.HARDWARE),
        ("a", "memory", make.HARDWARE),
        ("b", "time", make.HARDWARE),
    ]
    assert all([p.commit for p in s.points] == [make.commit(1), make.commit(2)] for s in found)


def order_of(history, commits=()):
    (found,) = series(history, make.V1, commits)
    return [int(point.commit[:7], 16) for point in found.points]


def test_times_are_ordered_as_instants_not_as_text(tmp_path):
    early = make.point(1, committed="2025-01-01T23:00:00-05:00")  # 04:00 UTC of the second
    late = make.point(2, committed="2025-01-02T09:00:00+09:00")  # 00:00 UTC of the second
    plain = make.point(3, committed="2025-01-02T02:00:00")
    unknown = make.point(4, committed="")
    assert order_of(filled(tmp_path, early, late, plain, unknown)) == [4, 2, 3, 1]


def test_commits_of_one_time_stand_as_they_were_measured(tmp_path):
    points = [make.point(n, committed=make.when(0), measured=make.when(10 - n)) for n in (1, 2)]
    assert order_of(filled(tmp_path, *points)) == [2, 1]


def test_the_order_of_the_repository_goes_before_the_clocks(tmp_path):
    history = filled(tmp_path, *(make.point(n) for n in range(4)))
    assert order_of(history, [make.commit(n) for n in (3, 1, 0, 2)]) == [3, 1, 0, 2]


def test_commits_of_other_branches_stand_where_their_times_put_them(tmp_path):
    history = filled(tmp_path, *(make.point(n) for n in range(6)))
    assert order_of(history, [make.commit(n) for n in (1, 2, 4)]) == [0, 1, 2, 3, 4, 5]
    assert order_of(history, [make.commit(n) for n in (2, 1, 4)]) == [0, 2, 1, 3, 4, 5]


def test_the_first_parents_are_those_of_the_repository(tmp_path):
    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert first_parent(tmp_path) == ()
    git("init", "-q", "-b", "main")
    assert first_parent(tmp_path) == (), "no commit yet"
    git("commit", "-q", "--allow-empty", "-m", "one")
    one = git("rev-parse", "HEAD")
    git("checkout", "-q", "-b", "side")
    git("commit", "-q", "--allow-empty", "-m", "aside")
    git("checkout", "-q", "main")
    git("commit", "-q", "--allow-empty", "-m", "two")
    two = git("rev-parse", "HEAD")
    git("merge", "-q", "--no-ff", "-m", "merged", "side")
    assert first_parent(tmp_path) == (one, two, git("rev-parse", "HEAD"))


def test_without_git_there_is_no_order(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert first_parent(tmp_path) == ()
