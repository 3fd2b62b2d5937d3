import platform
import sys
from importlib import metadata
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.gate.sides import interpreters

PYTHON = Path(sys.executable)


def test_an_interpreter_says_what_it_is():
    found = interpreters.describe(PYTHON)
    assert found.version == platform.python_version()
    assert {sys.implementation.cache_tag, sys.base_prefix} <= set(found.identity)


def test_what_is_installed_and_what_is_not():
    assert interpreters.versions(PYTHON, ["pytest", "no-such-package"]) == {
        "pytest": metadata.version("pytest")
    }


def test_the_modules_of_a_distribution():
    assert interpreters.modules(PYTHON, "numpy") == ("numpy",)
    assert "pytest" in interpreters.modules(PYTHON, "pytest")
    assert interpreters.modules(PYTHON, "no-such-package") == ()
    assert interpreters.modules(PYTHON, "") == ()


def test_a_module_comes_from_the_first_folder_and_is_not_run(tmp_path, monkeypatch):
    for name in ("one", "two", "inherited"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    (tmp_path / "inherited" / "n.py").write_text("", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "inherited"))
    path = [tmp_path / "one", tmp_path / "two"]
    found = interpreters.origins(PYTHON, path, ["m", "n", "no_such_module"])
    assert found == {
        "m": str(tmp_path / "one" / "m.py"),
        "n": str(tmp_path / "inherited" / "n.py"),
        "no_such_module": "",
    }


def test_the_folder_it_is_started_in_does_not_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.py").write_text("", encoding="utf-8")
    assert interpreters.origins(PYTHON, [], ["m"]) == {"m": ""}


@pytest.mark.parametrize("text", [None, "#!/bin/sh\necho oh dear >&2; exit 3\n", "not a program"])
def test_what_is_no_interpreter_is_refused(tmp_path, text):
    program = tmp_path / "python"
    if text is not None:
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
    with pytest.raises(UsageError, match=f"{program} must be a Python interpreter") as got:
        interpreters.describe(program)
    assert text is None or "oh dear" not in text or "exit code 3: oh dear" in str(got.value)
