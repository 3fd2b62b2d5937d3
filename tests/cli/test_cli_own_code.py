"""A user's own functions, from the command line to a verdict, edited and broken."""

import json
import os
import subprocess

import pytest
from stored import records
from suite_texts import suite_text, write_suite

from harness.execute import client

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="light() needs the server")

FOREST = '''\
"""No import of the harness."""
from helpers import scale


def accuracy(seed: int, trees: int = 100) -> float:
    return scale * (0.9 + 0.0001 * trees + 0.001 * (seed % 2))  # as if measured


def several(rng, noise=0.0):
    return {"first": 1.0 + noise * rng.random(), "second": 2}
'''
CLAIM = """\
[seeds]
count = 4
[[claims]]
id = "accurate"
quote = "91 % with 100 trees"
metric = "value"
where = { trees = 100 }
expect = { value = 0.91, tolerance = 0.01 }
[[grid]]
trees = [10, 100]
"""


@pytest.fixture(scope="module", autouse=True)
def light():
    """Have a server of this module's own that has imported no torch: none is needed here."""
    client.drop()
    yield
    client.drop()


@pytest.fixture
def project(harness, monkeypatch):
    """A project with code in ``bench``; the command is called from a folder beside the suites."""
    (harness.folder / "pyproject.toml").write_text("")
    (harness.folder / "suites" / "tiny.toml").unlink()
    bench = harness.folder / "bench"
    bench.mkdir()
    (bench / "forest.py").write_text(FOREST)
    (bench / "helpers.py").write_text("scale = 1.0\n")
    harness.bench = bench

    def suite(*parts, experiment="bench/forest.py:accuracy", **top):
        text = suite_text("own", *(parts or (CLAIM,)), experiment=experiment, **top)
        return write_suite(harness.folder / "suites", text, "own")

    harness.write = suite
    suite()
    return harness


def run(project, *more):
    code, out, err = project("run", "own", "--json", "-", "--profile", "full", "-j", "2", *more)
    return code, json.loads(out), err


def verdict(project):
    _, out, _ = project("claims", "own", "--json", "-", "-q")
    return json.loads(out)["verdicts"][0]


def edit(project, name, old, new):
    path = project.folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_plain_function_comes_to_a_verdict(project):
    code, out, _ = run(project)
    assert (code, out["counts"]) == (0, {"ok": 8})
    assert verdict(project)["verdict"] == "reproduced"
    code = {record["cell"]: record["code"].keys() for record in records(project)}
    assert set(map(frozenset, code.values())) == {
        frozenset({"bench/forest.py", "bench/helpers.py"})
    }
    assert {record["metrics"]["value"] for record in records(project) if record["seed"] == 1} == {
        0.9 + 0.0001 * 10 + 0.001,
        0.9 + 0.0001 * 100 + 0.001,
    }


def test_records_know_the_commit_of_the_users_project(project):
    run(project)
    assert "commit" not in records(project)[0]
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "bench"), (*identity, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=project.folder, check=True)
    run(project, "--force")
    clean = records(project)[-1]["commit"]
    assert len(clean) == 40
    edit(project, "bench/forest.py", "# as if measured", "# as measured")
    run(project, "--force")
    assert records(project)[-1]["commit"] == f"{clean} dirty"


def test_results_do_not_depend_on_where_one_stands(project, monkeypatch):
    run(project)
    monkeypatch.chdir(project.bench)
    arguments = ("../suites/own.toml", "--results", "../results/local", "--profile", "full")
    code, _, err = project("run", *arguments)
    assert code == 0
    assert "0 cells of 1 suite to run, 8 done before" in err


def test_a_function_reads_its_files_from_the_root_and_depends_on_them(project, monkeypatch):
    (project.folder / "numbers.txt").write_text("0.91")
    text = "def f(seed):\n    return float(open('numbers.txt').read())\n"
    (project.bench / "odd.py").write_text(text)
    project.write(CLAIM_ALONE, experiment="bench/odd.py:f", depends=["numbers.*"])
    assert run(project)[1]["counts"] == {"ok": 1}
    (project.folder / "numbers.txt").write_text("0.5")
    monkeypatch.chdir(project.bench)
    arguments = ("../suites/own.toml", "--results", "../results/local", "--profile", "full")
    _, _, err = project("run", *arguments)
    assert "numbers.txt changed: 1 cell to run again" in err
    monkeypatch.chdir(project.folder)
    assert [record["metrics"]["value"] for record in records(project)] == [0.91, 0.5]
    project.write(CLAIM_ALONE, experiment="train", depends=["numbers.*"])
    code, _, err = project("check", "own")
    assert (code, "own.toml:6: depends: must stand beside a function" in err) == (2, True), err


