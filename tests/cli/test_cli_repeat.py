"""The page says how a suite of a repository is repeated elsewhere, from its clone on."""

import html
import subprocess

import pytest

BENCH = "def value(seed):\n    return 1.0 + seed / 100\n"
SUITE = """\
experiment = "bench.py:value"
seeds = 3

[[claims]]
quote = "It gives 1."
expect = { value = 1, tolerance = 0.1 }
"""


@pytest.fixture
def git(harness):
    def call(*words):
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        done = subprocess.run(
            ["git", *who, *words], cwd=harness.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    harness.suite.unlink()
    (harness.folder / "suites" / "sources.toml").unlink()
    (harness.folder / "suites" / "one.toml").write_text(SUITE)
    (harness.folder / "bench.py").write_text(BENCH)
    call("init", "-q")
    call("add", "suites", "bench.py")
    call("commit", "-q", "-m", "first")
    call("remote", "add", "origin", "https://me:s3cret@example.org/o/r.git")
    call("update-ref", "refs/remotes/origin/main", "HEAD")
    return call


def told(harness):
    assert harness("run")[0] == 0
    assert harness("report")[0] == 0
    return html.unescape((harness.folder / "reports" / "index.html").read_text("utf-8"))


def test_the_page_names_the_clone_and_the_commit_without_secrets(harness, git):
    page = told(harness)
    lines = (
        "git clone https://example.org/o/r.git",
        "cd r",
        f"git checkout {git('rev-parse', 'HEAD')}",
        "python3 -m pip install 'claims-harness[all]'",
        "harness run one --profile quick",
        "harness report",
    )
    assert "\n".join(lines) in page
    assert "s3cret" not in page


def test_runs_of_edited_code_name_no_commit(harness, git):
    (harness.folder / "bench.py").write_text(BENCH.replace("100", "1000"))
    page = told(harness)
    assert "git clone https://example.org/o/r.git\ncd r\npython3 -m pip" in page
    assert "git checkout" not in page
