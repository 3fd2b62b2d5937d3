import subprocess
import sys

import pytest

from harness import devices, extras
from harness.devices import DEVICES
from harness.errors import Skip

ASKED = devices.present_accelerators.__wrapped__


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_takes_float32_and_says_where_to_ask_for_it(name):
    device = DEVICES.get(name)
    device.check("float32", "[train] dtype")
    if device.float64:
        device.check("float64", "[train] dtype")
    else:
        with pytest.raises(Skip, match=rf"^{name} has no float64; set \[train\] dtype to float32"):
            device.check("float64", "[train] dtype")


def test_one_device_is_the_host_which_is_always_here_and_never_waited_for():
    hosts = [device for _, device in DEVICES.items() if device.host]
    assert [host.name for host in hosts] == ["cpu"]
    assert hosts[0].missing() is None
    hosts[0].synchronize()
    assert hosts[0].accelerators() == []


def test_the_table_is_read_without_torch():
    code = "import sys, harness.devices; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.fixture
def told(monkeypatch):
    """Have torch say what it sees, or end its process with an error."""

    def tell(version, printed=None):
        def run(command, **_):
            if printed is None:
                raise subprocess.CalledProcessError(1, command)
            return subprocess.CompletedProcess(command, 0, stdout=printed)

        monkeypatch.setattr(extras, "version", lambda _: version)
        monkeypatch.setattr(subprocess, "run", run)
        monkeypatch.setattr(devices, "present_accelerators", ASKED)

    return tell


def test_what_torch_sees_is_here_and_nothing_else(told):
    told("2.13.0", '["cuda:NVIDIA H200"]')
    assert devices.present_accelerators() == ("cuda:NVIDIA H200",)
    assert DEVICES.get("cuda").missing() is None
    assert DEVICES.get("mps").missing() == "torch sees no MPS device"
    told("2.13.0", "[]")
    assert DEVICES.get("cuda").missing() == "torch sees no CUDA device"


def test_a_torch_that_cannot_be_asked_leaves_its_accelerators_unknown(told):
    told("2.13.0")
    assert devices.present_accelerators() == ("unknown",)
    assert DEVICES.get("cuda").missing() == "torch sees no CUDA device"


@pytest.mark.parametrize("installed", ["", "2.13.0+cpu"])
def test_without_an_accelerated_torch_nothing_is_asked(told, installed):
    told(installed)
    assert devices.present_accelerators() == ()


def test_asking_which_devices_are_here_imports_no_torch():
    code = (
        "import sys; from harness import backends; "
        "[backends.get(n).absent(d) for n in backends.names() for d in ('cpu', 'cuda', 'mps')]; "
        "assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