WORKERS = """\
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

def square(x):
    return x * x

def f(seed: int) -> float:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(square, 3).result()
"""


def test_a_function_may_start_workers_that_import_its_module(project):
    (project.bench / "odd.py").write_text(WORKERS)
    project.write(CLAIM_ALONE, experiment="bench/odd.py:f")
    assert run(project)[1]["counts"] == {"ok": 1}
    assert records(project)[0]["metrics"] == {"value": 9.0}


def test_edited_code_is_measured_again_and_named(project):
    run(project)
    edit(project, "bench/forest.py", "0.9 +", "0.7 +")
    assert verdict(project)["verdict"] == "not-run"
    told = "bench/forest.py changed since its records were made; run it again"
    assert verdict(project)["reason"] == told
    code, out, err = run(project)
    assert "bench/forest.py changed: 8 cells to run again" in err
    assert (code, out["counts"]) == (3, {"ok": 8})
    assert verdict(project)["verdict"] == "contradicted"


def test_a_comment_costs_nothing_and_editing_back_finds_what_was_measured(project):
    run(project)
    edit(project, "bench/forest.py", "# as if measured", "# for another reason\n\n    # and more")
    assert run(project)[1] == {**run(project)[1], "done": 8, "counts": {}}
    edit(project, "bench/forest.py", "0.9 +", "0.7 +")
    run(project)
    edit(project, "bench/forest.py", "0.7 +", "0.9 +")
    code, out, err = run(project)
    assert (code, out["done"], out["counts"]) == (0, 8, {})
    assert "changed" not in err


def test_an_imported_module_that_is_edited_counts(project):
    run(project)
    edit(project, "bench/helpers.py", "1.0", "0.5")
    _, out, err = run(project)
    assert "bench/helpers.py changed: 8 cells to run again" in err
    assert out["counts"] == {"ok": 8}
    assert verdict(project)["verdict"] == "contradicted"


def test_an_edit_at_once_is_not_hidden_by_a_compiled_file(project):
    """Python would take the old file compiled for the new source's: same size, same second."""
    path = project.bench / "helpers.py"
    compile_all(project.bench)
    time = path.stat().st_mtime
    path.write_text("scale = 0.5\n")
    os.utime(path, (time, time))
    run(project)
    assert verdict(project)["verdict"] == "contradicted"


def compile_all(folder):
    import compileall

    compileall.compile_dir(folder, quiet=1)


def test_defaults_are_values_of_axes(project):
    project.write(CLAIM + "[[grid]]\nseeds = 2\nclaims = false\n")
    _, out, _ = run(project)
    assert out["counts"] == {"ok": 8}, "the default is the case that the first grid has"
    assert {record["axes"]["trees"] for record in records(project)} == {10, 100}


def test_several_numbers_are_returned_by_name(project):
    claim = CLAIM.replace('"value"\nwhere = { trees = 100 }', '"first"').replace("0.91,", "1.0,")
    claim = claim.replace("trees = [10, 100]", "backend = ['numpy']")
    project.write(claim, "[params]\nnoise = 0.001\n", experiment="bench/forest.py:several")
    code, _, _ = run(project)
    assert code == 0
    drawn = {record["metrics"]["first"] for record in records(project)}
    assert len(drawn) == 4


DECLARED = """
import harness
@harness.experiment(metrics={"accuracy": "share"}, version=3, alone=True)
def declared(seed: int, trees: int = 100) -> float:
    return 0.91
"""


def test_a_declared_function_is_known_beforehand(project):
    with (project.bench / "forest.py").open("a") as file:
        file.write(DECLARED)
    project.write(experiment="bench/forest.py:declared")
    code, _, err = project("check", "own")
    assert (code, "unknown metric 'value'. Known: accuracy, diverged" in err) == (2, True)
    project.write(CLAIM.replace('"value"', '"accuracy"'), experiment="bench/forest.py:declared")
    code, out, _ = run(project)
    assert (code, out["counts"]) == (0, {"ok": 8})
    assert records(project)[0]["metrics"] == {"accuracy": 0.91}


