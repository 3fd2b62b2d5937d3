"""What is known of a user's function, and that it stays true when its files are edited."""

import pytest

from harness.config.experiments import Settings
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
    ("returns", "kinds"),
    [
        ("bool", {"value": "binary"}),
        ("'numpy.bool_'", {"value": "binary"}),
        ("dict[str, bool]", {"*": "binary"}),
        ("float", {}),
        ("int", {}),
    ],
)
def test_a_function_that_returns_true_or_false_says_so(project, returns, kinds):
    file = project / "bench/f.py"
    file.write_text(TEXT.replace("-> float", f"-> {returns}"))
    assert found(project).kinds(Settings()) == kinds


@pytest.mark.parametrize(
    ("body", "truth"),
    [
        ("return n > seed", True),
        ("return not n", True),
        ("return n > seed and (bool(n) or False)", True),
        ("if n:\n        return True\n    return np.allclose(n, seed)", True),
        ("def inner():\n        return 3\n    return inner() == 3", True),
        ("return (n > seed) * 1.0", False),
        ("return n > seed or 0.5", False),
        ("if n:\n        return 1.0\n    return n > seed", False),
        ("return n > seed if n else 0.5", False),
        ('return {"loss": n > seed, "value": 0.5}', False),
        ("for _ in range(n):\n        return\n    return n > seed", False),
        ("ok = n > seed\n    print(ok)\n    return ok", True),
        ("ok: bool = n > seed\n    if n:\n        ok = False\n    return ok and not n", True),
        ("ok = n > seed\n    ok += 1\n    return ok", False),
        ("ok = n > seed\n    for ok in (1, 2):\n        print(ok)\n    return ok", False),
        ("n = n > seed\n    return n", False),
        ("try:\n        return n > seed\n    finally:\n        print(n)", True),
        ("print(n > seed)", False),
    ],
)
def test_a_function_whose_every_return_is_plainly_true_or_false_says_so(project, body, truth):
    file = project / "bench/f.py"
    file.write_text(f"import numpy as np\n\n\ndef f(seed, n=3):\n    {body}\n")
    kinds = found(project).kinds(Settings())
    assert kinds.get("value", "real") == ("binary" if truth else "real")


@pytest.mark.parametrize(
    ("body", "truths"),
    [
        ('return {"works": n > seed, "loss": 0.5}', {"works"}),
        ('if n:\n        return {"a": n > 1}\n    return {"a": 0.5, "b": not n}', {"b"}),
        ('return {**{"a": 0.5}, "b": n > seed}', {"b"}),
        ('ok = n > seed\n    return {"ok": ok, "n": n}', {"ok"}),
        ('return {"a": n > seed, **{"a": 0.5}}', set()),
        ('if n:\n        return vars()\n    return {"a": n > seed}', set()),
    ],
)
def test_entries_that_are_plainly_true_or_false_say_so(project, body, truths):
    (project / "bench/f.py").write_text(f"def f(seed, n=3):\n    {body}\n")
    kinds = found(project).kinds(Settings())
    assert dict(kinds) == dict.fromkeys(truths, "binary")


@pytest.mark.parametrize("deep", [1, 2000])
def test_long_functions_and_lambdas_are_read_like_others(project, deep):
    (project / "bench/f.py").write_text(f"f = lambda seed, n=3: seed {'+ n ' * deep}> 3\n")
    assert found(project).kinds(Settings()) == {"value": "binary"}


@pytest.mark.parametrize(
    ("inside", "truth"), [("given", True), ("lambda seed: given(seed) * 0.5", False)]
)
def test_what_a_decorator_gives_back_is_what_is_read(project, inside, truth):
    text = f"def of(given):\n    return {inside}\n\n\n@of\n@of\ndef f(seed):\n    return seed > 3\n"
    (project / "bench/f.py").write_text(text)
    assert bool(found(project).kinds(Settings())) is truth


def test_what_a_decorator_returns_is_not_known_from_what_is_inside(project):
    text = "import functools\n\n\n@functools.cache\ndef f(seed):\n    return seed > 3\n"
    (project / "bench/f.py").write_text(text)
    assert found(project).kinds(Settings()) == {}


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
