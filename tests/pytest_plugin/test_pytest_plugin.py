"""Claims as tests of pytest: collected, named, judged; nothing is imported until it is asked to."""

import shutil
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from suite_texts import suite_text, write_suite

import harness.pytest_plugin.items  # noqa: F401 before pytester notes which modules there are
from harness.cli.app import run_main

pytest_plugins = ["pytester"]

PARTS = """\
[model]
hidden = [4]
[data]
dataset = "digits"
[probe]
name = "parameters"
[seeds]
count = {seeds}
[[grid]]
backend = ["numpy"]
"""
CLAIM = """\
[[claims]]
id = "{}"
quote = "{}"
published = "{}"
metric = "parameters"
expect = {{ {} }}
"""
FOREST = [
    CLAIM.format("many", "it has many", "10 or more", "at_least = 10"),
    CLAIM.format("few", "it has few", "5", "at_most = 5"),
    CLAIM.format("known", "it has few, they say", "", "at_most = 5")
    + 'expected = "contradicted"\nbecause = "it was so"\n',
]


def suite(name, seeds, *claims):
    parts = PARTS.format(seeds=seeds)
    return suite_text(name, parts, *claims, experiment="probe", source=None)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with suites and records: `forest` was run, `thin` once, `never` not at all."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "suites").mkdir()
    write_suite(folder / "suites", suite("forest", 3, *FOREST), "forest")
    write_suite(folder / "suites", suite("never", 3, FOREST[0]), "never")
    write_suite(folder / "suites", suite("thin", 1, FOREST[0]), "thin")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run_main(["run", "forest", "thin", "-j", "1", "-q"]) == 3
    return folder


@pytest.fixture
def run(project, pytester):
    """Run pytest in a copy of the project."""
    shutil.copytree(project, pytester.path, dirs_exist_ok=True)

    def call(*arguments):
        return pytester.runpytest_inprocess("-p", "harness.pytest_plugin", *arguments)

    call.path = pytester.path
    call.pytester = pytester
    return call


def test_every_claim_is_a_test(run):
    result = run("--claims", "-v", "-rs")
    result.assert_outcomes(passed=2, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "claims: records of results*local",
            "suites/forest.toml::many PASSED*",
            "suites/forest.toml::few FAILED*",
            "suites/forest.toml::known PASSED*",
            "suites/never.toml::many SKIPPED*",
            "suites/thin.toml::many SKIPPED*",
        ]
    )


