"""The verbs: each can be loaded, and no command loads what it does not need."""

import json
import subprocess
import sys

import pytest

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
    for asked in ("--help", "--version"):
        modules = loaded(asked)
        assert not modules & set(HEAVY)
        assert not {f"harness.cli.{verb.name}" for verb in VERBS} & modules
