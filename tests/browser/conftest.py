import sys
from pathlib import Path

# constructed results are shared with the tests of the page, histories with those of the gate
for folder in ("report", "gate"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
