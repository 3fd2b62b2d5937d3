"""What a cell changes of torch is put back, or its process ends."""

import subprocess
import sys

import pytest

CHANGED = """
import sys
import torch
from harness.execute.state import State

def found():
    return [
        torch.rand(1).item(), torch.ones(1).dtype, torch.get_num_threads(),
        torch.ones(1, requires_grad=True).mul(2).requires_grad,
        torch.get_float32_matmul_precision(),
        torch.backends.mkldnn.enabled, torch.backends.cudnn.benchmark,
        torch.backends.cudnn.allow_tf32, torch.is_anomaly_enabled(),
    ]

def change():
    torch.manual_seed(5)
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(3)
    torch.set_grad_enabled(False)
    torch.set_float32_matmul_precision("medium")
    torch.backends.mkldnn.enabled = False
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    torch.autograd.set_detect_anomaly(True)

torch.set_num_threads(1)
state = State()
before = found()
change()
changed = found()
assert all(old != new for old, new in zip(before, changed)), changed
assert state.restored() == "", state.restored()
assert found() == before, (found(), before)
exec(sys.argv[1])
print(state.restored())
"""


@pytest.mark.torch
@pytest.mark.parametrize(
    ("further", "left"),
    [
        ("torch.set_flush_denormal(True)", "tiny numbers"),
        ("torch.set_default_device('meta')", "torch's default device"),
        ("torch.rand = torch.ones", "what torch holds"),
    ],
)
def test_what_a_cell_changes_of_torch_is_put_back_or_named(further, left):
    pytest.importorskip("torch")
    words = [sys.executable, "-c", CHANGED, further]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == (f"{left}\n", "")
