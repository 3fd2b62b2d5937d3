import os

import pytest

from harness.errors import GitError, UsageError
from harness.gate.sides.git import entries, git, ownership
from harness.gate.sides.revisions import find_repository


def test_a_command_that_fails_says_what_and_where(repository):
    with pytest.raises(
        GitError, match=r"`git cat-file -e nothing` in .*project must succeed"
    ) as got:
        git(repository.folder, "cat-file", "-e", "nothing")
    assert "exit code 128" in str(got.value)
    assert "Not a valid object name nothing" in str(got.value)


def test_without_git_the_user_is_told_to_install_it(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git must be installed"):
        git(repository.folder, "status")


def test_the_variables_of_a_hook_do_not_lead_elsewhere(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert git(repository.folder, "ls-files").splitlines() == ["a.py", "b/c.py"]


def test_asking_for_the_status_leaves_the_index_alone(repository):
    os.utime(repository.folder / "a.py", (1e9, 1e9))  # git would note the new time
    before = repository.state()
    git(repository.folder, "status")
    assert repository.state() == before


def test_entries_drops_the_last_end():
    assert entries("a b\0c\n\0") == ("a b", "c\n")
    assert entries("") == ()


def test_a_repository_of_another_user_comes_with_gits_own_advice(repository, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    command = f"`git config --global --add safe.directory {repository.folder}`"
    with pytest.raises(UsageError) as found:
        find_repository(repository.folder)
    with pytest.raises(GitError) as failed:
        git(repository.folder, "status")
    for text in map(str, (found.value, failed.value)):
        assert command in text
        assert "belong to another user" in text
        assert "\n" not in text
        assert "\\n" not in text
        assert "inside a checkout" not in text


def test_advice_is_made_up_only_where_git_gives_none():
    said = "fatal: detected dubious ownership in repository at '/a b'\n"
    assert "`git config --global --add safe.directory '/a b'`" in ownership(said)
    gits = said + "call:\n\n\tgit config --global --add safe.directory '%(prefix)///a b'\n"
    assert "safe.directory '%(prefix)///a b'`" in ownership(gits)
    assert ownership("fatal: not a git repository") == ""


def test_the_words_of_an_older_git_are_understood():
    said = (
        "fatal: unsafe repository ('/a b' is owned by someone else)\n"
        "To add an exception for this directory, call:\n\n"
        "\tgit config --global --add safe.directory '/a b'\n"
    )
    found = ownership(said)
    assert "the repository at /a b, since its files belong to another user" in found
    assert found.endswith("with `git config --global --add safe.directory '/a b'` and try again")


def test_a_folder_without_a_repository_is_told_apart_from_one_that_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"git says: not a git repository .*inside a checkout"):
        find_repository(tmp_path)
