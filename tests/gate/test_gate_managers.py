"""Groups of tools, and whatever else a pyproject.toml may hold in their place."""

import contextlib
import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import SuiteError, UsageError
from harness.gate.settings import read_settings
from harness.gate.sides import choice, groups, locks, managers, project

PROJECT = """
[tool.pdm.dev-dependencies]
benchmark = ["pyperf", "-e file:///${PROJECT_ROOT}"]
[tool.uv]
dev-dependencies = ["ruff"]
[tool.hatch.envs.default]
dependencies = ["pytest", "other @ {root:uri}/other"]
[tool.hatch.envs.hatch-test]
extra-dependencies = ["hypothesis"]
[tool.hatch.envs.lint]
detached = true
"""
KEYS = (
    "project", "project.name", "project.optional-dependencies", "dependency-groups", "tool",
    "build-system.requires", "build-system.backend-path", "tool.poetry", "tool.poetry.group",
    "tool.poetry.group.test", "tool.poetry.group.test.dependencies.x", "tool.poetry.extras",
    "tool.poetry.dev-dependencies", "tool.pdm.dev-dependencies", "tool.uv.dev-dependencies",
    "tool.hatch.envs", "tool.hatch.envs.test", "tool.setuptools.dynamic", "tool.harness.gate",
    "tool.setuptools.dynamic.dependencies", "tool.setuptools.dynamic.optional-dependencies.test",
)  # fmt: skip
NAMES = ("test", "dev", "file", "dependencies", "version", "python", "include-group", "git", "x")
TEXTS = ("", "a", "^1.2", "/etc/hostname", "../x", "x" * 300, "a\0b", "test", "-e .")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def test_tables_of_tools_are_groups():
    assert managers.groups(tomllib.loads(PROJECT)) == {
        "benchmark": ["pyperf"],
        "dev": ["ruff", "pytest"],
        "test": ["hypothesis"],
    }


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return '"none"' if value is None else json.dumps(value)


@given(st.sampled_from(KEYS), VALUES)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_it_holds_is_taken_or_refused(tmp_path, key, value):
    (tmp_path / "pyproject.toml").write_text(f"{key} = {toml(value)}\n", encoding="utf-8")
    for read in (choice.choices, locks.lock, groups.names, project.pure_root, project.name):
        with contextlib.suppress(UsageError):
            read(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 5000, "pyproject.toml must be valid TOML"),
        ("x = " + "[" * 5000 + "]" * 5000, "pyproject.toml must be valid TOML"),
        (f"x = {'9' * 5000}", "pyproject.toml must be valid TOML"),
        (b"x = '\xff'", "pyproject.toml must be UTF-8"),
        ("[tool.harness]\ngate = 3", "tool.harness.gate must be a table, got 3"),
        ("[tool.harness.gate]\nbudget = 3", "tool.harness.gate.budget"),
    ],
)
def test_settings_that_cannot_be_read_are_the_users_mistake(tmp_path, text, words):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises((UsageError, SuiteError), match=words):
        read_settings(tmp_path)
