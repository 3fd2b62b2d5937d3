import sys
from pathlib import Path

# the stand-ins of this folder are shared by the tests of all experiments
sys.path.insert(0, str(Path(__file__).parent))
