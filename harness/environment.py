"""The snapshot of machine and libraries that every record points to.

No host name, user name or path enters it: snapshots are published with the records. Library
versions are read from the installed distributions, so a snapshot imports none of them but NumPy.
"""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import threadpoolctl

from harness import devices, digest, system
from harness.errors import StoreError
from harness.types import Environment

LIBRARIES: tuple[str, ...] = (
    "numpy",
    "torch",
    "torchvision",
    "scipy",
    "scikit-learn",
    "pandas",
    "pillow",
)
CLASS_FACTS: tuple[str, ...] = (
    "processor",
    "machine",
    "cores",
    "memory_class_gib",
    "system",
    "python",
    "blas",
    "accelerators",
    "numpy",
    "torch",
    "scipy",
    "scikit-learn",
)
"""Facts that may change numbers or speed; cells are reused only where all of them are equal.

The kernel release, the commit and the libraries that only read or draw are left out: the version
of an experiment stands for its code, and the fingerprint of the data for what was decoded.
"""


def snapshot() -> Environment:
    """Return the machine, the libraries and the state of the harness's own code."""
    return _environment({**_machine(), **_libraries(), **_interpreter_and_system(), **_revision()})


def cores() -> int:
    """Return the number of processors this process may use.

    Its affinity mask, and in a container its processor quota (cgroup v2), rounded up.
    """
    quota = _quota(Path("/sys/fs/cgroup/cpu.max"))
    return min(_affinity(), quota) if quota else _affinity()


def to_json(environment: Environment) -> dict[str, Any]:
    """Return the snapshot as JSON values."""
    return {
        "id": environment.id,
        "klass": environment.klass,
        "hardware": environment.hardware,
        "facts": dict(environment.facts),
    }


def from_json(value: Mapping[str, Any]) -> Environment:
    """Return the snapshot that `to_json` wrote.

    Raises
    ------
    StoreError
        If a key is missing or a value is not what `to_json` writes.
    """
    id_, klass, hardware, facts = (value.get(key) for key in ("id", "klass", "hardware", "facts"))
    texts = isinstance(id_, str) and isinstance(klass, str) and isinstance(hardware, str)
    table = isinstance(facts, dict) and all(isinstance(fact, str) for fact in facts.values())
    if not (texts and table):
        raise StoreError(
            "an environment must hold the texts 'id', 'klass' and 'hardware' and a table 'facts' "
            f"of texts, got {dict(value)}; restore the file from a copy, or delete the store"
        )
    return Environment(str(id_), str(klass), str(hardware), dict(facts or {}))


def _environment(facts: Mapping[str, str]) -> Environment:
    return Environment(
        id=digest.of_value(dict(facts)),
        klass=digest.of_value({name: facts.get(name, "") for name in CLASS_FACTS}),
        hardware=_hardware(facts),
        facts=facts,
    )


def _hardware(facts: Mapping[str, str]) -> str:
    """Return e.g. ``"x86_64-cpu AMD EPYC, 2 cores, cuda:NVIDIA H200"``.

    A claim names its hardware by any part of this text, so the class keys (``x86_64-cpu``,
    ``apple-silicon``, ``cuda:NVIDIA H200``) stand in it whole.
    """
    apple = facts["system"] == "Darwin" and facts["machine"] == "arm64"
    key = "apple-silicon" if apple else f"{facts['machine']}-cpu"
    count = facts["cores"]
    parts = [f"{key} {facts['processor']}", f"{count} core" + ("" if count == "1" else "s")]
    return ", ".join(parts + ([facts["accelerators"]] if facts["accelerators"] else []))


def _machine() -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "processor": _processor(),
        "machine": platform.machine(),
        "cores": str(cores()),
        "memory_gib": f"{memory:.1f}",
        "memory_class_gib": str(2 ** round(math.log2(memory))),
        "cpu_flags": system.cpu_flags(),
        "accelerators": ", ".join(devices.present_accelerators()),
        "driver": system.driver(),
        "system": platform.system(),
        "release": platform.release(),
    }


