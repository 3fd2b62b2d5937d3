"""Containers and virtual machines, told by the signs that each leaves."""

import subprocess

import pytest

from harness import virtual


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
    assert virtual.container(planted(tmp_path, files), variables) == kind


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
    assert virtual.machine(planted(tmp_path, files)) == kind


def detected(option):
    try:
        command = ("systemd-detect-virt", option)
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        pytest.skip("systemd-detect-virt is the oracle, and is not here")


def test_systemd_says_the_same_of_this_system():
    said = detected("--container")
    assert (virtual.container() != virtual.NONE) == (said != "none")
    said = detected("--vm")
    if said != "none":  # in a container, it need not see the machine around it
        assert virtual.machine() != virtual.NONE
