"""Which worker gets what, who is refused, and what is lost, without workers."""

import itertools
import pickle
from dataclasses import replace

import pytest

from harness import environment
from harness.errors import ClusterLost, ClusterUnfit
from harness.execute.cases import Timeouts
from harness.execute.cluster import dispatch, messages
from harness.execute.cluster.backlog import Speeds
from harness.execute.cluster.dispatch import Dispatch
from harness.execute.cluster.link import TaskEnded, WorkersPresent
from harness.execute.cluster.messages import LoadResult, Reply, WorkerInfo
from harness.execute.cluster.roster import Roster
from harness.execute.wire import Answer


class Line:
    """Stands in for the link: what was sent, and what is to be heard."""

    def __init__(self):
        self.sent, self.dropped, self.heard = [], set(), []

    def send(self, key, to, errand, *words, label=""):
        self.sent.append((key, to, errand, words, label))

    def drop(self, keys):
        self.dropped |= set(keys)

    def events(self, timeout):
        found, self.heard = self.heard, []
        return found

    def work(self):
        """Return the loads on their way: key, worker, names of jobs, label."""
        return [
            (key, to, [job.name for job in pickle.loads(words[1]).jobs], label)  # noqa: S301
            for key, to, errand, words, label in self.sent
            if errand == "carry_out" and key not in self.dropped
        ]


HERE, OURS = environment.snapshot(), messages.versions()
BAD = {**OURS, "python": "3.9.1"}


def seen(*, kernel="k", facts=None, versions=None, **more):
    where = replace(HERE, klass="other", facts={**HERE.facts, **facts}) if facts else HERE
    return WorkerInfo(where, versions or OURS, {}, kernel, **more)


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def told():
    return []


@pytest.fixture
def roster(line, told, monkeypatch):
    """Make a roster of workers by address."""
    monkeypatch.setattr(messages, "versions", lambda: OURS)  # once is enough

    def make(**workers):
        made = Roster(line, "run", told.append)
        join(made, line, **workers)
        made.settle()
        return made

    return make


def join(roster, line, **workers):
    roster.note(WorkersPresent(frozenset({*roster.members, *roster.refused, *workers})))
    for key, to, errand, *_ in list(line.sent):
        if errand == "look" and to in workers and key in roster._asked:
            roster.note(TaskEnded(key, workers[to]))


@pytest.fixture
def dispatched(tmp_path):
    def make(jobs, roster, width=8):
        return Dispatch(jobs, width, tmp_path, roster, Timeouts(), Speeds())

    return make


def answered(line, key, *names):
    line.heard.append(
        TaskEnded(
            key,
            pickle.dumps(
                LoadResult(tuple(Reply(name, Answer("ok"), wall_s=9.0) for name in names))
            ),
        )
    )


def test_workers_that_differ_are_refused_in_a_line_and_the_others_serve(line, told, roster):
    made = roster(a=seen(), b=seen(versions=BAD), c=seen(), d=seen(facts={"processor": "Slow"}))
    assert [*made.members] == ["a", "c"]
    assert f"worker b is refused: python is 3.9.1, ours {OURS['python']}" in told
    ours = HERE.facts["processor"]
    assert f"worker d is refused: processor is Slow, on the others {ours}" in told
    assert {to for _, to, errand, *_ in line.sent if errand == "dismiss"} == {"b", "d"}


def test_a_worker_that_joins_is_looked_at_too(line, told, roster, jobs, dispatched):
    made = roster(a=seen())
    work = dispatched(jobs(3), made)
    list(work.turn())
    join(made, line, b=seen(), c=seen(versions=BAD))
    list(work.turn())
    assert {to for _, to, *_ in line.work()} == {"a", "b"}
    assert any(text.startswith("worker c is refused: ") for text in told)


def test_when_no_worker_is_as_we_are_the_run_is_refused(roster):
    with pytest.raises(
        ClusterUnfit, match=r"no worker of the cluster can be used: a: python is 3\.9"
    ):
        roster(a=seen(versions=BAD))


def test_cells_of_a_device_take_its_resource_and_others_keep_off(line, roster, jobs, dispatched):
    gpu = seen(facts={"accelerators": "cuda:X"}, resources={"CUDA": 1.0}, slots=4)
    made = roster(plain=seen(), gpu=gpu)
    assert made.classes["CUDA"].klass == "other"
    assert made.classes[""].klass == HERE.klass
    work = dispatched([*jobs(3), *jobs(3, name="g", device="cuda")], made)
    list(work.turn())
    found = {(to, *names, label) for _, to, names, label in line.work()}
    assert found == {("plain", "a0", ""), ("gpu", "g0", "CUDA")}