def _libraries() -> dict[str, str]:
    versions = {name: _version(name) for name in LIBRARIES}
    return {
        "python": platform.python_version(),
        "blas": _blas(),
        "blas_threads": _blas_threads(),
        **versions,
        "torch_build": system.torch_build(),
        "packages": system.packages(),
    }


def _interpreter_and_system() -> dict[str, str]:
    return {
        "container": system.container(),
        "virtual_machine": system.machine(),
        "ci": _yes(bool(os.environ.get("CI"))),
    }


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _version(distribution: str) -> str:
    """Return the installed version, ``""`` when it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _pool() -> dict[str, Any]:
    """Return what threadpoolctl tells of NumPy's BLAS; nothing where it sees none."""
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    # SciPy loads a BLAS of its own; the order they are listed in varies from process to process.
    own = [pool for pool in pools if "numpy" in Path(pool["filepath"]).parent.name.lower()]
    return min(own or pools, key=lambda pool: str(pool["filepath"]), default={})


def _blas_threads() -> str:
    """Return how many threads NumPy's BLAS takes unless it is told."""
    return str(_pool().get("num_threads", ""))


def _blas() -> str:
    """Return name, version and kernel of NumPy's BLAS, e.g. ``openblas 0.3.31 Haswell``."""
    if chosen := _pool():
        words = (chosen["internal_api"], chosen.get("version"), chosen.get("architecture"))
        return " ".join(str(word) for word in words if word)
    # Accelerate on macOS is not seen by threadpoolctl; the build configuration names it.
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-overload,unused-ignore]
    return f"{built['name']} {built['version']}".strip()


def _processor() -> str:
    """Return the model of the processor as its maker writes it, else the architecture."""
    if sys.platform == "darwin":
        return _run("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    info = Path("/proc/cpuinfo")
    model = _model_name(info.read_text(encoding="utf-8")) if info.exists() else ""
    return model or platform.processor() or platform.machine()


def _model_name(cpuinfo: str) -> str:
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return " ".join(value.split())
    return ""


def _affinity() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(file: Path) -> int:
    """Return the processors a cgroup may use, 0 for no limit (``"200000 100000"`` is 2)."""
    if not file.exists():
        return 0
    limit, period = file.read_text(encoding="utf-8").split()
    return 0 if limit == "max" else math.ceil(int(limit) / int(period))


def _revision() -> dict[str, str]:
    """Return commit and dirty flag of the harness's own checkout, empty when installed."""
    here = Path(__file__).resolve()
    # An installed copy may lie inside somebody else's checkout: only a tracked file counts.
    if not _run("git", "ls-files", here.name, folder=here.parent):
        return {"harness": _version("claims-harness"), "commit": "", "dirty": "", "edits": ""}
    commit, changed = _checkout(here.parent)
    return {
        "harness": _version("claims-harness"),
        "commit": commit,
        "dirty": _yes(changed),
        "edits": system.edits(here.parent) if changed else "",
    }


def commit_of(folder: Path) -> str:
    """Return the commit of a checkout, ``"<hash> dirty"`` with edits since; ``""`` for none."""
    commit, changed = _checkout(folder)
    return f"{commit} dirty" if commit and changed else commit


def _checkout(folder: Path) -> tuple[str, bool]:
    """Return the commit of a checkout, and whether a file of it was edited since."""
    changed = _run("git", "status", "--porcelain", "--untracked-files=no", folder=folder)
    return _run("git", "rev-parse", "HEAD", folder=folder), bool(changed)


def _run(*command: str, folder: Path | None = None) -> str:
    """Return what a command prints, ``""`` when it is not there or fails: it is not needed."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command, cwd=folder, capture_output=True, text=True, timeout=120, check=True
        )
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
