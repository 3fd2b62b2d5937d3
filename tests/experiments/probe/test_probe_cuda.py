"""The account of a CUDA device, on an allocator that is only pretended."""

import pytest

torch = pytest.importorskip("torch")
memory = pytest.importorskip("harness.backends.torch_backend.memory")

WORKSPACE, OUTPUT, SCRATCH = 8000, 300, 500


class Allocator:
    """Counts as ``torch.cuda`` does."""

    def __init__(self):
        self.live = self.most = 1000  # weights and inputs
        self.calls = []

    def take(self, size):
        self.live += size
        self.most = max(self.most, self.live)

    def reset(self):
        self.most = self.live
        self.calls.append("reset")


class Output:
    """Gives its bytes back when it goes."""

    def __init__(self, allocator):
        self._allocator = allocator
        allocator.take(OUTPUT)

    def __del__(self):
        self._allocator.live -= OUTPUT


class Module:
    """Allocates a workspace that stays, once, and scratch memory and an output each time."""

    def __init__(self, allocator):
        self._allocator = allocator
        self.grads = []

    def __call__(self, _x):
        if not self.grads:
            self._allocator.take(WORKSPACE)
        self.grads.append(torch.is_grad_enabled())
        self._allocator.take(SCRATCH)
        output = Output(self._allocator)
        self._allocator.live -= SCRATCH
        return output


@pytest.fixture
def allocator(monkeypatch):
    fake = Allocator()
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: fake.calls.append("synchronize"))
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: fake.live)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: fake.most)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", fake.reset)
    return fake


@pytest.mark.parametrize("grad", [True, False])
def test_the_workspace_of_the_first_pass_is_not_counted(allocator, grad):
    module = Module(allocator)
    peak, retained = memory.forward_memory(module, None, "cuda", grad=grad)
    assert (peak, retained) == (SCRATCH + OUTPUT, OUTPUT)
    assert module.grads == [grad, grad]
    assert allocator.calls == ["synchronize", "reset", "synchronize"]


def test_the_peak_is_counted_from_the_reset(allocator):
    allocator.take(9000)
    allocator.live -= 9000
    memory.reset_peak("cuda")
    allocator.take(200)
    assert memory.peak("cuda") == 1200


def test_other_devices_do_not_count(allocator):
    memory.reset_peak("cpu")
    assert memory.peak("cpu") is None
    assert memory.peak("mps") is None
    assert allocator.calls == []