def test_timing_cells_have_a_machine_to_themselves(line, roster, jobs, dispatched):
    made = roster(a=seen(), b=seen(), c=seen(kernel="other"))
    work = dispatched(jobs(5, alone=True), made)
    list(work.turn())
    list(work.turn())
    assert {(to, *names) for _, to, names, _ in line.work()} == {("a", "a0"), ("c", "a1")}
    answered(line, line.work()[0][0], *line.work()[0][2])
    assert [finished.job.name for finished in work.turn()] == ["a0"]
    list(work.turn())
    assert len(line.work()) == 3


def test_no_more_run_at_a_time_than_is_wanted(line, roster, jobs, dispatched):
    work = dispatched(jobs(9), roster(a=seen(slots=2), b=seen(slots=2)), width=3)
    list(work.turn())
    assert len(line.work()) == 3


def test_small_cells_wait_at_workers_that_run_and_at_no_others(line, roster, jobs, dispatched):
    waiting = jobs(400)
    work = dispatched(waiting, roster(a=seen(), b=seen()), width=1)
    work._speeds.note(waiting[0], 1e-3)
    list(work.turn())
    assert [to for _, to, *_ in line.work()] == ["a", "a"]


def test_what_a_lost_worker_had_runs_by_itself_and_fails_when_it_takes_five(
    line, roster, jobs, dispatched, told
):
    made = roster(w0=seen())
    work = dispatched(jobs(1), made)
    ended = []
    for number in range(1, 7):
        ended += work.turn()
        assert not ended
        (_, to, names, _) = line.work()[-1]
        assert (to, names) == (f"w{number - 1}", ["a0"])
        line.heard.append(WorkersPresent(frozenset()))
        ended += work.turn()
        if number < 6:
            join(made, line, **{f"w{number}": seen()})
    (finished,) = ended
    assert finished.answer is None
    assert finished.died == ("5 workers were lost while each had nothing else to run (it is gone)")
    assert not work.busy
    assert sum("is lost: it is gone" in text for text in told) == 6


def test_cells_of_a_lost_accelerator_keep_no_other_from_running(line, roster, jobs, dispatched):
    made = roster(plain=seen(), gpu=seen(resources={"CUDA": 1.0}))
    work = dispatched([*jobs(2), *jobs(1, name="g", device="cuda")], made)
    list(work.turn())
    line.heard.append(WorkersPresent(frozenset({"plain"})))
    answered(line, next(key for key, to, *_ in line.work() if to == "plain"), "a0")
    list(work.turn())
    list(work.turn())
    assert [names for _, to, names, _ in line.work() if to == "plain"] == [["a0"], ["a1"]]


def test_a_worker_that_is_another_process_gets_its_cells_again(line, roster, jobs, dispatched):
    made = roster(a=seen())
    work = dispatched(jobs(1), made)
    list(work.turn())
    line.heard.append(TaskEnded(line.work()[0][0], pickle.dumps(LoadResult(stranger=True))))
    assert list(work.turn()) == []
    assert made.members == {}
    join(made, line, a=seen())
    list(work.turn())
    answered(line, line.work()[-1][0], "a0")
    assert [finished.job.name for finished in work.turn()] == ["a0"]
    assert not work.busy


def test_a_worker_with_other_files_is_refused_and_its_cells_go_elsewhere(
    line, roster, jobs, dispatched, told
):
    work = dispatched(jobs(1), roster(a=seen(), b=seen()))
    list(work.turn())
    key, to, *_ = line.work()[0]
    line.heard.append(TaskEnded(key, pickle.dumps(LoadResult(refusal="own.py changed"))))
    list(work.turn())
    list(work.turn())
    assert f"worker {to} is refused: own.py changed" in told
    assert {other for _, other, *_ in line.work()} == {"a", "b"}


def test_a_run_does_not_wait_for_ever_for_workers(line, roster, jobs, dispatched, monkeypatch):
    monkeypatch.setattr(dispatch, "_NOBODY", 0.0)
    made = roster(a=seen())
    work = dispatched(jobs(2, device="cuda"), made)
    with pytest.raises(ClusterLost, match="no worker for 2 jobs that are left came within 0 s"):
        list(itertools.chain.from_iterable(work.turn() for _ in range(3)))


def test_a_worker_far_beyond_the_budgets_of_its_cells_hangs(
    line, roster, jobs, dispatched, monkeypatch, told
):
    made = roster(a=seen(), b=seen())
    work = dispatched(jobs(1), made)
    list(work.turn())
    (_, to, *_) = line.work()[0]
    made.members[to].since -= 60 + dispatch._GRACE
    list(work.turn())
    assert any(text.startswith(f"worker {to} is refused: it hangs") for text in told)
    list(work.turn())
    assert {other for _, other, *_ in line.work()} == {"a", "b"} - {to}
