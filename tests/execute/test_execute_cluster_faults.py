"""Kills of workers, schedulers and runs at random moments: nothing lost, twice or invented."""

import itertools
import json
import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest
from suite_texts import suite_text
from towns import (
    Town,
    below,
    ended,
    hosts,
    is_ours,
    run,
    starters,
    streets,
    wait_for,
    workers_below,
)

from harness.store.store import Store

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(0),
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are found on Linux"),
]
CELLS, KILLS = 80, 4
CONFIG = ("SCHEDULER__WORKER_TTL=6s", "COMM__TIMEOUTS__CONNECT=10s")


class World:
    """A cluster that is mended after each fault, and a project whose run goes on."""

    def __init__(self, folder):
        self.folder, self.civic = folder, folder / "civic"
        self.civic.mkdir()
        (folder / "suites").mkdir()
        text = suite_text(
            "tiny", f'[seeds]\ncount = {CELLS}\n[[grid]]\nbackend = ["numpy"]\n',
            experiment="civic:counted", source=None, budget=60,
        )  # fmt: skip
        (folder / "suites" / "tiny.toml").write_text(text)
        self.networks, self.numbers, self.faults = streets(3), itertools.count(), 0
        self.towns = []
        self.build()

    def build(self):
        """Start a scheduler and two workers, in place of what there was."""
        if self.towns:
            self.towns[-1].end()
        made = Town(self.folder / f"town{next(self.numbers)}", *CONFIG, streets=self.networks)
        made.workers = [self.worker(made) for _ in range(2)]
        self.towns.append(made)

    def worker(self, town):
        return town.worker(CIVIC=str(self.civic))

    @property
    def town(self):
        return self.towns[-1]

    def start(self):
        return run(self.folder, self.town.address, "--profile", "full", CIVIC=str(self.civic))

    def stored(self):
        path = self.folder / "results" / "tiny.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def check(self):
        """Hold what is stored to what was executed."""
        lines = (self.folder / "results" / "tiny.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        assert len(found) == CELLS, "nothing is stored twice"
        assert len({one["cell"] for one in found}) == CELLS, "nothing is lost"
        assert {one["status"] for one in found} == {"ok"}
        marks = {float(path.name.partition("-")[2]) for path in self.civic.glob("mark-*")}
        told = [one["metrics"]["mark"] for one in found]
        assert set(told) <= marks, "nothing is invented"
        assert len(set(told)) == CELLS
        assert len(Store(self.folder / "results").records) == CELLS, "it reads back"

    def end(self):
        self.town.end()
        if self.networks is not None:
            self.networks.end()


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.end()


def chosen(rng, found):
    """Choose of what a function finds, waiting for something if all is being started again."""
    return rng.choice(wait_for(found))


def any_worker(world, rng):
    """Return a worker's process of dask."""
    return chosen(rng, lambda: [w for n in world.town.workers for w in workers_below(n)])


def any_host(world, rng):
    """Return a host or its server: who kills a cell itself has made it fail."""
    return chosen(rng, lambda: [h for n in world.town.workers for h in starters(n)])


def kill_worker(world, process, rng):
    any_worker(world, rng).kill()


def end_worker(world, process, rng):
    any_worker(world, rng).terminate()


def stop_worker(world, process, rng):
    """It is continued later: the scheduler has dropped it by then, or has not."""
    worker = any_worker(world, rng)
    worker.suspend()
    time.sleep(rng.choice([1.0, 9.0]))
    if psutil.pid_exists(worker.pid):
        worker.resume()


def kill_nanny(world, process, rng):
    place = rng.randrange(len(world.town.workers))
    family = below(world.town.workers[place].pid)
    world.town.workers[place].kill()
    world.town.workers[place].wait()
    wait_for(lambda: not [one for one in family if one.is_running() and is_ours(one)])
    world.town.workers[place] = world.worker(world.town)


def kill_host(world, process, rng):
    any_host(world, rng).kill()


def stop_host(world, process, rng):
    host = any_host(world, rng)
    host.suspend()
    time.sleep(1.0)
    if host.is_running():
        host.resume()


def cut_cable(world, process, rng):
    """Cut a worker off, for a moment or until it is dropped."""
    if world.networks is None:
        pytest.skip("network namespaces are not allowed here")
    cable = world.networks.cable(rng.choice([1, 2]))
    os.system(f"ip link set {cable} down")  # noqa: S605
    time.sleep(rng.choice([1.0, 9.0]))
    os.system(f"ip link set {cable} up")  # noqa: S605


def kill_scheduler(world, process, rng):
    world.town.scheduler.kill()


def kill_run(world, process, rng):
    process.kill()


def interrupt_run(world, process, rng):
    process.send_signal(rng.choice([signal.SIGINT, signal.SIGTERM]))


GOES_ON = (kill_worker, end_worker, stop_worker, kill_nanny, kill_host, stop_host, cut_cable)
ENDS = {kill_scheduler: {8}, kill_run: {-9}, interrupt_run: {130, 143}}
FAULTS = [*GOES_ON, *ENDS]


def another_record(world, process):
    before = world.stored()
    wait_for(lambda: process.poll() is not None or world.stored() > before, 120)


def trial(world, fault, rng):
    process, kills = world.start(), 0
    while kills < KILLS:
        another_record(world, process)
        time.sleep(rng.uniform(0, 1))
        assert process.poll() is None, (process.communicate()[1], kills)
        fault(world, process, rng)
        kills += 1
        if fault in ENDS:
            code, err = ended(process)
            assert code in ENDS[fault], err
            if fault is kill_scheduler:
                world.build()
            process = world.start()
    code, err = ended(process)
    assert code == 0, err
    world.check()
    wait_for(lambda: not [one for n in world.town.workers for one in hosts(n)], 60)
    return kills


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("number", range(2))
def test_nothing_is_lost_twice_or_invented(world, fault, number):
    rng = random.Random(f"{fault.__name__}{number}")  # noqa: S311
    assert trial(world, fault, rng) == KILLS
