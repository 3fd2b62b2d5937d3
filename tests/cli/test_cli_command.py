"""Programs in any language as experiments, from the command line to a verdict."""

import json
import os
import sys

import pytest
from stored import records
from suite_texts import suite_text, write_suite

from harness.execute import client

pytestmark = pytest.mark.skipif(os.name != "posix", reason="runs sh")

CLAIM = """\
[seeds]
count = 2
[[claims]]
id = "c"
quote = "at least 0.9"
metric = "accuracy"
expect = { at_least = 0.9 }
[grid]
"""
SH = """\
echo "fitting with $1 trees, seed $2" >&2
echo "some progress"
. lib/score.sh
echo "{\\"accuracy\\": $score, \\"seed\\": $2}"
echo
"""


@pytest.fixture(scope="module", autouse=True)
def light():
    """Have a server of this module's own that has imported no torch: none is needed here."""
    client.drop()
    yield
    client.drop()


@pytest.fixture
def project(harness):
    """A project whose suite runs a program in the shell's language."""
    (harness.folder / "pyproject.toml").write_text("")
    (harness.folder / "suites" / "tiny.toml").unlink()
    (harness.folder / "lib").mkdir()
    (harness.folder / "fit.sh").write_text(SH)
    (harness.folder / "lib" / "score.sh").write_text("score=0.95\n")

    def write(command, *parts, claim=CLAIM, **top):
        parts = (*parts, claim)
        text = suite_text("own", *parts, experiment="", command=command, **top)
        return write_suite(harness.folder / "suites", text, "own")

    harness.write = write
    return harness


def run(project, *more):
    code, out, err = project("run", "own", "--json", "-", "--profile", "full", "-j", "2", *more)
    return code, json.loads(out), err


SETTINGS = '[params]\ntrees = 100\n[kinds]\naccuracy = "fixed"\n'
SHELL = ["sh", "fit.sh", "{trees}", "{seed}"]


def test_a_program_comes_to_a_verdict(project, monkeypatch):
    project.write(SHELL, SETTINGS, depends=["lib/*.sh"])
    monkeypatch.chdir(project.folder / "lib")
    code, out, _ = project("run", "../suites/own.toml", "--results", "../results/local")
    assert (code, "1 reproduced" in out) == (0, True)
    found = records(project)
    assert {record["metrics"]["seed"] for record in found} == {0, 1}
    assert set(found[0]["code"]) == {"fit.sh", "lib/score.sh"}
    logs = list((project.folder / "results" / "local" / "logs").glob("*.log"))
    assert "fitting with 100 trees" in logs[0].read_text()
    assert "some progress" in logs[0].read_text()


def test_an_edit_of_the_script_or_of_what_it_depends_on_is_measured_again(project):
    project.write(SHELL, SETTINGS, depends=["lib/*.sh"])
    run(project)
    (project.folder / "lib" / "score.sh").write_text("score=0.5\n")
    code, out, err = run(project)
    assert "lib/score.sh changed: 2 cells to run again" in err
    assert (code, out["counts"]) == (3, {"ok": 2})
    (project.folder / "fit.sh").write_text(f"{SH}# more\n")
    assert "fit.sh changed: 2 cells to run again" in run(project)[2]
    (project.folder / "other.sh").write_text("")
    assert run(project)[1]["done"] == 2


def test_a_python_script_is_followed_into_what_it_imports(project):
    (project.folder / "fit.py").write_text(
        "import helper, json, sys\nprint(json.dumps({'accuracy': helper.score}))  # no seed\n"
    )
    (project.folder / "helper.py").write_text("score = 0.95\n")
    project.write(["{python}", "fit.py"])
    code, out, _ = run(project)
    assert (code, out["counts"]) == (0, {"ok": 2})
    assert set(records(project)[0]["code"]) == {"fit.py", "helper.py"}


def test_axes_are_filled_in(project):
    claim = CLAIM.replace("[grid]\n", "[grid]\ntrees = [1, 2.5]\nhow = ['a b', true]\n")
    claim = claim.replace('[[claims]]\nid = "c"', '[[claims]]\nid = "c"\nwhere={trees=1, how=true}')
    script = 'echo "[$2]" "$1" > "out-$1-$2"; echo 1'
    project.write(
        ["sh", "-c", script, "sh", "{trees}", "{how}"], claim=claim.replace("accuracy", "value")
    )
    assert run(project)[1]["counts"] == {"ok": 8}
    written = {path.name for path in project.folder.glob("out-*")}
    assert written == {"out-1-a b", "out-1-true", "out-2.5-a b", "out-2.5-true"}


