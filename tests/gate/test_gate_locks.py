import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.gate.sides.locks import differences, lock

PROJECT = """\
[build-system]
requires = ["setuptools"]
[project]
name = "p"
version = "1"
requires-python = ">=3.11"
dependencies = ["numpy", "scipy>=1"]
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
test = ["pytest"]
[tool.poetry.group.dev.dependencies]
pytest = "^8"
[tool.ruff]
line-length = 100
"""


@pytest.fixture
def trees(tmp_path):
    """Two trees with the same files."""

    def write(**files):
        made = []
        for side in ("base", "head"):
            for name, text in files.items():
                path = tmp_path / side / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            made.append(tmp_path / side)
        return made

    write(**{"pyproject.toml": PROJECT})
    return write


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"setuptools"', '"hatchling"', "pyproject.toml [build-system]"),
        (">=3.11", ">=3.12", "pyproject.toml [project.requires-python]"),
        ("scipy>=1", "scipy>=2", "pyproject.toml [project.dependencies]"),
        ('dev = ["pytest"]', "dev = []", "pyproject.toml [project.optional-dependencies]"),
        ('test = ["pytest"]', 'test = ["nox"]', "pyproject.toml [dependency-groups]"),
        ("^8", "^9", "pyproject.toml [tool.poetry.group]"),
    ],
)
def test_a_change_of_what_is_installed_is_named(trees, old, new, named):
    base, head = trees()
    assert differences(base, head) == ()
    assert lock(base) == lock(head)
    (head / "pyproject.toml").write_text(PROJECT.replace(old, new), encoding="utf-8")
    assert differences(base, head) == (named,)
    assert lock(base) != lock(head)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("line-length = 100", "line-length = 80"),
        ('version = "1"', 'version = "2"'),
        ('requires = ["setuptools"]', 'requires = [ "setuptools", ] # a comment'),
    ],
)
def test_other_settings_change_nothing(trees, old, new):
    base, head = trees()
    (head / "pyproject.toml").write_text(PROJECT.replace(old, new), encoding="utf-8")
    assert differences(base, head) == ()
    assert lock(base) == lock(head)


FILES = [
    *("requirements.txt", "requirements-dev.txt", "requirements/test.txt", "requirements/test.in"),
    *("constraints.txt", "setup.py", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"),
    *("pylock.dev.toml", "Pipfile.lock", "environment.yml"),
]


@pytest.mark.parametrize("name", FILES)
def test_a_file_counts_when_it_changes_comes_or_goes(trees, name):
    base, head = trees(**{name: "numpy\n"})
    (head / name).write_text("numpy==2\n", encoding="utf-8")
    assert differences(base, head) == (name,)
    (head / name).unlink()
    assert differences(base, head) == differences(head, base) == (name,)
    assert lock(base) != lock(head)


@pytest.mark.parametrize("name", ["README.md", "docs/requirements.txt", "p.py", "tox.ini"])
def test_other_files_do_not_count_unless_named(trees, name):
    base, head = trees(**{name: "one"})
    (head / name).write_text("two", encoding="utf-8")
    assert differences(base, head) == ()
    assert lock(base) == lock(head)
    assert differences(base, head, name) == (name,)
    assert lock(base, name) != lock(head, name)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("numpy", "scipy", ("setup.cfg [options] install_requires",)),
        (">=3.9", ">=3.10", ("setup.cfg [options] python_requires",)),
        ("dev = pytest", "dev = nox", ("setup.cfg [options.extras_require]",)),
        ("100", "80", ()),
    ],
)
def test_of_setup_cfg_what_is_installed_counts(trees, old, new, named):
    text = (
        "[options]\npython_requires = >=3.9\ninstall_requires =\n  numpy\n"
        "[options.extras_require]\ndev = pytest\n[flake8]\nmax-line-length = 100\n"
    )
    base, head = trees(**{"setup.cfg": text})
    (head / "setup.cfg").write_text(text.replace(old, new), encoding="utf-8")
    assert differences(base, head) == named
    assert (lock(base) == lock(head)) == (not named)


@pytest.mark.parametrize("value", ['"deps/run.txt"', '["deps/run.txt"]'])
def test_a_file_that_setuptools_reads_counts(trees, value):
    text = f"[tool.setuptools.dynamic]\ndependencies = {{ file = {value} }}\n"
    base, head = trees(**{"pyproject.toml": text, "deps/run.txt": "numpy\n"})
    (head / "deps" / "run.txt").write_text("scipy\n", encoding="utf-8")
    assert differences(base, head) == ("deps/run.txt",)


def test_an_empty_tree_has_a_lock(tmp_path):
    assert lock(tmp_path) == lock(tmp_path)
    assert differences(tmp_path, tmp_path) == ()


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", "[project"), ("setup.cfg", "no section = 1\n")]
)
def test_a_malformed_file_is_named(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=f"^{name} must be"):
        lock(tmp_path)


words = st.text("abcxyz", min_size=1, max_size=6)
tables = st.dictionaries(words, st.lists(words, max_size=3), max_size=4)


def toml(table):
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ours=tables, theirs=tables, unrelated=st.tuples(tables, tables))
def test_locks_are_equal_exactly_when_the_tables_are(trees, ours, theirs, unrelated):
    folders = trees()
    for folder, table, other in zip(folders, (ours, theirs), unrelated, strict=True):
        text = f"[tool.other]\n{toml(other)}[project.optional-dependencies]\n{toml(table)}"
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    assert (lock(folders[0]) == lock(folders[1])) == (ours == theirs)
    assert bool(differences(*folders)) == (ours != theirs)
