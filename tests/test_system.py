"""What machines differ in; containers and virtual machines, told by the signs that each leaves."""

import re
import subprocess
from importlib.util import find_spec

import pytest

from harness import system


def test_flags_are_the_instruction_sets_for_numbers(tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text(
        "model name\t: X\nflags\t\t: fpu sse2 avx2 fma avx512f aes sse4_1 rdrand f16c\n"
    )
    assert system.cpu_flags(info) == "avx2 avx512f f16c fma sse2 sse4_1"
    info.write_text("Features\t: fp asimd aes sve asimdhp\n")
    assert system.cpu_flags(info) == "asimd asimdhp sve"
    assert system.cpu_flags(tmp_path / "none") == ""


def test_the_driver_is_that_of_the_kernel_module(tmp_path):
    said = tmp_path / "version"
    said.write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5\nGCC 12\n"
    )
    assert system.driver(said) == "550.54.15"
    assert system.driver(tmp_path / "none") == ""


def test_the_build_of_torch_is_read_without_importing_it():
    found = system.torch_build()
    assert (re.search(r"git [0-9a-f]{12}$", found) is not None) == (find_spec("torch") is not None)


def test_packages_are_a_digest_that_stays():
    assert re.fullmatch("[0-9a-f]{16}", system.packages())
    assert system.packages() == system.packages()


def test_edits_are_a_digest_of_what_is_not_committed(tmp_path):
    def git(*words):
        own = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(("git", *own, *words), cwd=tmp_path, check=True, capture_output=True)

    assert system.edits(tmp_path) == ""
    git("init")
    (tmp_path / "x.py").write_bytes(b"a = 1\n")
    git("add", ".")
    git("commit", "-m", "x")
    assert system.edits(tmp_path) == ""
    (tmp_path / "x.py").write_bytes(b"a = 2  # \xff\n")
    first = system.edits(tmp_path)
    assert re.fullmatch("[0-9a-f]{16}", first)
    (tmp_path / "x.py").write_bytes(b"a = 3\n")
    assert system.edits(tmp_path) not in ("", first)


def planted(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("kind", "files", "variables"),
    [
        ("no", {"proc/self/cgroup": "0::/user.slice/session-1.scope\n"}, {"HOME": "/"}),
        ("docker", {".dockerenv": ""}, {}),
        ("docker", {"proc/self/cgroup": "4:cpu:/system.slice/docker-0a1b.scope\n"}, {}),
        ("podman", {"run/.containerenv": 'name="secret-host"'}, {"container": "podman"}),
        ("podman", {"run/.containerenv": ""}, {"container": "oci"}),
        ("kubernetes", {".dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}),
        ("kubernetes", {"proc/self/cgroup": "0::/kubepods.slice/pod1\n"}, {}),
        ("kubernetes", {"run/secrets/kubernetes.io/serviceaccount/token": "x"}, {}),
        ("lxc", {}, {"container": "lxc"}),
        ("lxc", {"proc/self/cgroup": "1:name=systemd:/lxc/box/init.scope\n"}, {}),
        ("systemd-nspawn", {"run/systemd/container": "systemd-nspawn\n"}, {}),
        ("wsl", {"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"}, {}),
        ("yes", {}, {"container": "Host of 10.0.0.1"}),
        ("yes", {}, {"container": "oci"}),
    ],
)
def test_a_container_is_told_by_its_signs(tmp_path, kind, files, variables):
    assert system.container(planted(tmp_path, files), variables) == kind


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("no", {"sys/class/dmi/id/sys_vendor": "Dell Inc.\n", "proc/cpuinfo": "flags : fpu avx2"}),
        ("kvm", {"sys/class/dmi/id/product_name": "Google Compute Engine\n"}),
        ("kvm", {"sys/class/dmi/id/sys_vendor": "Amazon EC2\n"}),
        ("qemu", {"sys/class/dmi/id/sys_vendor": "QEMU\n"}),
        ("vmware", {"sys/class/dmi/id/sys_vendor": "VMware, Inc.\n"}),
        (
            "hyper-v",
            {
                "sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
                "sys/class/dmi/id/product_name": "Virtual Machine\n",
            },
        ),
        ("no", {"sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n"}),
        ("xen", {"sys/hypervisor/type": "xen\n"}),
        ("firecracker", {"sys/firmware/acpi/tables/FACP": "FACP\x00FIRECKFCVMFADT"}),
        ("yes", {"proc/cpuinfo": "processor: 0\nflags\t\t: fpu hypervisor avx2\n"}),
    ],
)
def test_a_virtual_machine_is_told_by_its_signs(tmp_path, kind, files):
    assert system.machine(planted(tmp_path, files)) == kind


def detected(option):
    try:
        command = ("systemd-detect-virt", option)
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        pytest.skip("systemd-detect-virt is the oracle, and is not here")


def test_systemd_says_the_same_of_this_system():
    said = detected("--container")
    assert (system.container() != system.NONE) == (said != "none")
    said = detected("--vm")
    if said != "none":  # in a container, it need not see the machine around it
        assert system.machine() != system.NONE
