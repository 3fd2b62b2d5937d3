"""Python projects and packages made for a test, built and installed without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pip

BACKEND = '''\
"""A build back end in the tree: it needs nothing, and writes a file that the tree lacks."""
import pathlib, tomllib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]
    name = project["name"]
    pathlib.Path("debris.txt").write_text("left by the build")
    if pathlib.Path("broken").exists():
        raise SystemExit("no compiler was found")
    file = f"{name}-1.0-py3-none-any.whl"
    needs = "".join(f"Requires-Dist: {one}\\n" for one in project.get("dependencies", []))
    with zipfile.ZipFile(pathlib.Path(folder, file), "w") as wheel:
        for path in pathlib.Path("code").glob("*.py"):
            wheel.write(path, f"{name}/{path.name}")
        wheel.writestr(f"{name}/built.py", f"settings = {config_settings!r}\\n")
        info = f"{name}-1.0.dist-info"
        text = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n{needs}"
        wheel.writestr(f"{info}/METADATA", text)
        tags = "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", "")
    return file
'''


def compiled(name: str, value: int, needs: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the files of a project that has to be built to be imported."""
    settings = (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(needs)!r}\n'
    )
    return {
        "pyproject.toml": settings,
        "backend.py": BACKEND,
        "code/__init__.py": f"value = {value}\n",
    }


def pure(name: str, value: int = 1, layout: str = "") -> dict[str, str]:
    """Return the files of a project that can be imported where it lies."""
    return {
        "pyproject.toml": (
            '[build-system]\nrequires = ["setuptools>=61"]\n'
            f'[project]\nname = "{name}"\nversion = "1.0"\n'
        ),
        f"{layout}{name}/__init__.py": f"value = {value}\n",
    }


def quick_python(folder: Path) -> Path:
    """Return an interpreter whose environments borrow its pip: installing one takes seconds."""
    script = folder / "quick-python"
    script.write_text(
        f'#!/bin/sh\nif [ "$2" != venv ]; then exec "{sys.executable}" "$@"; fi\n'
        f'"{sys.executable}" -m venv --without-pip "$3"\n'
        f'ln -s "{Path(pip.__file__).parent}" "$3"/lib/python*/site-packages/\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def wheel(folder: Path, name: str, version: str = "1.0") -> None:
    """Write a wheel with one module by hand; pip finds it under ``PIP_FIND_LINKS``."""
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{module}.py", f"version = {version!r}\n")
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(f"{info}/RECORD", "")


RUN = "import json, sys; {}; sys.stdout.write(json.dumps([{}]))"


def ask(side, imports, value):
    """Run a program as a side would, and return what it says."""
    done = subprocess.run(
        [str(side.python), "-c", RUN.format(f"import {imports}", value)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, side.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)[0]
