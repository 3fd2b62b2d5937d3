"""Poetry's dependency groups in the words of pip."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.gate.sides.poetry import groups, version

PROJECT = """
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


def test_groups_are_said_as_pip_takes_them():
    found = groups(tomllib.loads(PROJECT))
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
