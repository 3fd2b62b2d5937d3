import subprocess
import sys

import pytest

from harness.devices import DEVICES
from harness.errors import Skip


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
