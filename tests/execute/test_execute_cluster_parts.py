"""The parts of a cluster without its workers: addresses, loads, what must be equal, losses."""

import itertools
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from harness import environment
from harness.datasets.roots import Roots
from harness.errors import ClusterLost, ClusterUnfit
from harness.execute.cluster import address, alike, dispatch
from harness.execute.cluster.backlog import BRIEF, MOST, UNSEEN, Backlog, Speeds, label
from harness.execute.cluster.data import Found
from harness.execute.cluster.dispatch import Dispatch
from harness.execute.cluster.link import Came, Present
from harness.execute.cluster.messages import Back, Reply, Seen
from harness.execute.cluster.roster import Roster
from harness.execute.job import Answer, Job
from harness.execute.timeouts import Timeouts
from harness.types import Cell


@pytest.mark.parametrize(
    "text", ["tcp://10.0.0.5:8786", "tls://node-3:1", "host:65535", "tcp://[::1]:8786", "local:8"]
)
def test_addresses_are_taken_as_they_are(text):
    assert address.parse(text) == text
    assert address.workers(text) == (8 if text == "local:8" else 0)


@pytest.mark.parametrize(
    "text", ["", "here", "tcp://10.0.0.5", "tcp://:8786", "http://x:1", "x:0", "x:65536", "x:1/y"]
)
def test_what_is_no_address_says_what_must_be(text):
    with pytest.raises(ValueError, match="must be the address of a dask scheduler"):
        address.parse(text)


@pytest.mark.parametrize("end", ["", "0", "two", "-1", "9999", "\u0663", "9" * 5000])
def test_so_many_workers_must_be_a_number(end):
    with pytest.raises(ValueError, match="local:N must have an N from 1 to 1024"):
        address.parse(f"local:{end}")


def test_what_differs_is_named_with_both_versions():
    ours = {"python": "3.12.1", "numpy": "2.4.6"}
    assert alike.differences(ours, {**ours, "torch": "2.13.0"}) == ""
    assert alike.differences(ours, {"python": "3.12.1"}) == "numpy is missing, ours 2.4.6"
    other = {"python": "3.11.2", "numpy": "1.26.4"}
    text = "python is 3.11.2, ours 3.12.1; numpy is 1.26.4, ours 2.4.6"
    assert alike.differences(ours, other) == text


def test_a_build_of_a_library_is_the_class_of_machines_to_tell(monkeypatch):
    monkeypatch.setattr(alike.metadata, "version", lambda _: "2.13.0+cu128")
    assert alike.versions()["torch"] == "2.13.0"


@pytest.fixture
def jobs(case):
    def make(count, *, name="a", experiment="civic:fine", **more):
        own = replace(case, id=name, experiment=experiment, device=more.pop("device", "cpu"))
        cell = {n: more.pop(n) for n in ("alone",) if n in more}
        return [
            Job(
                f"{name}{n}",
                Cell(own, n, 0, 60.0, **cell),
                Roots(Path("d"), Path("c")),
                {},
                1,
                **more,
            )
            for n in range(count)
        ]

    return make


@pytest.fixture
def case(tmp_path):
    from suite_texts import load_suite, suite_text

    from harness.plan.expand import expand

    text = suite_text("tiny", '[[grid]]\nbackend = ["numpy"]\n', experiment="civic:fine")
    (found,) = expand(load_suite(tmp_path, text)).full.cases
    return found


def loads(backlog, labels=("",), slots=1, brief=False):
    while found := backlog.take(labels, slots, brief=brief):
        yield [job.name for job in found]


def known(jobs, seconds):
    speeds = Speeds()
    speeds.note(jobs[0], seconds)
    return speeds


def test_a_cell_that_nobody_knows_goes_by_itself(jobs):
    backlog = Backlog(jobs(3), Timeouts(), Speeds())
    assert [len(load) for load in loads(backlog)] == [1, 1, 1]


def test_small_cells_go_together_as_long_as_they_are_brief_and_the_last_are_shared_out(jobs):
    waiting = jobs(400)
    found = list(loads(Backlog(waiting, Timeouts(), known(waiting, BRIEF / 50.5)), slots=2))
    assert list(itertools.chain(*found)) == [job.name for job in waiting], "each once, in order"
    assert len(found[0]) == 50
    assert [len(load) for load in found[-3:]] == [1, 1, 1]
    tiny = list(loads(Backlog(waiting, Timeouts(), known(waiting, 1e-6))))
    assert max(map(len, tiny)) == MOST


def test_of_unknown_cases_like_known_ones_few_go_together(jobs):
    waiting = jobs(100, name="b")
    found = list(loads(Backlog(waiting, Timeouts(), known(jobs(1), 1e-6))))
    assert len(found[0]) == UNSEEN


def test_groups_and_cells_without_neighbours_go_by_themselves(jobs):
    alone = jobs(2, alone=True)
    assert [len(load) for load in loads(Backlog(alone, Timeouts(), known(alone, 1e-6)))] == [1, 1]
    group = [replace(job, members=((job.name, job.cell),)) for job in jobs(2)]
    assert [len(load) for load in loads(Backlog(group, Timeouts(), known(group, 1e-6)))] == [1, 1]


def test_what_takes_long_is_not_put_in_a_queue_of_a_worker(jobs):
    waiting = jobs(2)
    assert not list(loads(Backlog(waiting, Timeouts(), known(waiting, 2 * BRIEF)), brief=True))
    assert not list(loads(Backlog(waiting, Timeouts(), Speeds()), brief=True))


