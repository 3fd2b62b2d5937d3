"""The house rules on imports: only downward, and no torch in what reads records."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from suite_texts import DIGITS, NUMPY, suite_text, write_suite

from harness.experiments import registry

PACKAGE = Path(__file__).parent.parent / "harness"
PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)
LEVELS = {
    name.rstrip("/"): int(level)
    for level, rooms in ROW.findall(PAGE)
    for name in re.findall(r"`([a-z_]+/?)`", rooms)
} | {"__main__": 99, "__init__": 99}
EXPERIMENTS = {*registry.EXPERIMENTS, "user"}
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted({path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES})


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return what a module says: read once for all that is asked of it."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported(path: Path) -> frozenset[str]:
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            if node.module != "harness":
                found.add(node.module)
    return frozenset(found)


def own_room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def experiment(path: Path) -> str | None:
    """Return the experiment that a module is, or whose folder it stands in."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[1] if parts[0] == "experiments" and parts[1] in EXPERIMENTS else None


def modules_of(name: str) -> list[Path]:
    return [path for path in MODULES if own_room(path) == name]


def above(path: Path) -> set[str]:
    """Return what a module imports of rooms that do not lie below its own."""
    own = own_room(path)
    return {
        name
        for name in imported(path)
        if name.startswith("harness.") and room(name) != own and LEVELS[room(name)] >= LEVELS[own]
    }


@pytest.mark.parametrize("own", ROOMS)
def test_imports_point_downward(own):
    wrong = {str(path): found for path in modules_of(own) if (found := above(path))}
    assert not wrong, f"{own} must not import what is not below it"


def test_the_table_has_every_room_and_no_other():
    assert {own_room(path) for path in MODULES} == set(LEVELS)


def test_the_picture_is_the_table():
    (picture,) = re.findall(r"^```\n(api, .*?)```", PAGE, re.MULTILINE | re.DOTALL)
    drawn = [set(re.findall(r"\w+", level)) for level in picture.split("->")]
    levels = sorted(set(LEVELS.values()) - {99}, reverse=True)
    assert drawn == [{name for name in LEVELS if LEVELS[name] == level} for level in levels]


@pytest.mark.parametrize("own", sorted(EXPERIMENTS))
def test_an_experiment_imports_no_other(own):
    for path in MODULES:
        if experiment(path) == own:
            names = {name for name in imported(path) if name.startswith("harness.experiments.")}
            assert {name.split(".")[2] for name in names} & EXPERIMENTS <= {own}, path


@pytest.mark.parametrize("own", [name for name in ROOMS if name not in ("cli", "__main__")])
def test_only_the_command_line_prints_or_exits(own):
    for path in modules_of(own):
        calls = {ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call)}
        assert not calls & {"print", "exit", "sys.exit", "sys.stdout.write"}, path


def test_the_test_sees_an_upward_arrow(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("from harness.cli import app\nimport harness.report\n")
    assert {"harness.cli", "harness.report"} <= imported(bad)


READERS = ("statistics", "suite", "store", "claims", "figures", "report")
TORCH = ("torch", "torchvision")
WITHOUT_TORCH = """
import importlib, json, sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchvision"):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Block())
modules, commands = json.loads(sys.argv[1])
for module in modules:
    importlib.import_module(module)
from harness.cli.app import run_main
for command in commands:
    code = run_main(command)
    assert code in (0, 5), f"{command} ended with {code}"
assert "torch" not in sys.modules
"""


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("own", READERS)
def test_what_reads_records_names_no_torch_at_all(own):
    """Not inside a function either, so that no figure or rule needs to be tried for it."""
    for path in modules_of(own):
        assert not {name for name in imported(path) if name.split(".")[0] in TORCH}, path


def without_torch(*commands: list[str]) -> None:
    """Import all readers and carry out commands in a process that cannot import torch."""
    modules = [dotted(path) for path in MODULES if own_room(path) in READERS]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, json.dumps([modules, commands])],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
    )
    assert done.returncode == 0, done.stderr


def test_what_reads_records_never_imports_torch(tmp_path):
    knn = "[knn]\nn_neighbors = [1]\n"
    text = suite_text("tiny", DIGITS, knn, NUMPY, experiment="knn", source=None)
    path = write_suite(tmp_path, text)
    without_torch(["list", "--suites", str(tmp_path)], ["check", str(path)])
