import sys
from pathlib import Path

HERE = Path(__file__).parent
# the functions beside the suites name each other from the root of the project, as a cell does
shared = (HERE.parent / room for room in ("experiments", "plan"))
sys.path[:0] = [str(path) for path in (HERE, *shared, HERE.parents[1])]
