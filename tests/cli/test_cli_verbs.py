"""The verbs: each can be loaded, and no command loads what it does not need."""

import json
import subprocess
import sys

import pytest
from suite_texts import DIGITS, NUMPY, suite_text, write_suite

from harness.cli.verbs import VERBS

HEAVY = ("pydantic", "numpy", "scipy", "pandas", "matplotlib", "seaborn", "jinja2", "rich")
LOADED = """
import json, sys
from harness.cli.app import run_main
code = run_main(json.loads(sys.argv[1]))
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_a_command(verb):
    command = verb.load()
    assert command.help
    assert not verb.does.startswith(" ")
    assert verb.does.endswith(".")


def loaded(*words: str) -> set[str]:
    """Return the libraries, and the parts of the harness, that a command has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done.stderr
    return set(told["modules"])


def test_help_and_version_load_no_verb_and_no_library():
    of_typer = "import sys, typer; print(*sys.modules)"  # older ones load rich by themselves
    shown = subprocess.run([sys.executable, "-c", of_typer], capture_output=True, check=True)
    unneeded = set(HEAVY) - set(shown.stdout.decode().split())
    for asked in ("--help", "--version"):
        modules = loaded(asked)
        assert not modules & unneeded
        assert not {f"harness.cli.{verb.name}" for verb in VERBS} & modules


def test_list_and_check_load_what_they_need(tmp_path):
    knn = "[knn]\nn_neighbors = [1]\n"
    text = suite_text("tiny", DIGITS, knn, NUMPY, experiment="knn", source=None)
    write_suite(tmp_path, text)
    unneeded = {*HEAVY, "torch", "sklearn", "ruptures"} - {"pydantic", "numpy", "rich"}
    for verb in ("list", "check"):
        modules = loaded(verb, "--suites", str(tmp_path))
        assert not modules & unneeded
        assert not {"harness.report", "harness.execute", "harness.gate"} & modules
