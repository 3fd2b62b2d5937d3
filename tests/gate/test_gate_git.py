import os

import pytest

from harness.errors import GitError, UsageError
from harness.gate.sides.git import entries, git


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
