"""Environments whose installation fails, or was left half done."""

import errno
import os
import sys
from pathlib import Path

import pytest
from gate_projects import ask, wheel
from gate_repositories import make

from harness.errors import FileError, GateError, SideBroken, SideLate
from harness.gate.sides import interpreters, venvs
from harness.gate.sides.environments import Recipe, prepare

pytestmark = pytest.mark.usefixtures("packages")


def test_a_half_made_environment_is_made_again(tmp_path, told, quick):
    tree = make(tmp_path / "t", {"requirements.txt": "no-such-package\n"})
    cache, recipe = tmp_path / "cache", Recipe(quick, mode="build")
    with pytest.raises(SideBroken, match="No matching distribution found for no-such-package"):
        prepare({"head": tree.folder}, recipe, cache, None, told.append)
    (half,) = [path for path in (cache / "environments").iterdir() if path.is_dir()]
    assert (half / "bin" / "python").exists()
    (half / "left").write_text("by the first try", encoding="utf-8")
    wheel(tmp_path / "wheels", "no-such-package")
    for _ in range(2):
        made = prepare({"head": tree.folder}, recipe, cache, None, told.append)
    assert made["head"].python == half / "bin" / "python"
    assert not (half / "left").exists()
    assert len(told) == 2  # the third time it was there


def test_what_was_only_chosen_is_given_up_where_it_cannot_be_installed(tmp_path, told, quick):
    groups = '[dependency-groups]\ntest = ["dependency"]\ndev = ["no-such-package"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    recipe = Recipe(quick, mode="build")
    made = prepare({"head": tree}, recipe, tmp_path / "cache", None, told.append)["head"]
    assert made.chosen == "dependency group test"
    assert ask(made, "dependency", "dependency.version") == "2.0"
    assert told[0].endswith("): dependency groups test, dev")
    assert told[1].startswith("head: dependency groups test, dev could not be installed (ERROR: No")
    assert told[1].endswith("; taking less")


@pytest.fixture
def vain(monkeypatch):
    """Stand in for venv and pip, which lacks a package; gives the sides that asked for it."""
    asked = []

    def venv(side, command, folder, deadline):
        python = Path(command[-1], "bin", "python")
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)

    def pip(side, python, arguments, folder, deadline):
        if "no-such-package" in arguments:
            asked.append(side)
            raise SideBroken(side, "ERROR: No matching distribution found for no-such-package")

    monkeypatch.setattr(venvs, "run", venv)
    monkeypatch.setattr(venvs, "pip", pip)
    got = {"pytest": interpreters.Package("9.9", needed=True, local=False)}
    monkeypatch.setattr(interpreters, "packages", lambda python, tools: got)
    return asked


def test_what_could_not_be_installed_is_not_tried_again(trees, told, tmp_path, vain):
    groups = '[dependency-groups]\ntest = ["dependency"]\ndev = ["no-such-package"{}]\n'
    both = trees(
        {"pyproject.toml": groups.format(""), "m.py": ""},
        {"pyproject.toml": groups.format(', "x"'), "m.py": ""},
    )
    recipe, cache = Recipe(mode="build"), tmp_path / "cache"
    first = prepare(both, recipe, cache, None, told.append)
    assert {first[side].chosen for side in first} == {"dependency group test"}
    assert vain == ["base", "head", "head"]  # head held to what base got, and by itself
    assert prepare(both, recipe, cache, None, told.append) == first
    assert len(vain) == 3
    notes = list((cache / "environments").glob("*.failed.json"))
    assert any(f"unless {note} is removed" in line for line in told for note in notes)
    for note in notes:
        note.unlink()
    prepare({"base": both["base"]}, recipe, cache, None, told.append)
    assert vain[3:] == ["base"]


def test_what_the_user_asks_for_is_tried_again(trees, told, tmp_path, vain):
    both = trees({"m.py": ""}, {"m.py": ""})
    recipe = Recipe(mode="build", install=("no-such-package",))
    for _ in range(2):
        with pytest.raises(SideBroken, match="No matching distribution"):
            prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert vain == ["base", "base"]


def test_time_is_kept_for_less_only_where_much_more_is_asked_than_tests_need(tmp_path, told):
    groups = '[dependency-groups]\ntest = ["a"]\ndev = ["b"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    slow = tmp_path / "slow-python"
    slow.write_text(f'#!/bin/sh\n[ "$2" = venv ] && sleep 60\nexec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    with pytest.raises(SideLate, match=r"did not end within the [01] s that were left"):
        prepare({"head": tree}, Recipe(slow, mode="build"), tmp_path / "cache", 2.0, told.append)
    assert "dependency groups test, dev could not be installed (did not end" in told[1]
    assert told[-1].endswith("dependency group test")  # which is not given up for the project alone


@pytest.mark.parametrize("name", ["", "environments", "held"])
def test_a_file_that_is_in_the_way_is_one_line(trees, told, tmp_path, quick, name):
    both = trees({"m.py": "", "requirements.txt": ""}, {"m.py": ""})
    place = tmp_path / "cache" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("x", encoding="utf-8")
    with pytest.raises(FileError, match=rf"cannot .* {place}.*: (file exists|not a directory)"):
        prepare(both, Recipe(quick, mode="build"), tmp_path / "cache", None, told.append)


def test_a_full_disk_is_one_line_and_the_environment_is_made_again(
    tmp_path, told, quick, monkeypatch
):
    tree = make(tmp_path / "t", {"m.py": ""}).folder
    cache, recipe = tmp_path / "cache", Recipe(quick, mode="build")

    def full(path, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(FileError, match=r"complete\.json: no space left on device; free some"):
            prepare({"head": tree}, recipe, cache, None, told.append)
    prepare({"head": tree}, recipe, cache, None, told.append)
    assert len(told) == 2


def test_what_the_user_asks_for_is_not_given_up(tmp_path, told, quick):
    groups = '[dependency-groups]\nlate = ["no-such-package"]\n'
    tree = make(tmp_path / "t", {"pyproject.toml": groups, "m.py": ""}).folder
    recipe = Recipe(quick, mode="build", install=("--group", "late"))
    with pytest.raises(SideBroken, match="No matching distribution found for no-such-package"):
        prepare({"head": tree}, recipe, tmp_path / "cache", None, told.append)
    assert len(told) == 1


def test_an_environment_that_another_run_makes_is_left_to_it(tmp_path, told):
    fcntl = pytest.importorskip("fcntl")
    tree = make(tmp_path / "t", {"m.py": ""}).folder
    cache, recipe = tmp_path / "cache", Recipe(mode="build", install=())
    with pytest.raises(SideBroken):
        prepare({"base": tree}, recipe, cache, 1e-9, told.append)
    (lock,) = (cache / "environments").glob("*.lock")
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(GateError, match="is being made by another run of the gate"):
            prepare({"base": tree}, recipe, cache, 1e-9, told.append)


@pytest.mark.usefixtures("vain")
@pytest.mark.parametrize(("needs", "shared"), [("a", True), ("b", False)])
def test_what_a_file_includes_decides_on_packages(trees, told, tmp_path, needs, shared):
    both = [
        {"p/dev-requirements.txt": "-r ../more.txt", "p/m.py": "", "more.txt": one}
        for one in ("a", needs)
    ]
    inside = {side: top / "p" for side, top in trees(*both).items()}
    made = prepare(inside, Recipe(mode="build"), tmp_path / "cache", None, told.append)
    assert (made["base"].lock == made["head"].lock) is shared
    assert made["base"].shared is shared
