import sys
from pathlib import Path

import chromium_pipe
import pytest

# constructed results are shared with the tests of the page, histories with those of the gate
for folder in ("report", "gate"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    path = chromium_pipe.find()
    if path is None:
        pytest.skip(f"no Chromium on the PATH (looked for {', '.join(chromium_pipe.NAMES)})")
    with chromium_pipe.browser(path, tmp_path_factory.mktemp("profile")) as browser:
        yield browser
