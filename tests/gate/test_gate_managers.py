"""Groups of tools, and whatever else a pyproject.toml may hold in their place."""

import contextlib
import json
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.errors import SuiteError, UsageError
from harness.gate.settings import read_settings
from harness.gate.sides import choice, groups, locks, project
from harness.gate.sides.groups import of_poetry, version

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
POETRY = """
[tool.poetry.dev-dependencies]
python = "^3.8"
pytest = "^7.0"

[tool.poetry.group.test.dependencies]
hypothesis = "*"
coverage = { version = "^7.3", extras = ["toml"] }
numpy = [{ version = "<2", python = "<3.9" }, { version = ">=2", python = "^3.9" }]
tomli = { version = ">=1", markers = "python_version < '3.11'", optional = true }
plugin = { git = "https://example.org/plugin.git", tag = "v1" }
wheel = { url = "https://example.org/w-1-py3-none-any.whl" }
beside = { path = "../beside", develop = true }

[tool.poetry.group.bench]
optional = true
include-groups = ["test"]
"""


def test_tables_of_tools_are_groups():
    assert groups.of_tools(tomllib.loads(PROJECT)) == {
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


def test_groups_are_said_as_pip_takes_them():
    found = of_poetry(tomllib.loads(POETRY))
    assert found["dev"] == ["pytest>=7.0,<8"]
    assert found["bench"] == [{"include-group": "test"}]
    assert found["test"] == [
        "hypothesis",
        "coverage[toml]>=7.3,<8",
        "numpy<2 ; (python_full_version < '3.9')",
        "numpy>=2 ; (python_full_version >= '3.9' and python_full_version < '4')",
        "tomli>=1 ; (python_version < '3.11')",
        "plugin @ git+https://example.org/plugin.git@v1",
        "wheel @ https://example.org/w-1-py3-none-any.whl",
    ]
    for text in found["test"]:
        Requirement(text)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # the examples of Poetry's documentation
        ("^1.2.3", ">=1.2.3,<2"), ("^1.2", ">=1.2,<2"), ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"), ("^0.0.3", ">=0.0.3,<0.0.4"), ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"), ("~1.2.3", ">=1.2.3,<1.3"), ("~1.2", ">=1.2,<1.3"), ("~1", ">=1,<2"),
        ("*", ""), ("1.*", "==1.*"), ("1.2.*", "==1.2.*"), (">= 1.2, < 1.5", ">=1.2,<1.5"),
        (">=1.2 <2", ">=1.2,<2"), ("==1.2.3", "==1.2.3"), ("=1.2", "==1.2"), ("1.2.3", "==1.2.3"),
        ("~=1.4", "~=1.4"), ("!=1.5", "!=1.5"), ("^21.5-beta.1", ">=21.5-beta.1,<22"),
        # one or the other cannot be said to pip: any
        ("^1.0 || ^3.0", ""), ("", ""), ("^x", ""),
    ],
)  # fmt: skip
def test_versions_are_said_as_pip_takes_them(said, expected):
    assert version(said) == expected
    SpecifierSet(expected)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_a_caret_takes_the_version_itself_and_not_the_next_that_breaks(release):
    said = SpecifierSet(version("^" + ".".join(map(str, release))))
    assert ".".join(map(str, release)) in said
    leading = next((at for at, part in enumerate(release) if part), len(release) - 1)
    broken = [*release[:leading], release[leading] + 1]
    assert ".".join(map(str, broken)) not in said
    assert ".".join(map(str, [*release, 99])) in said
