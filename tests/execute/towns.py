"""Clusters for tests: a scheduler and workers, each a process of its own, over TCP."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

HERE = Path(__file__).parent
QUIET = ("--no-dashboard",)


def wait_for(what, seconds=60.0):
    """Return what a function returns once that is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def environ(**more: str) -> dict[str, str]:
    """Return an environment whose Python finds the experiments of these tests."""
    given = (more.pop("PYTHONPATH", ""), str(HERE), os.environ.get("PYTHONPATH", ""))
    path = os.pathsep.join(filter(None, given))
    return {**os.environ, "PYTHONPATH": path, **more}


class Streets:
    """Network namespaces on one bridge: a machine each, as far as the network is concerned."""

    def __init__(self, count: int) -> None:
        number = os.getpid()
        self._net, self._bridge = f"10.213.{number % 250}", f"hb{number}"
        self.names = [f"h{number}-{place}" for place in range(count)]

    def build(self) -> None:
        """Make them."""
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self._net}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for place, name in enumerate(self.names):
            _ip("netns", "add", name)
            _ip("link", "add", self.cable(place), "type", "veth", "peer", "eth0", "netns", name)
            _ip("link", "set", self.cable(place), "master", self._bridge, "up")
            _ip("-n", name, "addr", "add", f"{self.host(place)}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")

    def host(self, place: int) -> str:
        """Return the address of a namespace."""
        return f"{self._net}.{place + 2}"

    def cable(self, place: int) -> str:
        """Return the link to a namespace, which can be cut."""
        return f"hv{os.getpid()}-{place}"

    def prefix(self, place: int) -> tuple[str, ...]:
        """Return what comes before a command that is to run in a namespace."""
        return ("ip", "netns", "exec", self.names[place])

    def end(self) -> None:
        """Remove them."""
        for words in (
            *(("netns", "del", name) for name in self.names),
            ("link", "del", self._bridge),
        ):
            with contextlib.suppress(subprocess.CalledProcessError):  # it was not made
                _ip(*words)


def streets(count: int) -> Streets | None:
    """Return namespaces where this machine allows them, else None."""
    if not shutil.which("ip"):
        return None
    made = Streets(count)
    try:
        made.build()
    except subprocess.CalledProcessError:
        made.end()
        return None
    return made


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Town:
    """A scheduler, and workers that are started one by one.

    Parameters
    ----------
    folder : Path
        For their files.
    config : str
        Further environment of dask for all of them: ``"SCHEDULER__WORKER_TTL=3s"``.
    host : str
        Where the scheduler listens.
    streets : Streets, optional
        Namespaces: the scheduler is in the first, workers in the others, in turns.
    options : sequence of str
        Further ones of the scheduler.
    """

    def __init__(
        self,
        folder: Path,
        *config: str,
        streets: Streets | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.folder, self.config = (
            folder,
            dict(f"DASK_DISTRIBUTED__{c}".split("=", 1) for c in config),
        )
        self.processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "scheduler.json"
        self.streets = streets
        host = streets.host(0) if streets else "127.0.0.1"
        words = ["scheduler", "--host", host, "--port", "0", "--scheduler-file", str(self._file)]
        self.scheduler = self._start([*words, *QUIET, *options], {}, "scheduler")
        self.address = wait_for(self._listens)

    def _listens(self):
        try:
            return json.loads(self._file.read_text())["address"]
        except (OSError, ValueError):
            assert self.scheduler.poll() is None, (self.folder / "scheduler.log").read_text()
            return ""

    def worker(self, *options: str, **env: str):
        """Start a worker of one thread, under a nanny; `env` is added to its environment."""
        name = f"worker-{len(self.processes)}"
        words = ["worker", self.address, "--nthreads", "1", "--memory-limit", "0", "--name", name]
        words += ["--local-directory", str(self.folder / name), *QUIET, *options]
        return self._start(words, env, name)

    def _prefix(self):
        """Return the command that enters the namespace of the next process."""
        if self.streets is None:
            return ()
        number = len(self.processes)
        return self.streets.prefix(
            0 if not number else 1 + (number - 1) % (len(self.streets.names) - 1)
        )

    def _start(self, words, env, name):
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*self._prefix(), sys.executable, "-m", "dask", *words],
                env=environ(**env) | self.config,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
            )
        self.processes.append(process)
        return process

    def end(self):
        """End all of them, and what they started."""
        for process in self.processes:
            end_tree(process)


def end_tree(process):
    """Kill a process and all that it started."""
    family = below(process.pid)
    process.kill()
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()


def below(pid):
    """Return all that a process started, and they in turn."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def hosts(worker):
    """Return the processes of ours below a worker: hosts, their servers and cells."""
    return [one for one in below(worker.pid) if is_ours(one)]


def starters(worker):
    """Return the hosts below a worker and their servers, not the cells."""
    found = [one for one in hosts(worker) if any("cluster.host" in word for word in _words(one))]
    return [*found, *(child for one in found for child in _children(one))]


def _children(process):
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def is_ours(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE and any(
            "harness.execute" in word for word in process.cmdline()
        )
    except psutil.NoSuchProcess:
        return False


def workers_below(nanny):
    """Return the process of dask in which a nanny's worker runs."""
    children = below(nanny.pid)
    return [one for one in children if "multiprocessing.spawn" in " ".join(_words(one))]


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def run(folder, address, *words, **env):
    """Start ``harness run`` on a cluster, in the folder of a project."""
    command = [sys.executable, "-m", "harness", "run", "--cluster", address]
    command += ["--suites", "suites", "--results", "results", "--json", "out.json", *words]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environ(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process, seconds=250):
    """Return exit code and standard error of a run, once it has ended; it left no traceback."""
    _out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err, err
    return process.returncode, err


def interrupt(process):
    process.send_signal(signal.SIGINT)
