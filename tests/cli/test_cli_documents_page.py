"""docs/documents.md: its example does what the page says, word for word."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "documents.md"


def blocks(kind):
    found = re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    return found


def test_the_example_of_the_page_works(harness):
    harness.suite.unlink()
    (harness.folder / "suites" / "sources.toml").unlink()
    readme, suite = blocks("markdown")[0], blocks("toml")[0]
    assert "<!-- README.md -->" in readme
    assert "# suites/line.toml" in suite
    (harness.folder / "README.md").write_text(readme)
    (harness.folder / "suites" / "line.toml").write_text(suite)
    for line in blocks("console")[0].splitlines():
        program, *arguments = shlex.split(line.removeprefix("$ "))
        if program == "harness":
            assert harness(*arguments)[0] == 0, line
        else:
            plugin = ("-p", "harness.pytest_plugin", "-p", "no:cacheprovider")
            command = [sys.executable, "-m", program, *plugin, *arguments]
            done = subprocess.run(command, capture_output=True, text=True)
            assert "1 passed" in done.stdout, done.stdout
    written = (harness.folder / "README.md").read_text()
    assert re.search(r"slope of <!-- claim: line/slope -->1\.9\d+<!-- /claim --> from", written)
    assert "reproduced" in (harness.folder / "slope.svg").read_text()
    assert 'failures="0"' in (harness.folder / "claims.xml").read_text()
