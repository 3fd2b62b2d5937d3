"""What this system runs inside of: a container, a virtual machine, both or neither.

Told by the signs that ``systemd-detect-virt`` goes by, read from files and environment variables;
only kinds are told, never the name of a container or a host.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

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