WRONG = {
    "a class": ("class f:\n    pass\n", "must be a plain function", "got a class"),
    "async": (
        "async def f(seed):\n    return 1.0\n",
        "must be a plain function",
        "an async function",
    ),
    "a generator": ("def f(seed):\n    yield 1.0\n", "must be a plain function", "a generator"),
    "no such": ("def ff(seed):\n    return 1.0\n", "has no function 'f'. Did you mean 'ff'?", ""),
    "broken": ("def f(seed):\nreturn\n", "IndentationError", "odd.py:2"),
    "raises": ("x = 1 / 0\n", "ZeroDivisionError: division by zero (odd.py:1)", ""),
    "ungiven": ("def f(seed, n):\n    return 1.0\n", "must be given its argument 'n'", ""),
    "misspelt": ("def f(sed):\n    return 1.0\n", "must be given its argument 'sed'", ""),
    "wrong kind": (
        "import harness\n@harness.experiment(metrics={'a': 'shares'})\ndef f(seed): return 1\n",
        "metric 'a': unknown kind of number 'shares'. Did you mean 'share'?",
        "odd.py:2",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_experiment_is_named_by_line(project, what):
    text, *words = WRONG[what]
    (project.bench / "odd.py").write_text(text)
    project.write(CLAIM_ALONE, experiment="bench/odd.py:f")
    code, _, err = project("check", "own")
    assert code == 2
    assert all(word in err for word in ("own.toml:5: experiment:", *words)), err


@pytest.mark.parametrize("name", ["random:random", "random.model:f", "random/model.py:f"])
def test_a_module_is_not_taken_for_another_of_its_name(project, name):
    own = project.folder / "random"
    own.mkdir()
    (own / "__init__.py").write_text("def random(seed): return 1.0\n")
    (own / "model.py").write_text("def f(seed): return 1.0\n")
    project.write(CLAIM_ALONE, experiment=name)
    code, _, err = project("check", "own")
    assert code == 2
    assert f"the module 'random' must be the one in {project.folder}, got another" in err


CLAIM_ALONE = (
    '[[claims]]\nid = "c"\nquote = "q"\nmetric = "value"\nexpect = { at_least = 0.0 }\n[grid]\n'
)


def test_keys_that_the_function_does_not_take_are_named(project):
    project.write("[params]\ntres = 3\n", CLAIM)
    code, _, err = project("check", "own")
    assert (
        code,
        "own.toml:7: params.tres: unknown key of [params] 'tres'. Did you mean 'trees'?" in err,
    ) == (2, True), err
    project.write(CLAIM.replace("trees = [10, 100]", "tres = [10, 100]"))
    code, _, err = project("check", "own")
    assert (code, "unknown axis 'tres'. Did you mean 'trees'?" in err) == (2, True), err
    assert "own.toml:15: grid" in err
    project.write(CLAIM.replace("[10, 100]", '["many", 100]'))
    code, _, err = project("check", "own")
    assert (code, 'must be an integer, got "many"' in err) == (2, True), err
    assert "own.toml:15: grid" in err


RETURNED = {
    "nothing": ("print('accuracy 0.97')", "got None; a function without a return statement", 97),
    "a text": ("return '0.97'", "got '0.97' (str)", 0),
    "a list": ("return [0.97]", 'give each number a name, {"name": number}', 0),
    "texts": ("return {'accuracy': '0.97'}", "metric 'accuracy' must be a real number", 0),
    "no names": ("return {}", "must return a number, a mapping of names to numbers", 0),
    "raises": ("raise ValueError('no trees')", "ValueError: no trees (bench/odd.py:2)", 0),
}


@pytest.mark.parametrize("what", RETURNED)
def test_what_is_no_result_fails_the_cell_with_a_sentence(project, what):
    body, words, printed = RETURNED[what]
    (project.bench / "odd.py").write_text(f"def f(seed):\n    {body}\n")
    project.write(CLAIM_ALONE, experiment="bench/odd.py:f")
    code, out, _ = run(project)
    assert (code, out["counts"]) == (4, {"failed": 1})
    reason = records(project)[0]["reason"]
    assert words in reason
    assert ("it printed last: accuracy 0.97" in reason) == bool(printed)


def test_global_generators_are_seeded_by_the_cell(project):
    body = "    return random.random() + np.random.rand()\n"
    text = f"import random\nimport numpy as np\ndef f(seed):\n{body}"
    (project.bench / "odd.py").write_text(text)
    project.write("[seeds]\ncount = 3\n", CLAIM_ALONE, experiment="bench/odd.py:f")
    run(project)
    run(project, "--force")
    drawn = [record["metrics"]["value"] for record in records(project)]
    assert len(drawn) == 6
    assert len(set(drawn)) == 3


def test_code_that_is_edited_while_the_run_goes_on_is_not_taken_for_the_old(project):
    text = (
        "import pathlib\ndef f(seed):\n    path = pathlib.Path(__file__)\n"
        "    path.write_text(path.read_text() + f'x = {seed}\\n')\n    return 1.0\n"
    )
    (project.bench / "odd.py").write_text(text)
    project.write("[seeds]\ncount = 2\n", CLAIM_ALONE, experiment="bench/odd.py:f")
    _, out, _ = project("run", "own", "-j", "1", "--json", "-", "--profile", "full")
    assert json.loads(out)["counts"] == {"ok": 1, "failed": 1}
    assert "bench/odd.py changed while the run went on" in records(project)[1]["reason"]
