"""The parts of a cluster without its workers: addresses, loads, what must be equal."""

import itertools
from dataclasses import replace

import pytest

from harness.datasets.dataset import Roots
from harness.execute.cases import Timeouts
from harness.execute.cluster import messages
from harness.execute.cluster.backlog import BRIEF, MOST, UNSEEN, Backlog, Speeds, label
from harness.execute.cluster.host import Found
from harness.execute.machines import address, workers


@pytest.mark.parametrize(
    "text", ["tcp://10.0.0.5:8786", "tls://node-3:1", "host:65535", "tcp://[::1]:8786", "local:8"]
)
def test_addresses_are_taken_as_they_are(text):
    assert address(text) == text
    assert workers(text) == (8 if text == "local:8" else 0)


@pytest.mark.parametrize(
    "text", ["", "here", "tcp://10.0.0.5", "tcp://:8786", "http://x:1", "x:0", "x:65536", "x:1/y"]
)
def test_what_is_no_address_says_what_must_be(text):
    with pytest.raises(ValueError, match="must be the address of a dask scheduler"):
        address(text)


@pytest.mark.parametrize("end", ["", "0", "two", "-1", "9999", "\u0663", "9" * 5000])
def test_so_many_workers_must_be_a_number(end):
    with pytest.raises(ValueError, match="local:N must have an N from 1 to 1024"):
        address(f"local:{end}")


def test_what_differs_is_named_with_both_versions():
    ours = {"python": "3.12.1", "numpy": "2.4.6"}
    assert messages.differences(ours, {**ours, "torch": "2.13.0"}) == ""
    assert messages.differences(ours, {"python": "3.12.1"}) == "numpy is missing, ours 2.4.6"
    other = {"python": "3.11.2", "numpy": "1.26.4"}
    text = "python is 3.11.2, ours 3.12.1; numpy is 1.26.4, ours 2.4.6"
    assert messages.differences(ours, other) == text


def test_a_build_of_a_library_is_the_class_of_machines_to_tell(monkeypatch):
    monkeypatch.setattr(messages.metadata, "version", lambda _: "2.13.0+cu128")
    assert messages.versions()["torch"] == "2.13.0"


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
    digest = messages.of_file(tmp_path / "own.py")
    (job,) = jobs(1)

    def said(code, home=home):
        own = replace(job.cell.case, code=code, home=str(home))
        return messages.unlike([replace(job, cell=replace(job.cell, case=own))])

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
    from harness.execute.cluster import host

    asked = []

    def get(name, roots):
        asked.append((name, roots.data))
        raise DataMissing("no network here")

    monkeypatch.setattr(host.catalogue, "get", get)
    (job,) = jobs(1, fingerprint="f" * 64)
    settings = job.cell.case.settings.model_copy(update={"data": Data(dataset="mnist")})
    own = replace(job.cell, case=replace(job.cell.case, settings=settings))
    job = replace(job, cell=own, roots=Roots(tmp_path / "data", tmp_path / "cache"))
    found = Found()
    for _ in range(2):
        assert found.problem(job).endswith("; it could not be fetched: no network here")
    assert asked == [("mnist", tmp_path / "data")]