def test_cells_of_a_device_go_to_its_label(jobs):
    assert [label(device) for device in ("cpu", "cuda", "mps")] == ["", "CUDA", "MPS"]
    backlog = Backlog([*jobs(1), *jobs(1, name="g", device="cuda")], Timeouts(), Speeds())
    assert list(loads(backlog)) == [["a0"]]
    assert list(loads(backlog, ("CUDA",))) == [["g0"]]


def test_a_case_that_is_given_up_is_not_handed_out(jobs):
    late = Timeouts()
    late.note("a", late=True)
    late.note("a", late=True)
    backlog = Backlog([*jobs(2), *jobs(1, name="b")], late, Speeds())
    assert [job.name for job in backlog.given_up()] == ["a0", "a1"]
    assert list(loads(backlog)) == [["b0"]]


def test_files_of_the_user_must_be_there_and_the_same(jobs, tmp_path):
    home = tmp_path / "suites"
    home.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "own.py").write_text("x = 1\n")
    digest = alike.of_file(tmp_path / "own.py")
    (job,) = jobs(1)

    def said(code, home=home):
        own = replace(job.cell.case, code=code, home=str(home))
        return alike.unlike([replace(job, cell=replace(job.cell, case=own))])

    assert said({"own.py": digest}) == ""
    assert said({"own.py": "0"}) == "own.py changed: not the files that the run began with"
    assert said({"gone.py": "0"}) == "gone.py missing, of the files of the run"
    assert said({"own.py": digest}, tmp_path / "no").startswith("the folder ")


def test_data_with_another_fingerprint_is_refused_and_what_is_missing_says_so(jobs, tmp_path):
    (job,) = jobs(1, fingerprint="f" * 64)
    roots = Roots(tmp_path / "data", tmp_path / "cache")

    def said(dataset):
        from harness.config.data import Data

        case = job.cell.case
        settings = case.settings.model_copy(update={"data": Data(dataset=dataset)})
        own = replace(job.cell, case=replace(case, settings=settings))
        return Found().problem(replace(job, cell=own, roots=roots))

    text = said("digits")
    assert text.startswith("the worker cannot use the data set 'digits': it is another one: its ")
    assert f"and {'f' * 12} here" in text
    assert "parquet" in said("cifar10-jpeg")
    assert Found().problem(job) == "", "it reads none"


def test_what_is_missing_is_fetched_once(jobs, tmp_path, monkeypatch):
    from harness.config.data import Data
    from harness.errors import DataMissing
    from harness.execute.cluster import data

    asked = []

    def get(name, roots):
        asked.append((name, roots.data))
        raise DataMissing("no network here")

    monkeypatch.setattr(data.fetch, "get", get)
    (job,) = jobs(1, fingerprint="f" * 64)
    settings = job.cell.case.settings.model_copy(update={"data": Data(dataset="mnist")})
    own = replace(job.cell, case=replace(job.cell.case, settings=settings))
    job = replace(job, cell=own, roots=Roots(tmp_path / "data", tmp_path / "cache"))
    found = Found()
    for _ in range(2):
        assert found.problem(job).endswith("; it could not be fetched: no network here")
    assert asked == [("mnist", tmp_path / "data")]


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


HERE, OURS = environment.snapshot(), alike.versions()
BAD = {**OURS, "python": "3.9.1"}


def seen(*, kernel="k", facts=None, versions=None, **more):
    where = replace(HERE, klass="other", facts={**HERE.facts, **facts}) if facts else HERE
    return Seen(where, versions or OURS, {}, kernel, **more)


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def told():
    return []


@pytest.fixture
def roster(line, told, monkeypatch):
    """Make a roster of workers by address."""
    monkeypatch.setattr(alike, "versions", lambda: OURS)  # once is enough

    def make(**workers):
        made = Roster(line, "run", told.append)
        join(made, line, **workers)
        made.settle()
        return made

    return make


def join(roster, line, **workers):
    roster.note(Present(frozenset({*roster.members, *roster.refused, *workers})))
    for key, to, errand, *_ in list(line.sent):
        if errand == "look" and to in workers and key in roster._asked:
            roster.note(Came(key, workers[to]))


@pytest.fixture
def dispatched(tmp_path):
    def make(jobs, roster, width=8):
        return Dispatch(jobs, width, tmp_path, roster, Timeouts(), Speeds())

    return make


def answered(line, key, *names):
    line.heard.append(
        Came(
            key, pickle.dumps(Back(tuple(Reply(name, Answer("ok"), wall_s=9.0) for name in names)))
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
        line.heard.append(Present(frozenset()))
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
    line.heard.append(Present(frozenset({"plain"})))
    answered(line, next(key for key, to, *_ in line.work() if to == "plain"), "a0")
    list(work.turn())
    list(work.turn())
    assert [names for _, to, names, _ in line.work() if to == "plain"] == [["a0"], ["a1"]]


def test_a_worker_that_is_another_process_gets_its_cells_again(line, roster, jobs, dispatched):
    made = roster(a=seen())
    work = dispatched(jobs(1), made)
    list(work.turn())
    line.heard.append(Came(line.work()[0][0], pickle.dumps(Back(stranger=True))))
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
    line.heard.append(Came(key, pickle.dumps(Back(refusal="own.py changed"))))
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
