import sys
from pathlib import Path

import pytest

# constructed results are shared with the tests of the page, histories with those of the gate
for folder in ("report", "gate"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))


@pytest.fixture(scope="session")
def everything():
    """The constructed suites and their records, which no test changes."""
    import fake_suites

    return fake_suites.everything()
