"""What two machines with the same versions may differ in: instructions, builds, drivers, edits."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from harness import digest, extras

_COMPUTING = re.compile(r"sse\w*|ssse3|avx\w*|fma\w*|f16c|amx\w*|neon|asimd\w*|sve\w*|bf16|vnni")
"""Processor flags that decide which kernels a numerical library takes."""
_DRIVER = re.compile(r"Kernel Module[^\d]*([\d.]+)")
_SAID = re.compile(r"^(?P<name>cuda|hip|git_version)\b.*?=\s*['\"](?P<value>[^'\"]+)", re.MULTILINE)


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the instruction sets for numbers, sorted; ``""`` where the system does not say."""
    for line in _lines(cpuinfo):
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return " ".join(sorted(filter(_COMPUTING.fullmatch, set(value.split()))))
    return ""


def driver(version: Path = Path("/proc/driver/nvidia/version")) -> str:
    """Return the version of the NVIDIA driver, ``""`` without one."""
    found = next((m for line in _lines(version) if (m := _DRIVER.search(line))), None)
    return found[1] if found else ""


def torch_build() -> str:
    """Return what torch was built for and from, read from its files; ``""`` without torch."""
    spec = None if extras.missing("torch") else importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    said = dict(_SAID.findall("\n".join(_lines(Path(spec.origin).with_name("version.py")))))
    words = {"cuda": said.get("cuda"), "hip": said.get("hip"), "git": said.get("git_version")}
    return ", ".join(f"{name} {value[:12]}" for name, value in words.items() if value)


def packages() -> str:
    """Return a digest of the names and versions of all that is installed."""
    folders = [Path(entry) for entry in sys.path if Path(entry).is_dir()]
    return digest.of_value(sorted({p.name for f in folders for p in f.glob("*.dist-info")}))


def edits(folder: Path) -> str:
    """Return a digest of what was edited in a checkout since its commit; ``""`` if nothing was."""
    command = ("git", "diff", "HEAD", "--binary", "--full-index", "--no-ext-diff", "--no-color")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            command, cwd=folder, capture_output=True, timeout=120, check=True
        )
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ""  # no git, or no commit: there is nothing to compare with
    return hashlib.sha256(done.stdout).hexdigest()[:16] if done.stdout else ""


def _lines(path: Path) -> list[str]:
    """Return the lines of a file of the system, none where it is not there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
