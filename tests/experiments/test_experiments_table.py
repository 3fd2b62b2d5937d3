import subprocess
import sys

import pytest

from harness.errors import UsageError
from harness.experiments import table
from harness.types import Outcome

USER = """
def measure(context):
    return None

measure.version = 7

def plain(context):
    return None

def odd(context):
    return None

odd.version = "two"
constant = 3
"""


@pytest.fixture
def user_module(tmp_path, monkeypatch):
    (tmp_path / "users_experiments.py").write_text(USER)
    (tmp_path / "users_broken.py").write_text("def (:")
    monkeypatch.syspath_prepend(tmp_path)
    yield "users_experiments"
    sys.modules.pop("users_experiments", None)


@pytest.mark.parametrize("name", table.names())
def test_every_experiment_keeps_the_contract(name):
    experiment = table.get(name)
    assert experiment.name == name
    assert experiment.version >= 1
    assert set(experiment.requires) <= set(experiment.tables)
    assert set(experiment.tables) <= {"data", "model", "train", "knn", "timing", "probe", "params"}
    assert experiment.alone == (name == "timing")
    assert callable(experiment.run)


@pytest.mark.parametrize("separator", [".", ":"])
def test_a_function_of_a_user_is_an_experiment(user_module, separator):
    experiment = table.get(f"{user_module}{separator}measure")
    assert experiment.name == f"{user_module}{separator}measure"
    assert experiment.version == 7
    assert not experiment.alone
    assert "params" in experiment.tables
    assert table.get(f"{user_module}.plain").version == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("knnn", "unknown experiment 'knnn'. Did you mean 'knn'?"),
        ("no_such_module.run", "No module named 'no_such_module'"),
        ("users_broken.run", "cannot be imported: SyntaxError: invalid syntax (users_broken.py:1)"),
        ("users_experiments:mesure", "Did you mean 'measure'?"),
        ("users_experiments:constant", "has no function 'constant'"),
        ("users_experiments:odd", "must be an integer, got 'two'"),
        (":run", "must read 'package.module:function'"),
        ("module.", "must read 'package.module:function'"),
    ],
)
@pytest.mark.usefixtures("user_module")
def test_a_wrong_name_says_what_to_do(name, words):
    with pytest.raises(UsageError) as caught:
        table.get(name)
    assert words in str(caught.value)


def test_a_users_function_runs():
    experiment = table.get("test_experiments_table:seven")
    assert experiment.run(None).metrics == {"seven": 7.0}


def seven(_context):
    return Outcome(metrics={"seven": 7.0})


def test_no_experiment_imports_torch():
    script = (
        "import sys; from harness.experiments import table; "
        "[table.get(name) for name in table.names()]; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
