"""The action for other repositories: each of its steps, in bash, with stand-ins for programs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}
SCRIPTS = {name: step for name, step in STEPS.items() if "run" in step}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STAND_IN = """\
#!/usr/bin/env python3
import json, os, pathlib, sys
log = pathlib.Path(os.environ["LOG"])
name = pathlib.Path(sys.argv[0]).name
with log.open("a") as file:
    print(json.dumps([name, *sys.argv[1:]]), file=file)
codes = json.loads(os.environ.get("CODES", "{}"))
for option in ("--md", "--json"):
    if option in sys.argv and codes.get("write", True):
        pathlib.Path(sys.argv[sys.argv.index(option) + 1]).write_text("<!-- harness-gate -->\\n")
print(codes.get("print", ""))
sys.exit(codes.get(sys.argv[1], 0))
"""


@pytest.fixture
def step(tmp_path):
    """Run the script of a step; return its code, its output, the calls it made and its outputs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("harness", "gh"):
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)
    out = tmp_path / "out"

    def call(name, codes=None, **env):
        given = dict.fromkeys(SCRIPTS[name].get("env", {}), "")
        files = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPTS[name]["run"]],
            env={
                **given,
                "OUT": str(out),
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "LOG": str(tmp_path / "log"),
                "CODES": json.dumps(codes or {}),
                "GITHUB_REPOSITORY": "me/mine",
                **{key: str(path) for key, path in files.items()},
                **env,
            },
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        log = tmp_path / "log"
        calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        outputs = files["GITHUB_OUTPUT"]
        return done, calls, outputs.read_text() if outputs.exists() else ""

    call.out, call.folder, call.programs = out, tmp_path, programs
    return call


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-actions", [ROOT / "action.yml"]),
        ("github-workflows", [*WORKFLOWS, ROOT / "harness/scaffold/templates/claims.yml"]),
    ],
)
def test_github_takes_the_files(schema, paths):
    pytest.importorskip("check_jsonschema")
    called = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    done = subprocess.run([*called, *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_bash_and_holds_no_expression(name):
    """What a pull request names (a branch, say) reaches a script as a variable, never as code."""
    script = SCRIPTS[name]["run"]
    assert SCRIPTS[name]["shell"] == "bash"
    assert "${{" not in script
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_every_variable_of_a_script_is_given():
    known = {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_REPOSITORY"}
    for step in SCRIPTS.values():
        used = set(re.findall(r"\$\{?([A-Z_]+)", step["run"]))
        assert used <= known | set(step.get("env", {}))


def test_every_input_is_used_and_no_other():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"inputs\.([a-z-]+)", text))
    assert used == set(ACTION["inputs"])
    assert all(entry["description"] for entry in ACTION["inputs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_give_the_action_inputs_that_it_has(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if step.get("uses") == "./"]
    assert ours or path.name != "gate.yml"
    for step in ours:
        assert step["with"].keys() <= ACTION["inputs"].keys()
        assert step["with"]["mode"] in ("claims", "gate", "comment")


def test_what_runs_the_pull_request_may_not_write():
    jobs = yaml.safe_load((ROOT / ".github/workflows/gate.yml").read_text())["jobs"]
    writing = {name for name, job in jobs.items() if "write" in str(job.get("permissions", ""))}
    assert writing == {"comment"}
    (checkout, action) = jobs["comment"]["steps"]
    assert "base.sha" in checkout["with"]["ref"]
    assert action["with"]["mode"] == "comment"


@pytest.mark.parametrize(("mode", "code"), [("claims", 0), ("gate", 0), ("comment", 0), ("x", 2)])
def test_a_mode_that_is_none_is_refused(step, mode, code):
    done, _, _ = step("Check the mode", MODE=mode)
    assert done.returncode == code


@pytest.mark.parametrize(
    ("env", "installed"),
    [
        ({}, ["/action"]),
        ({"EXTRAS": "torch,dev"}, ["/action[torch,dev]"]),
        (
            {"HARNESS": "claims-harness>=1", "INSTALL": "-e . -q"},
            ["claims-harness>=1", "-e", ".", "-q"],
        ),
    ],
)
def test_the_harness_is_installed_with_the_project(step, env, installed):
    python = step.programs / "python3"
    python.write_text('#!/bin/sh\nshift 3\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    done, _, _ = step("Install", ACTION="/action", **env)
    assert done.stdout.split("\n")[:-1] == installed


def test_claims_are_checked_run_and_judged(step):
    done, calls, outputs = step(
        "Run and judge the claims",
        SUITES="a b",
        RESULTS="results/local",
        DOCUMENTS="README.md",
        ARGUMENTS="--profile full",
    )
    assert (done.returncode, outputs) == (0, "code=0\n"), done.stderr
    assert [call[:4] for call in calls] == [
        ["harness", "check", "a", "b"],
        ["harness", "run", "a", "b"],
        ["harness", "claims", "a", "b"],
        ["harness", "badge", "a", "b"],
        ["harness", "readme", "README.md", "--results"],
    ]
    assert calls[1][-2:] == ["--profile", "full"]


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ({"run": 4, "claims": 3}, 4),
        ({"claims": 3}, 3),
        ({"readme": 3}, 3),
        ({"check": 2, "run": 2}, 2),
    ],
)
def test_the_first_failure_is_the_exit_code_and_all_is_shown(step, codes, code):
    done, calls, outputs = step("Run and judge the claims", codes, DOCUMENTS="README.md")
    assert (done.returncode, outputs, len(calls)) == (0, f"code={code}\n", 5)


def test_the_steps_work_with_the_harness_itself(step):
    for name in ("harness", "gh"):
        (step.programs / name).unlink()
    # nothing says that the Python of these tests stands on the PATH
    (step.programs / "harness").symlink_to(Path(sys.executable).with_name("harness"))
    harness = [sys.executable, "-m", "harness", "init"]
    subprocess.run(harness, cwd=step.folder, check=True, capture_output=True)
    readme = step.folder / "README.md"
    readme.write_text("Of 9, <!-- claim: example/value -->0.5<!-- /claim --> are right.\n")
    given = {"DOCUMENTS": "README.md", "RESULTS": "results/local", "GITHUB_ACTIONS": "true"}
    done, _, outputs = step("Run and judge the claims", **given)
    assert (done.returncode, outputs) == (0, "code=3\n"), done.stderr
    assert re.search(
        r"^::error file=README.md,line=1,.*'0.5' must be '0.93", done.stderr, re.MULTILINE
    )
    names = {path.name for path in step.out.iterdir()}
    assert names >= {
        "comment.md",
        "claims.xml",
        "claims.json",
        "badge.svg",
        "badge.json",
        "index.html",
    }
    step("Show the table", MODE="claims")
    assert "reproduced" in (step.folder / "summary").read_text()


@pytest.mark.parametrize(("env", "base"), [({}, "origin/main"), ({"BASE": "v1"}, "v1")])
def test_the_gate_compares_with_the_base(step, env, base):
    done, calls, outputs = step(
        "Compare with the base", {"gate": 3}, BASE_REF="main", BUDGET="5m", **env
    )
    assert (done.returncode, outputs) == (0, "code=3\n")
    assert calls[0][:5] == ["harness", "gate", base, "--budget", "5m"]


@pytest.mark.parametrize("name", ["", "comment.md"])
def test_the_table_is_shown_or_that_there_is_none(step, name):
    step.out.mkdir()
    if name:
        (step.out / name).write_text("<!-- harness-gate -->\nfine\n")
    done, _, _ = step("Show the table", MODE="gate")
    assert done.returncode == 0
    shown = (step.folder / "summary").read_text()
    assert shown.startswith("<!-- harness-gate -->\n")
    assert ("fine" if name else "no result") in shown
    assert (step.out / "comment.md").read_text() == shown


@pytest.mark.parametrize(("found", "method"), [("", "POST"), ("12\n13", "PATCH")])
def test_one_comment_is_kept_up_to_date(step, found, method):
    step.out.mkdir()
    (step.out / "comment.md").write_text("<!-- harness-claims -->\nfine\n")
    name = "Post the table, or update the one that is there"
    done, calls, _ = step(name, {"print": found}, NUMBER="7")
    assert done.returncode == 0
    asked, written = calls
    assert 'startswith("<!-- harness-claims -->")' in asked[-1]
    assert written[2:4] == ["--method", method]
    place = "issues/comments/12" if found else "issues/7/comments"
    assert written[4] == f"repos/me/mine/{place}"
    assert written[-1] == f"body=@{step.out}/comment.md"


def test_a_token_that_may_not_write_is_a_warning(step):
    step.out.mkdir()
    (step.out / "comment.md").write_text("<!-- harness-gate -->\n")
    name = "Post the table, or update the one that is there"
    done, _, _ = step(name, {"api": 1}, NUMBER="7")
    assert done.returncode == 0
    assert "::warning::" in done.stdout


def test_a_comment_of_another_kind_is_refused(step):
    """Its first line becomes part of a query."""
    step.out.mkdir()
    (step.out / "comment.md").write_text('<!-- harness-x")) | .body | error -->\n')
    done, calls, _ = step("Post the table, or update the one that is there", NUMBER="7")
    assert (done.returncode, calls) == (1, [])


@pytest.mark.parametrize(("code", "ends"), [("0", 0), ("3", 3), ("", 1)])
def test_the_action_ends_with_the_code(step, code, ends):
    done, _, _ = step("End with the exit code", CODE=code)
    assert done.returncode == ends