def test_a_failure_shows_the_numbers_and_no_traceback(run):
    result = run("--claims", "suites/forest.toml")
    line = (run.path / "suites/forest.toml").read_text().split("\n").index('id = "few"')
    result.stdout.fnmatch_lines(
        [
            "*_ forest::few _*",
            f"suites/forest.toml:{line}: contradicted: *",
            "quote      it has few",
            "published  5",
            "measured   *",
            "verdict    contradicted: *",
            "FAILED suites/forest.toml::few*",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_what_is_skipped_is_told_with_its_reason_and_line(run):
    result = run("--claims", "-rs")
    result.stdout.fnmatch_lines_random(
        [
            "SKIPPED * suites/never.toml:*: *not-run: *",
            "SKIPPED * suites/thin.toml:*: *inconclusive: *",
        ]
    )


def test_doubt_fails_where_it_is_asked_to(run):
    run("--claims", "--claims-strict", "suites/thin.toml").assert_outcomes(failed=1)
    run("--claims", "suites/thin.toml").assert_outcomes(skipped=1)


def test_without_the_option_nothing_is_collected(run):
    run.pytester.makepyfile("def test_one(): pass")
    run().assert_outcomes(passed=1)
    assert run("suites/forest.toml").ret == pytest.ExitCode.USAGE_ERROR


def test_claims_join_the_tests_of_the_project(run):
    run.pytester.makepyfile(test_it="def test_one(): pass")
    run("--claims").assert_outcomes(passed=3, failed=1, skipped=2)
    run("--claims", "test_it.py").assert_outcomes(passed=1)
    run("--claims", "test_it.py", "suites/forest.toml").assert_outcomes(passed=3, failed=1)


@pytest.mark.parametrize("testpaths", ["suites", "tests"])
def test_testpaths_bring_no_claim_twice(run, testpaths):
    (run.path / "tests").mkdir()
    run.pytester.makeini(f"[pytest]\ntestpaths = {testpaths}\n")
    run("--claims").assert_outcomes(passed=2, failed=1, skipped=2)


@pytest.mark.parametrize(
    ("arguments", "outcomes"),
    [
        (("-k", "forest and known"), {"passed": 1, "deselected": 4}),
        (("-x",), {"passed": 1, "failed": 1}),
        (("--deselect", "suites/forest.toml::few"), {"passed": 2, "skipped": 2, "deselected": 1}),
    ],
)
def test_options_of_pytest_work(run, arguments, outcomes):
    run("--claims", *arguments).assert_outcomes(**outcomes)


def test_one_claim_by_its_name(run):
    run("--claims", "suites/forest.toml::known").assert_outcomes(passed=1)
    assert run("--claims", "suites/forest.toml::knwn").ret == pytest.ExitCode.USAGE_ERROR


def test_a_folder_is_the_suites_in_it(run):
    every = run("--claims", "--collect-only", "-q").outlines
    assert [
        line for line in run("--claims", "suites", "--collect-only", "-q").outlines if "::" in line
    ] == [line for line in every if "::" in line]
    run.pytester.makepyfile(**{"tests/test_one": "def test_one(): pass"})
    run("--claims", "tests").assert_outcomes(passed=1)


def test_last_failed(run):
    run("--claims").assert_outcomes(passed=2, failed=1, skipped=2)
    run("--claims", "--lf").assert_outcomes(failed=1)


def test_junit_has_the_claims(run):
    run("--claims", "--junitxml", "claims.xml")
    root = ET.parse(run.path / "claims.xml").getroot()  # noqa: S314 our own
    cases = {(c.get("classname"), c.get("name")): c for c in root.iter("testcase")}
    failed = cases["suites.forest.toml", "few"]
    assert "contradicted" in failed.find("failure").text
    properties = {p.get("name"): p.get("value") for p in failed.iter("property")}
    assert properties["verdict"] == "contradicted"
    assert cases["suites.never.toml", "many"].find("skipped") is not None


def test_folders_can_be_named(run):
    (run.path / "suites").rename(run.path / "own")
    (run.path / "results" / "local").rename(run.path / "records")
    named = ("--claims-suites", "own", "--claims-results", "records")
    run("--claims", *named).assert_outcomes(passed=2, failed=1, skipped=2)


def test_without_suites_it_is_a_usage_error(run):
    shutil.rmtree(run.path / "suites")
    result = run("--claims")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: there is no folder suites*"])


def test_a_suite_with_a_problem_is_an_error_of_collection(run):
    path = run.path / "suites" / "thin.toml"
    path.write_text(path.read_text().replace("[seeds]", "[seds]"))
    result = run("--claims")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*suites/thin.toml:*: seds: unknown key 'seds'. Did you mean*"])


def test_workers_of_xdist_share_the_claims(run):
    result = run.pytester.runpytest_subprocess(
        "-p", "harness.pytest_plugin", "--claims", "-n", "2", "-rs"
    )
    result.assert_outcomes(passed=2, failed=1, skipped=2)


WITHOUT = """\
import sys
before = set(sys.modules)
import harness.pytest_plugin
brought = {name.partition(".")[0] for name in sys.modules.keys() - before}
assert not brought & {"numpy", "scipy", "pandas", "pydantic", "typer", "rich"}, brought
assert {name for name in sys.modules if name.startswith("harness")} == {
    "harness", "harness.pytest_plugin"
}
"""


def test_a_run_without_the_option_imports_nothing_of_ours():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
