from harness.backends import absent, present
from harness.devices import DEVICES


class Fake:
    def __init__(self, uses, reasons=None):
        self.devices = uses
        self._reasons = reasons or {}

    def absent(self, device):
        return self._reasons.get(device)


HERE = Fake(("cpu", "cuda"), {"cuda": "no CUDA device"})
OTHER = Fake(("cuda",), {"cuda": "no driver"})


def test_a_device_is_present_when_one_backend_can_use_it():
    assert absent("cuda", [HERE, Fake(("cuda",)), OTHER]) is None
    assert absent("cpu", [HERE, OTHER]) is None


def test_an_absent_device_gives_every_reason_once():
    assert absent("cuda", [HERE, OTHER, OTHER]) == "no CUDA device; no driver"


def test_a_device_that_no_backend_knows():
    assert absent("mps", [HERE]) == "no backend computes on mps"


def test_every_device_is_answered_for():
    assert tuple(present([HERE])) == DEVICES.names() == ("cpu", "cuda", "mps")


def test_the_processor_is_always_here():
    here = present()
    assert here["cpu"] is None
    assert set(here) == set(DEVICES)
