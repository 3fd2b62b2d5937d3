"""What two machines with the same versions may differ in, and what a system runs inside of.

Instructions, builds, drivers and edits; a container, a virtual machine, both or neither. The latter
are told by the signs that ``systemd-detect-virt`` goes by, read from files and environment
variables; only kinds are told, never the name of a container or a host.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness import digest, extras

_COMPUTING = re.compile(r"sse\w*|ssse3|avx\w*|fma\w*|f16c|amx\w*|neon|asimd\w*|sve\w*|bf16|vnni")
"""Processor flags that decide which kernels a numerical library takes."""
_DRIVER = re.compile(r"Kernel Module[^\d]*([\d.]+)")
_SAID = re.compile(r"^(?P<name>cuda|hip|git_version)\b.*?=\s*['\"](?P<value>[^'\"]+)", re.MULTILINE)
ROOT = Path("/")
UNKNOWN, NONE = "yes", "no"
_CGROUPS: Mapping[str, str] = {
    "kubernetes": "kubepods",
    "docker": r"docker[/-]",
    "podman": "libpod",
    "lxc": r"/lxc[./]",
}
"""Kind of container to what its control groups are called like."""
_VENDORS: Mapping[str, str] = {
    "firecracker": "FIRECK",
    "kvm": "KVM|Google Compute Engine|Amazon EC2|OpenStack",
    "qemu": "QEMU|Bochs",
    "vmware": "VMware|VMW",
    "virtualbox": "VirtualBox|innotek",
    "hyper-v": "Hyper-V|Microsoft Corporation Virtual Machine",
    "xen": "Xen",
    "parallels": "Parallels",
    "bhyve": "BHYVE",
    "apple": "Apple Virtualization",
}
"""Kind of virtual machine to what its firmware says of itself."""
_FIRMWARE = ("sys_vendor", "product_name", "board_vendor", "bios_vendor")


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the instruction sets for numbers, sorted; ``""`` where the system does not say."""
    for line in _text(cpuinfo).splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return " ".join(sorted(filter(_COMPUTING.fullmatch, set(value.split()))))
    return ""


def driver(version: Path = Path("/proc/driver/nvidia/version")) -> str:
    """Return the version of the NVIDIA driver, ``""`` without one."""
    found = next((m for line in _text(version).splitlines() if (m := _DRIVER.search(line))), None)
    return found[1] if found else ""


def torch_build() -> str:
    """Return what torch was built for and from, read from its files; ``""`` without torch."""
    spec = None if extras.missing("torch") else importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    said = dict(_SAID.findall(_text(Path(spec.origin).with_name("version.py"))))
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


def container(root: Path = ROOT, variables: Mapping[str, str] = os.environ) -> str:
    """Return the kind of container, ``"yes"`` for one of another kind, ``"no"`` for none.

    Parameters
    ----------
    root : Path
        Where the system's files are.
    variables : mapping of str to str
        The environment.

    Returns
    -------
    str
        Such as ``"docker"``, ``"podman"``, ``"kubernetes"``, ``"lxc"``, ``"systemd-nspawn"``,
        ``"wsl"``.
    """
    return next(_containers(root, variables), NONE)


def machine(root: Path = ROOT) -> str:
    """Return the kind of virtual machine, ``"yes"`` for one of another kind, ``"no"`` for none.

    Some signs can be read by the system's administrator alone: a kind may be ``"yes"`` to others.
    """
    return next(_machines(root), NONE)


def _containers(root: Path, variables: Mapping[str, str]) -> Iterator[str]:
    if "KUBERNETES_SERVICE_HOST" in variables or _there(root / "run/secrets/kubernetes.io"):
        yield "kubernetes"  # whatever runs its containers
    for said in (variables.get("container", ""), _text(root / "run/systemd/container").strip()):
        if said and said != "oci":
            yield said if re.fullmatch(r"[a-z][a-z-]*", said) else UNKNOWN
    if _there(root / "run/.containerenv"):
        yield "podman"
    if _there(root / ".dockerenv"):
        yield "docker"
    groups = _text(root / "proc/self/cgroup")
    yield from (kind for kind, sign in _CGROUPS.items() if re.search(sign, groups))
    if "microsoft" in _text(root / "proc/sys/kernel/osrelease").lower():
        yield "wsl"
    if "container" in variables:
        yield UNKNOWN


def _machines(root: Path) -> Iterator[str]:
    said = " ".join(_text(root / "sys/class/dmi/id" / name).strip() for name in _FIRMWARE)
    said += _text(root / "sys/firmware/acpi/tables/FACP") + _text(root / "sys/hypervisor/type")
    yield from (k for k, sign in _VENDORS.items() if re.search(sign, said, re.IGNORECASE))
    if re.search(r"^flags\b.*\bhypervisor\b", _text(root / "proc/cpuinfo"), re.MULTILINE):
        yield UNKNOWN


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # where one may not look, there is no sign
        return False


def _text(path: Path) -> str:
    """Return what a file of the system says, nothing where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
