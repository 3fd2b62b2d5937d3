"""What is known of a user's function, and that it stays true when its files are edited."""

import pytest

from harness.config.settings import Settings
from harness.experiments import registry

TEXT = """\
import importlib
import foo
importlib.import_module("plug" + "in")

def f(seed: int, n: int = 3) -> float:
    return 1.0
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    files = {"pyproject.toml": "", "bench/f.py": TEXT, "libs/foo/src/foo.py": "import part"}
    files |= {"libs/foo/src/part.py": "", "plugin.py": "import deep", "deep.py": ""}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "libs" / "foo" / "src")
    return tmp_path


def found(project, name="bench/f.py:f"):
    return registry.get(name, str(project))


@pytest.mark.parametrize(
    ("returns", "kinds"), [("bool", {"value": "binary"}), ("float", {}), ("int", {})]
)
def test_a_function_that_returns_true_or_false_says_so(project, returns, kinds):
    file = project / "bench/f.py"
    file.write_text(TEXT.replace("-> float", f"-> {returns}"))
    assert found(project).kinds(Settings()) == kinds


def test_packages_of_the_project_and_modules_named_while_running_are_code(project):
    code = found(project).code(Settings(), str(project)).code
    libs = {"libs/foo/src/foo.py", "libs/foo/src/part.py"}
    assert set(code) == {"bench/f.py", "plugin.py", "deep.py", *libs}


def test_an_edit_is_seen_by_a_process_that_knew_the_module_before(project):
    first = found(project)
    assert (first.version, first.defaults) == (1, {"n": 3})
    assert found(project).code(Settings(), "") == first.code(Settings(), "")
    path = project / "bench" / "f.py"
    path.write_text(f"{TEXT.replace('3', '4')}\nf.version = 2\n")
    second = found(project)
    assert (second.version, second.defaults) == (2, {"n": 4})
    assert second.code(Settings(), "").address != first.code(Settings(), "").address
    (project / "deep.py").write_text("x = 1")
    third = found(project).code(Settings(), "")
    assert third.code["deep.py"] != second.code(Settings(), "").code["deep.py"]


def test_the_metrics_of_a_number_are_known(project):
    experiment = found(project)
    assert experiment.produces(Settings()) == {"value"}
    (project / "bench" / "f.py").write_text(TEXT.replace(" -> float", ""))
    assert found(project).produces is None
