"""The house rules on imports: only downward, and no torch in what reads records."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "harness"
LEVELS = {
    **dict.fromkeys(
        ["errors", "words", "files", "lock", "numerals", "sizes", "types", "digest", "config"],
        0,
    ),
    **dict.fromkeys(["processes"], 0),
    **dict.fromkeys(["backends", "datasets", "seeding", "timing", "alone", "statistics"], 1),
    **dict.fromkeys(["devices", "environment"], 2),
    "experiments": 3,
    **dict.fromkeys(["suite", "plan", "store", "execute", "claims", "gate"], 4),
    "figures": 5,
    "report": 6,
    "cli": 7,
    "__main__": 8,
    "__init__": 8,
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "harness":
                found |= {f"harness.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


def own_room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downward(path):
    own = own_room(path)
    above = {
        name
        for name in imported(path)
        if name.startswith("harness.") and room(name) != own and LEVELS[room(name)] > LEVELS[own]
    }
    assert not above, f"{own} must not import {sorted(above)}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints_or_exits(path):
    if own_room(path) in ("cli", "__main__"):
        return
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not calls & {"print", "exit", "sys.exit", "sys.stdout.write"}


def test_the_test_sees_an_upward_arrow(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("from harness.cli import app\nimport harness.report\n")
    assert {"harness.cli", "harness.report"} <= imported(bad)


@pytest.mark.parametrize("verb", ["list", "check", "claims", "report"])
def test_what_reads_records_never_imports_torch(verb, tmp_path):
    code = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "torchvision"):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Block())
from harness.cli.app import run_main
arguments = [{verb!r}, "--suites", "suites"]
if {verb!r} in ("claims", "report"):
    arguments += ["--results", "results/reference"]
if {verb!r} == "report":
    arguments += ["--out", {str(tmp_path)!r}, "--profile", "full"]
code = run_main(arguments)
assert "torch" not in sys.modules
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent
    )
    assert done.returncode in (0, 5), done.stderr