@pytest.mark.parametrize("own", [True, False])
def test_metrics_may_be_left_in_a_file(project, own):
    word = "{output}" if own else "metrics.json"
    script = 'sleep 0.05; echo "{\\"accuracy\\": [0.9$2]}" > "$1"'
    words = ["sh", "-c", script, "sh", word, "{seed}"]
    project.write({"run": words, "output": "metrics.json"})
    code, out, _ = run(project)
    assert (code, out["counts"]) == (0, {"ok": 2})
    assert {record["metrics"]["accuracy"] for record in records(project)} == {0.9, 0.91}
    assert (project.folder / "metrics.json").exists() != own


WRONG = {
    "exit": (
        "echo out; echo 'no such column' >&2; exit 3",
        "with exit code 3; it wrote last to stderr: no such column",
    ),
    "killed": ("kill -9 $$", "ended with SIGKILL"),
    "prints nothing": (":", 'as JSON on its last line, such as {"accuracy": 0.97}, got nothing'),
    "prints text": ("echo accuracy 0.97", "got 'accuracy 0.97'"),
    "cut short": ("echo '{\"accuracy\": 0.97'", "must print its metrics as JSON"),
    "a text": ("echo '\"0.97\"'", "must print its metrics as JSON"),
    "texts": ('echo \'{"accuracy": "high"}\'', "metric 'accuracy' must be a real number"),
    "null": ("echo '{\"accuracy\": null}'", "metric 'accuracy' must be a real number, got None"),
    "a name twice": ('echo \'{"accuracy": 1, "accuracy": 2}\'', "got 'accuracy' twice"),
    "nothing in it": ("echo '{}'", "must return a number, a mapping of names to numbers"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_program_that_fails_is_told_by_its_last_words(project, what):
    script, words = WRONG[what]
    project.write(["sh", "-c", script])
    code, out, _ = run(project)
    assert (code, out["counts"]) == (4, {"failed": 2})
    assert words in records(project)[0]["reason"]


def test_a_program_that_is_not_there_or_leaves_no_file(project):
    project.write(["no-such-program"])
    run(project)
    assert "the command 'no-such-program' is not on the PATH" in records(project)[0]["reason"]
    (project.folder / "metrics.json").write_text('{"accuracy": 1.0}')
    project.write({"run": ["sh", "-c", ":"], "output": "metrics.json"})
    run(project)
    told = records(project)[-1]["reason"]
    assert "must leave its metrics as JSON in metrics.json" in told
    assert "has not written it" in told


def test_a_program_that_hangs_is_ended_with_all_it_started(project):
    project.write(["sh", "-c", "echo waiting; sleep 1000 & sleep 1000"], budget=1.0)
    code, out, _ = run(project)
    assert (code, out["counts"]) == (4, {"timeout": 2})
    assert "waiting" in records(project)[0]["reason"]


@pytest.mark.parametrize(
    ("top", "words"),
    [
        (
            {"command": ["sh", "{tres}"]},
            "own.toml:5: command.run: unknown name in braces 'tres'. Known: device, output",
        ),
        ({"command": ["sh"]}, "own.toml:7: params.trees: unknown key of [params] 'trees'"),
        ({"command": [""]}, "must begin with the name of a program"),
        ({"command": [1]}, "own.toml:5: command"),
        ({"command": ["sh", "{trees}", "{output}"]}, 'give output = "metrics.json"'),
        (
            {"command": ["sh", "{trees}"], "depends": ["lib/*.R"]},
            "own.toml:6: depends[0]: must match a file, got 'lib/*.R'",
        ),
    ],
)
def test_what_is_wrong_is_named_beforehand(project, top, words):
    project.write(top.pop("command"), "[params]\ntrees = 1\n", **top)
    code, _, err = project("check", "own")
    assert (code, words in err) == (2, True), err


def test_braces_that_are_no_names_are_left_alone(project):
    script = "echo 0.9 x | awk '{print $1}'; echo '{{\"a\": 1}}' >&2"
    claim = CLAIM.replace("accuracy", "value")
    project.write([sys.executable, "-c", f"import os; os.system({script!r})"], claim=claim)
    assert run(project)[1]["counts"] == {"ok": 2}
    logs = list((project.folder / "results" / "local" / "logs").glob("*.log"))
    assert '{"a": 1}' in logs[0].read_text()
