"""Clusters for tests: a scheduler and workers, each a process of its own, over TCP."""

from __future__ import annotations

import json
import os
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
    path = os.pathsep.join([*filter(None, [more.pop("PYTHONPATH", "")]), str(HERE)])
    return {**os.environ, "PYTHONPATH": path, **more}


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
    prefix : sequence of str
        A command before that of the scheduler, such as ``ip netns exec name``.
    """

    def __init__(
        self,
        folder: Path,
        *config: str,
        host: str = "127.0.0.1",
        prefix: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        self.folder, self.config = (
            folder,
            dict(f"DASK_DISTRIBUTED__{c}".split("=", 1) for c in config),
        )
        self.processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "scheduler.json"
        words = ["scheduler", "--host", host, "--port", "0", "--scheduler-file", str(self._file)]
        self.scheduler = self._start([*words, *QUIET, *options], prefix, {}, "scheduler")
        self.address = wait_for(self._listens)

    def _listens(self):
        try:
            return json.loads(self._file.read_text())["address"]
        except (OSError, ValueError):
            assert self.scheduler.poll() is None, (self.folder / "scheduler.log").read_text()
            return ""

    def worker(self, *options: str, prefix: Sequence[str] = (), **env: str):
        """Start a worker of one thread, under a nanny; `env` is added to its environment."""
        name = f"worker-{len(self.processes)}"
        words = ["worker", self.address, "--nthreads", "1", "--memory-limit", "0", "--name", name]
        words += ["--local-directory", str(self.folder / name), *QUIET, *options]
        return self._start(words, prefix, env, name)

    def _start(self, words, prefix, env, name):
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "dask", *words],
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
