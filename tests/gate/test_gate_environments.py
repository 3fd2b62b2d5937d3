import subprocess
import sys
from pathlib import Path

import pytest
from gate_projects import ask, compiled, pure, wheel
from gate_repositories import files_under, make

from harness.errors import SideBroken, UsageError
from harness.gate.sides.alike import differences
from harness.gate.sides.environments import Recipe, prepare
from harness.gate.values import Difference

pytestmark = pytest.mark.usefixtures("packages")


def bare(folder):
    """Return the interpreter of an environment without pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize("layout", ["", "src/"])
def test_the_current_interpreter_runs_pure_code_where_it_lies(trees, told, tmp_path, layout):
    both = trees(pure("p", 1, layout), pure("p", 2, layout))
    made = prepare(both, Recipe(mode="current"), tmp_path / "cache", None, told.append)
    for side, value in (("base", 1), ("head", 2)):
        assert made[side].python == Path(sys.executable)
        assert made[side].path == ((both[side] / layout) if layout else both[side],)
        assert made[side].shared
        assert ask(made[side], "p", "p.value") == value
    assert made["base"].lock == made["head"].lock
    assert told == []
    assert list((tmp_path / "cache").iterdir()) == []


def test_code_that_has_to_be_built_is_installed_beside_the_interpreter(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2))
    recipe = Recipe(mode="current", install=(".", "--config-settings=speed=high"))
    made = prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert [ask(made[side], "p", "p.value") for side in ("base", "head")] == [1, 2]
    assert ask(made["head"], "p.built", "p.built.settings") == {"speed": "high"}
    assert ask(made["head"], "importlib.metadata as m", "m.version('p')") == "1.0"
    assert told == ["installing the code of base", "installing the code of head"]


def test_installed_code_is_found_again_by_its_content(tmp_path, told):
    files = compiled("p", 1) | {".gitignore": "debris.txt\n__pycache__/\nbuild/\n"}
    first, second = make(tmp_path / "one", files), make(tmp_path / "two", files)
    for repository in (first, second):
        trees = {"base": repository.folder}
        made = prepare(trees, Recipe(mode="current"), tmp_path / "cache", None, told.append)
        assert not made["base"].shared
        assert ask(made["base"], "p", "p.value") == 1
    assert told == ["installing the code of base"]


def test_a_folder_without_build_files_is_on_the_path_with_its_src(trees, told, tmp_path):
    both = trees({"m.py": "value = 1\n"}, {"src/m.py": "value = 2\n"})
    made = prepare(both, Recipe(), tmp_path / "cache", None, told.append)
    assert made["base"].path == (both["base"],)
    assert made["head"].path == (both["head"] / "src", both["head"])
    assert [ask(made[side], "m", "m.value") for side in ("base", "head")] == [1, 2]


def test_without_pip_code_is_used_where_it_lies_and_that_is_said(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2))
    recipe = Recipe(python=bare(tmp_path / "venv"), mode="current")
    made = prepare(both, recipe, tmp_path / "cache", None, told.append)
    assert made["base"].path == (both["base"],)
    assert told[0] == "the code of base is used where it lies, without building it"


def test_a_project_in_a_folder_of_a_repository(tmp_path, told):
    files = {f"packages/p/{name}": text for name, text in compiled("p", 3).items()}
    tree = make(tmp_path / "mono", files).folder / "packages" / "p"
    made = prepare({"head": tree}, Recipe(mode="current"), tmp_path / "c", None, told.append)
    assert ask(made["head"], "p", "p.value") == 3


def test_auto_takes_the_current_interpreter_where_it_has_the_project(trees, told, tmp_path):
    # numpy stands for the project: it is installed here, and each side has its own
    both = trees(pure("numpy", 1), pure("numpy", 2))
    made = prepare(both, Recipe(), tmp_path / "cache", None, told.append)
    assert {made[side].python for side in made} == {Path(sys.executable)}
    assert [ask(made[side], "numpy", "numpy.value") for side in ("base", "head")] == [1, 2]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (pure("not-installed"), pure("not-installed")),
        (pure("numpy"), pure("numpy") | {"requirements.txt": "x"}),
        ({"requirements.txt": "x"}, {"requirements.txt": "x"}),
    ],
)
def test_auto_builds_where_the_current_interpreter_does_not_do(trees, told, tmp_path, base, head):
    with pytest.raises(SideBroken, match=r"^base: `.* -m venv .*did not end within"):
        prepare(trees(base, head), Recipe(), tmp_path / "cache", 1e-9, told.append)
    assert told[0].startswith("installing the dependencies of base (Python 3.")


def test_auto_builds_where_pytest_benchmark_is_missing(trees, told, tmp_path):
    recipe = Recipe(python=bare(tmp_path / "venv"))
    with pytest.raises(SideBroken, match="-m venv"):
        prepare(trees({"m.py": ""}, {"m.py": ""}), recipe, tmp_path / "c", 1e-9, told.append)


def test_equal_locks_share_one_environment_and_each_side_has_its_code(trees, told, tmp_path, quick):
    needs = ("dependency",)
    both = trees(compiled("p", 1, needs), compiled("p", 2, needs))
    made = prepare(both, Recipe(quick, mode="build"), tmp_path / "cache", None, told.append)
    base, head = made["base"], made["head"]
    assert base.python == head.python != Path(sys.executable)
    assert base.shared
    assert [ask(side, "p", "p.value") for side in (base, head)] == [1, 2]
    assert ask(head, "dependency", "dependency.version") == "2.0"
    assert ask(head, "pytest_benchmark", "pytest_benchmark.version") == "9.9"
    assert "debris.txt" in files_under(both["base"])  # what a build writes is in our own tree
    assert [line.split(" (")[0] for line in told] == [
        "installing the dependencies of base",
        "installing the code of base",
        "installing the code of head",
    ]


def test_a_side_that_does_not_build_is_named_with_pips_words(trees, told, tmp_path):
    both = trees(compiled("p", 1), compiled("p", 2) | {"broken": ""})
    with pytest.raises(SideBroken) as got:
        prepare(both, Recipe(mode="current"), tmp_path / "cache", None, told.append)
    assert got.value.side == "head"
    assert "ended with exit code 1; its last lines:" in str(got.value)
    assert "--no-deps --target" in str(got.value)


def test_different_locks_get_environments_of_their_own(trees, told, tmp_path, quick):
    wheel(tmp_path / "wheels", "pytest", "9.8")
    pins = "dependency<2\npytest<9.9\n"
    base = {"requirements.txt": "dependency\n", "pins/c.txt": pins, "m.py": ""}
    head = base | {"pins/c.txt": "dependency\n"}  # a file that counts only because it is named
    head["pyproject.toml"] = '[dependency-groups]\ntest = ["pytest"]\n'
    recipe = Recipe(quick, mode="build", constraints="pins/c.txt")
    made = prepare(trees(base, head), recipe, tmp_path / "cache", None, told.append)
    assert made["base"].python != made["head"].python
    assert made["base"].lock != made["head"].lock
    assert not made["base"].shared
    versions = [ask(side, "dependency", "dependency.version") for side in made.values()]
    assert versions == ["1.0", "2.0"]  # the project's own choice
    tools = [ask(side, "pytest", "pytest.version") for side in made.values()]
    assert tools == ["9.8", "9.8"]  # what runs the tests is not
    assert made["head"].chosen == "dependency group test, requirements.txt"
    assert differences({side: made[side].python for side in made}, []) == (
        Difference("dependency", "1.0", "2.0"),
    )


@pytest.mark.parametrize(
    ("files", "recipe", "text"),
    [
        ({"pyproject.toml": "[project"}, Recipe(), r"^head: pyproject.toml must be valid TOML"),
        (pure("p"), Recipe(constraints="c.txt"), r"^head: the constraints file 'c.txt' must be in"),
    ],
)
def test_a_side_with_a_file_wrong_or_missing_is_broken(trees, told, tmp_path, files, recipe, text):
    both = trees(pure("p") | {"c.txt": ""}, files)
    with pytest.raises(SideBroken, match=text):
        prepare(both, recipe, tmp_path / "cache", None, told.append)


def test_a_group_that_no_side_has_is_the_users_mistake(trees, told, tmp_path):
    groups = {"pyproject.toml": "[dependency-groups]\ntest = []\n", "m.py": ""}
    both, recipe = trees({"m.py": ""}, groups), Recipe(install=("--group", "tset"))
    with pytest.raises(UsageError, match=r"unknown group 'tset'.* 'test'"):
        prepare(both, recipe, tmp_path / "cache", None, told.append)
    recipe = Recipe(install=("--group", "test"))  # one side has it
    with pytest.raises(SideBroken, match=r"^base: .*unknown group 'test'"):
        prepare(both, recipe, tmp_path / "cache", None, told.append)


def test_an_interpreter_that_is_none_is_the_users_mistake(trees, told, tmp_path):
    both = trees(pure("p"), pure("p"))
    with pytest.raises(UsageError, match="must be a Python interpreter"):
        prepare(both, Recipe(python=tmp_path / "none"), tmp_path / "cache", None, told.append)


HOOK = """\
import sys
from importlib.util import spec_from_file_location
class Finder:
    def find_spec(self, name, path=None, target=None):
        return spec_from_file_location(name, {file!r}) if name == "p" else None
