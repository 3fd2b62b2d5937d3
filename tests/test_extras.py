"""The core works without the libraries of the extras, and says which extra brings them."""

import ast
import json
import os
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from suite_texts import suite_text

from harness import extras
from harness.errors import LibraryMissing
from harness.extras import late

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = sorted((ROOT / "harness").rglob("*.py"))
ELSEWHERE = (
    "probe/function/torch_functions.py",  # loaded by name when a function of torch is asked for
    "backends/torch_backend/",  # behind the entry of the table
)


def test_every_library_is_in_its_extra_and_not_in_the_core():
    for library, extra in extras.EXTRAS.values():
        named = PROJECT["optional-dependencies"][extra]
        assert any(requirement.startswith(f"{library}>=") for requirement in named)
        assert not any(requirement.startswith(library) for requirement in PROJECT["dependencies"])


def test_what_the_tests_take_has_the_bounds_of_the_extras():
    optional = PROJECT["optional-dependencies"]
    for extra in ("data", "sklearn", "gate", "dask"):
        wanted = {r for r in optional[extra] if not r.startswith("torch")}
        assert wanted <= set(optional["test"])


def at_the_top(path):
    """Return the libraries that a module imports when it is imported itself."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("part", ELSEWHERE)
def test_every_exception_names_a_module_that_needs_it(part):
    named = [path for path in MODULES if part in path.as_posix()]
    assert any(at_the_top(path) & extras.EXTRAS.keys() for path in named)


def test_no_module_imports_them_at_its_top():
    asked = [p for p in MODULES if not any(part in p.as_posix() for part in ELSEWHERE)]
    found = {str(path): at_the_top(path) & extras.EXTRAS.keys() for path in asked}
    assert not {path: names for path, names in found.items() if names}


def test_what_is_missing_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert extras.missing("pyarrow") == "pyarrow is not installed; install claims-harness[data]"
    with pytest.raises(LibraryMissing, match=r"install claims-harness\[data\]"):
        extras.require("pyarrow")
    assert extras.missing() is None


# Pillow comes with matplotlib, whatever extra is installed.
CORE = """
import json, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in json.loads(sys.argv[1]):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Block())
from harness.cli.app import run_main
for command in json.loads(sys.argv[2]):
    code = run_main(command)
    print(code, *command, file=sys.stderr)
"""
FILED = suite_text(
    "filed",
    """\
[records]
file = "runs.csv"
[[claims]]
id = "good"
quote = "good"
metric = "acc"
where = { trees = 100 }
expect = { at_least = 0.5 }
[labels]
trees = "trees"
acc = "accuracy"
[[figures]]
id = "bars"
kind = "bars"
title = "Accuracy"
x = "trees"
y = "acc"
""",
    experiment="",
    source=None,
)
DIGITS = suite_text(
    "digits",
    """\
[data]
dataset = "digits"
[knn]
[grid]
backend = ["numpy", "sklearn", "torch"]
[[claims]]
id = "good"
quote = "good"
metric = "accuracy_k1"
where = { backend = "numpy" }
expect = { at_least = 0.5 }
""",
    experiment="knn",
    source=None,
)


def test_the_core_verbs_work_without_them(tmp_path):
    suites = tmp_path / "suites"
    suites.mkdir()
    (suites / "filed.toml").write_text(FILED)
    (suites / "digits.toml").write_text(DIGITS)
    rows = [f"{t},{s},{0.6 + s / 100}" for t in (10, 100) for s in range(5)]
    (suites / "runs.csv").write_text("\n".join(["trees,seed,acc", *rows]))
    (tmp_path / "runs.parquet").write_bytes(b"PAR1")
    commands = {
        "list": 0,
        "list --parts": 0,
        "check": 0,
        "run --report page": 0,
        "claims": 0,
        "judge suites/runs.csv --metric acc --where trees=10 --at-least 0.1": 0,
        "judge runs.parquet --at-least 0.1": 2,
        "env": 0,
        "data list": 0,
    }
    blocked = sorted({*extras.EXTRAS, "pytest"} - {"PIL"})
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            CORE,
            json.dumps(blocked),
            json.dumps([command.split() for command in commands]),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "HARNESS_CACHE": str(tmp_path / "cache")},
    )
    told = [line for line in done.stderr.splitlines() if line[:1].isdigit()]
    wanted = [f"{code} {command}" for command, code in commands.items()]
    assert [line for line in told if line in wanted] == wanted, done.stderr
    words = " ".join(done.stderr.split())  # notes are broken where a line is full
    assert "pyarrow is not installed; install claims-harness[data]" in words
    assert "scikit-learn is not installed; install claims-harness[sklearn]" in words


def test_a_library_is_imported_when_something_of_it_is_asked_for():
    code = (
        "import sys; from harness.extras import late; one = late('wave'); "
        "assert 'wave' not in sys.modules; one.open; assert 'wave' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_has_what_the_library_has():
    import wave

    found = late("wave")
    assert found.open is wave.open
    assert pickle.loads(pickle.dumps(found)).Error is wave.Error  # noqa: S301 our own
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = found.nothing_such
