"""``harness init`` and ``harness new``: what they write runs, and nothing of the user's is lost."""

import json

import pytest

from harness.cli.app import run_main
from harness.scaffold import KINDS

FILES = ["bench/example.py", "suites/example.toml"]


@pytest.fixture
def harness(tmp_path, monkeypatch, capfd):
    """Call the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        capfd.readouterr()
        code = run_main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    call.folder = tmp_path
    return call


def files(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in paths)


def test_an_empty_folder_is_told_how_to_begin(harness):
    for verb in ("run", "check", "list", "claims", "report"):
        code, _, err = harness(verb)
        assert code == 2
        assert "there is no folder suites; `harness init` writes a first suite" in err
        assert "`harness new`" in err


def test_init_begins_a_project(harness):
    code, out, err = harness("init")
    assert (code, err) == (0, "")
    assert files(harness.folder) == [".gitignore", *FILES]
    assert (harness.folder / ".gitignore").read_text() == "/results/local/\n/reports/\n"
    for name in files(harness.folder):
        assert name in out
    assert "harness run" in out
    code, out, err = harness("check")
    assert code == 0, err


def test_a_repository_has_a_workflow_too(harness):
    (harness.folder / ".git").mkdir()
    code, out, _ = harness("init")
    assert code == 0
    assert (harness.folder / ".github/workflows/claims.yml").is_file()
    assert ".github/workflows/claims.yml" in out


def test_init_replaces_nothing(harness):
    (harness.folder / ".git").mkdir()
    harness("init")
    for name in (*FILES, ".github/workflows/claims.yml"):
        (harness.folder / name).write_text("mine")
    (harness.folder / "suites" / "example.toml").rename(harness.folder / "kept")
    before = files(harness.folder)
    code, out, _ = harness("init")
    assert code == 0
    assert "left bench/example.py as it is" in out
    assert "left .gitignore as it is" in out
    assert "wrote suites/example.toml" in out
    assert files(harness.folder) == sorted([*before, "suites/example.toml"])
    assert (harness.folder / "bench" / "example.py").read_text() == "mine"


def test_init_in_a_project_with_suites_adds_no_other(harness):
    harness("new", "value", "own")
    before = files(harness.folder)
    (harness.folder / "sub").mkdir()
    code, _, err = harness("init")
    assert code == 0, err
    assert files(harness.folder) == sorted([*before, ".gitignore"])


def test_new_lists_the_kinds(harness):
    code, out, _ = harness("new")
    assert code == 0
    assert all(kind in out for kind in KINDS)
    assert files(harness.folder) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("valu",), "unknown kind of suite 'valu'. Did you mean 'value'?"),
        (("value", "My Own"), "the name of a suite must be lower-case letters"),
        (("value", "../x"), "the name of a suite must be lower-case letters"),
    ],
)
def test_new_refuses_names_that_are_none(harness, arguments, words):
    code, _, err = harness("new", *arguments)
    assert code == 2
    assert words in err
    assert files(harness.folder) == []


def test_new_writes_over_nothing(harness):
    assert harness("new", "value", "own")[0] == 0
    before = {name: (harness.folder / name).read_text() for name in files(harness.folder)}
    code, _, err = harness("new", "sweep", "own")
    assert code == 2
    assert "suites/own.toml and bench/own.py are there already and nothing was written" in err
    (harness.folder / "suites" / "own.toml").unlink()
    code, _, err = harness("new", "sweep", "own")
    assert code == 2
    assert "bench/own.py is there already" in err
    del before["suites/own.toml"]
    assert {name: (harness.folder / name).read_text() for name in files(harness.folder)} == before


def test_new_knows_the_suites_of_documents(harness):
    folder = harness.folder / "suites" / "notes"
    folder.mkdir(parents=True)
    (folder / "document.toml").write_text('schema = 1\nkey = "n"\nnumber = "1"\ntitle = "N"\n')
    (folder / "own.toml").write_text("")
    code, _, err = harness("new", "value", "own")
    assert code == 2
    assert "suites/notes/own.toml is there already" in err


def test_a_place_where_nothing_can_be_written_is_named(harness):
    (harness.folder / "bench").write_text("no folder")
    code, _, err = harness("init")
    assert code == 7
    assert "bench" in err
    assert files(harness.folder) == ["bench"]


def test_settings_say_where_new_files_go(harness, monkeypatch):
    text = '[tool.harness]\nsuites = ["claims", "more"]\nresults = "out"\n'
    (harness.folder / "pyproject.toml").write_text(text)
    (harness.folder / "deep").mkdir()
    monkeypatch.chdir(harness.folder / "deep")
    code, out, _ = harness("init")
    assert code == 0
    assert "wrote ../claims/example.toml" in out
    assert (harness.folder / ".gitignore").read_text() == "/out/\n/reports/\n"
    code, _, err = harness("check")
    assert code == 2
    assert "there is no folder ../more" in err
    (harness.folder / "more").mkdir()
    assert harness("check")[0] == 0
    code, _, err = harness("new", "value", "other", "--suites", harness.folder / "more")
    assert code == 0
    assert (harness.folder / "more" / "other.toml").is_file()
    assert harness("check", "--json", "-")[0] == 0


@pytest.mark.parametrize("verb", ["check", "run", "init", "new"])
def test_settings_that_are_not_valid_stop_every_verb(harness, verb):
    (harness.folder / "pyproject.toml").write_text("[tool.harness]\nsuits = ['x']\n")
    code, _, err = harness(verb)
    assert code == 2
    assert (
        "pyproject.toml:2: tool.harness.suits: unknown key 'suits'. Did you mean 'suites'?" in err
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reaches_its_verdict(harness, kind):
    code, _, err = harness("new", kind)
    assert code == 0, err
    code, _, err = harness("check")
    assert (code, err) == (0, "")
    code, out, err = harness("run", "-j", "2")
    assert code == 0, out + err
    code, out, err = harness("claims", "--json", "-")
    assert code == 0, err
    verdicts = json.loads(out)["verdicts"]
    assert verdicts
    assert {verdict["verdict"] for verdict in verdicts} == {"reproduced"}