sys.meta_path.insert(0, Finder())
"""


def test_code_that_an_import_hook_takes_from_elsewhere_is_refused(trees, told, tmp_path):
    both = trees(pure("p", 1), pure("p", 2))
    python = bare(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
    elsewhere = tmp_path / "editable.py"
    elsewhere.write_text("value = 3\n", encoding="utf-8")
    (site / "hook_of_p.py").write_text(HOOK.format(file=str(elsewhere)), encoding="utf-8")
    (site / "p.pth").write_text("import hook_of_p\n", encoding="utf-8")
    with pytest.raises(SideBroken, match=r"^base: module 'p' must come from .*/base") as got:
        prepare(both, Recipe(python, mode="current"), tmp_path / "c", None, told.append)
    assert f"takes it from {elsewhere}" in str(got.value)


def test_an_installed_copy_does_not_stand_in_for_code_that_was_not_found(trees, told, tmp_path):
    files = {"pyproject.toml": '[project]\nname = "p"\nversion = "1"\n', "odd/p/__init__.py": ""}
    python = bare(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
    (site / "p").mkdir()
    (site / "p" / "__init__.py").write_text("value = 0\n", encoding="utf-8")
    (site / "p-1.dist-info").mkdir()
    (site / "p-1.dist-info" / "METADATA").write_text("Name: p\nVersion: 1\n", encoding="utf-8")
    (site / "p-1.dist-info" / "top_level.txt").write_text("p\n", encoding="utf-8")
    with pytest.raises(SideBroken, match=r"module 'p' must come from .*site-packages/p"):
        prepare(trees(files, files), Recipe(python, mode="current"), tmp_path / "c", None, print)
