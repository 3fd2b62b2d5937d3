import sys
from pathlib import Path

# the constructed results are shared with the tests of the page
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
