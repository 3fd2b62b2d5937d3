import subprocess
import sys

import pytest
from experiment_fakes import CountingBackend, context, images

from harness import backends
from harness.config.data import Data
from harness.config.experiments import TABLES, Knn, Probe, Settings, Timing
from harness.config.model import Model
from harness.config.train import Train
from harness.errors import UsageError
from harness.experiments import registry
from harness.experiments import registry as experiments
from harness.experiments.experiment import Context
from harness.experiments.user import facts
from harness.seeding import Streams
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


BROKEN = {
    "exit": "import sys\nprint('HELLO')\nsys.exit(0)",
    "exit_text": "raise SystemExit('install foo first')",
    "exit_hard": "import os\nos._exit(0)",
    "raise": "undefined_name",
    "raise_lines": "raise ValueError('first\\nlast \\x1b[2J')",
    "interrupt": "raise KeyboardInterrupt",
    "needs": "import not_installed_here",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "prints": "import os\nprint('HELLO')\nos.system('echo HELLO')\ndef run(c): pass",
    "hangs": "import time\ntime.sleep(1000)",
    "thread": "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\n"
    "def run(c): pass",
}


@pytest.fixture
def user_module(tmp_path, monkeypatch):
    (tmp_path / "users_experiments.py").write_text(USER)
    (tmp_path / "users_broken.py").write_text("def (:")
    for name, text in BROKEN.items():
        (tmp_path / f"users_{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield "users_experiments"
    sys.modules.pop("users_experiments", None)


@pytest.mark.parametrize("name", registry.names())
def test_every_experiment_keeps_the_contract(name):
    experiment = registry.get(name)
    assert experiment.name == name
    assert experiment.version >= 1
    assert set(experiment.requires) <= set(experiment.tables)
    assert set(experiment.tables) <= {*TABLES, "params"}
    assert experiment.alone == (name in ("timing", "speed"))
    assert callable(experiment.run)


@pytest.mark.parametrize("separator", [".", ":"])
def test_a_function_of_a_user_is_an_experiment(user_module, separator):
    experiment = registry.get(f"{user_module}{separator}measure")
    assert experiment.name == f"{user_module}{separator}measure"
    assert experiment.version == 7
    assert not experiment.alone
    assert "params" in experiment.tables
    assert registry.get(f"{user_module}.plain").version == 1


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
        ("..:x", "or 'folder/file.py:function', got '..:x'"),
        ("./bench.sh", "must read 'package.module:function'"),
        ("a:b:c", "must read 'package.module:function'"),
        ("a b:c", "must read 'package.module:function'"),
        ("a:b()", "must read 'package.module:function'"),
        ("class:run", "must read 'package.module:function'"),
        ("users_exit:run", "cannot be imported: SystemExit: 0 (users_exit.py:3)"),
        ("users_exit_text:run", "SystemExit: install foo first (users_exit_text.py:1)"),
        ("users_exit_hard:run", "importing it ended the process, with exit code 0"),
        ("users_raise:run", "NameError: name 'undefined_name' is not defined (users_raise.py:1)"),
        ("users_raise_lines:run", "cannot be imported: last \\x1b[2J (users_raise_lines.py:1)"),
        ("users_interrupt:run", "KeyboardInterrupt (users_interrupt.py:1)"),
        ("users_needs:run", "No module named 'not_installed_here'"),
        ("users_killed:run", "importing it ended the process with SIGTERM"),
    ],
)
@pytest.mark.usefixtures("user_module")
def test_a_wrong_name_says_what_to_do(name, words):
    with pytest.raises(UsageError) as caught:
        registry.get(name)
    assert words in str(caught.value)


@pytest.mark.usefixtures("user_module")
def test_a_module_may_print_and_leave_threads(capfd):
    assert registry.get("users_prints:run").version == 1
    assert registry.get("users_thread:run").version == 1
    assert capfd.readouterr() == ("", "")
    assert "users_prints" not in sys.modules


@pytest.mark.usefixtures("user_module")
def test_a_module_that_never_ends_its_import_is_named(monkeypatch):
    monkeypatch.setattr(facts, "TIMEOUT", 0.5)
    with pytest.raises(UsageError, match=r"importing it took longer than 0\.5 s"):
        registry.get("users_hangs:run")


COUNTED = """
import pathlib
with pathlib.Path(__file__).with_suffix(".count").open("a") as file:
    file.write("x")

class Odd:
    def __call__(self, context):
        return None

    @property
    def version(self):
        raise ValueError("none of your business")

def one(context):
    return None

def two(context):
    return None

two.version = 2
odd = Odd()

def __getattr__(name):
    if name == "late":
        return one
    raise AttributeError(name)
"""


def test_a_module_is_imported_once_for_all_its_functions(tmp_path, monkeypatch):
    (tmp_path / "users_counted.py").write_text(COUNTED)
    monkeypatch.syspath_prepend(tmp_path)
    versions = [registry.get(f"users_counted:{name}").version for name in ("one", "two", "one")]
    assert versions == [1, 2, 1]
    assert (tmp_path / "users_counted.count").read_text() == "x"
    assert registry.get("users_counted:late").version == 1
    with pytest.raises(UsageError, match=r"cannot be imported: ValueError: none of your business"):
        registry.get("users_counted:odd")
    with pytest.raises(UsageError, match=r"Did you mean 'two'\?"):
        registry.get("users_counted:twoo")


def test_a_users_function_runs():
    experiment = registry.get("test_experiments_registry:seven")
    cell = Context(Settings(), backends.get("numpy"), "cpu", Streams("tiny", 0))
    assert experiment.run(cell).metrics == {"seven": 7.0}


def seven(_context):
    return Outcome(metrics={"seven": 7.0})


def test_no_experiment_imports_torch():
    script = (
        "import sys; from harness.experiments import registry; "
        "[registry.get(name) for name in registry.names()]; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(("examples", "kind"), [(299, "share"), (300, "real"), (None, "real")])
def test_an_accuracy_over_few_examples_is_a_share_whoever_measures_it(examples, kind):
    settings = Settings(data=Data(dataset="digits", n_test=examples))
    for name, metric in (("knn", "accuracy"), ("peer", "test_accuracy")):
        assert experiments.get(name).kinds(settings)[metric] == kind


MODEL = Model(hidden=(8,))
TRAIN = Train(loss="cross_entropy", lr=0.1, epochs=1, batch_size=16)
CASES = [
    ("knn", {"knn": Knn(n_neighbors=(1, 5))}),
    ("knn", {"knn": Knn(n_neighbors=(1, 5), panel=2)}),
    ("knn", {"knn": Knn(n_neighbors=(1, 5), cv_folds=3)}),
    ("timing", {"timing": Timing(repeats=1)}),
    ("timing", {"timing": Timing(repeats=1, workload="step")}),
    ("timing", {"timing": Timing(repeats=1, workload="neighbors"), "knn": Knn()}),
    ("probe", {"probe": Probe(name="parameters")}),
    ("probe", {"probe": Probe(name="memory")}),
]


@pytest.mark.parametrize(("name", "tables"), CASES)
def test_an_experiment_leaves_what_it_says(name, tables):
    experiment = registry.get(name)
    names, said = set(), set()
    for device in ("cpu", "cuda"):
        cell = context(images(), CountingBackend(), device, model=MODEL, train=TRAIN, **tables)
        outcome = experiment.run(cell)
        names |= {*outcome.metrics, *outcome.series, *outcome.arrays}
        said |= experiment.produces(cell.settings)
    assert names == said
