"""A contract over the kinds of suite: each is whole, and its files are there."""

import ast
import tomllib
from importlib import resources

import pytest

from harness.scaffold import kinds

TEMPLATES = resources.files("harness.scaffold").joinpath("templates")


def test_every_kind_has_its_templates_and_no_other():
    folders = {one.name for one in TEMPLATES.iterdir() if one.is_dir()}
    assert folders == set(kinds.KINDS)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_is_filled_in(tmp_path, kind):
    suite, experiment = kinds.drafts(kind, "my-own", tmp_path, tmp_path / "suites")
    assert suite.path == tmp_path / "suites" / "my-own.toml"
    assert experiment.path == tmp_path / "bench" / "my_own.py"
    assert "@" not in suite.text.replace("@harness", "") + experiment.text
    assert "bench/my_own.py" in suite.text
    assert tomllib.loads(suite.text)["claims"]
    assert ast.get_docstring(ast.parse(experiment.text))
    assert max(len(line) for line in (suite.text + experiment.text).splitlines()) <= 100
