import sys
from pathlib import Path

HERE = Path(__file__).parent
# the functions beside the suites name each other from the root of the project, as a cell does
sys.path[:0] = [str(HERE), str(HERE.parent / "experiments"), str(HERE.parents[1])]
