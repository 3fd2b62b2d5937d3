import sys
from pathlib import Path

# constructed histories are shared with the tests of the gate
sys.path.insert(0, str(Path(__file__).parents[1] / "gate"))
