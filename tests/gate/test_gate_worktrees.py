import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from gate_repositories import files_under

from harness.errors import GitError, UsageError
from harness.gate.sides.revisions import resolve, working_tree
from harness.gate.sides.worktrees import PREFIX, checkout, owner_is_gone, owner_mark
from harness.gate.values import Revision

KILLED = """
import os, signal, sys
from pathlib import Path
from harness.gate.sides.revisions import resolve
from harness.gate.sides.worktrees import checkout
repository, folder = Path(sys.argv[1]), Path(sys.argv[2])
with checkout(repository, resolve(repository, "HEAD"), folder):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def worktrees(repository):
    listed = repository.git("worktree", "list", "--porcelain").splitlines()
    return [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "cache" / "base"


def test_both_sides_have_their_own_files(repository, tmp_path, place):
    repository.commit("Second", {"a.py": "a = 2\n"})
    repository.put("a.py", "a = 3\n")
    repository.put("new.py", "n = 1\n")
    base, head = resolve(repository.folder, "HEAD~1"), working_tree(repository.folder)
    with (
        checkout(repository.folder, base, place) as one,
        checkout(repository.folder, head, place.with_name("head")) as two,
    ):
        assert one == place
        assert files_under(one) == {"a.py": "a = 1\n", "b/c.py": "c = 1\n"}
        assert files_under(two) == {"a.py": "a = 3\n", "b/c.py": "c = 1\n", "new.py": "n = 1\n"}


def test_afterwards_nothing_is_left(repository, place):
    before = repository.state()
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place) as tree:
        (tree / "debris").mkdir()
        (tree / "debris" / "x").write_text("left by a build", encoding="utf-8")
        (tree / "a.py").unlink()
    assert not place.exists()
    assert worktrees(repository) == [str(repository.folder)]
    assert repository.state() == before


def test_folders_that_a_test_left_read_only_are_removed_too(
    repository, place, tmp_path, monkeypatch
):
    remove = shutil.rmtree

    def refuse(folder):  # as the system does, but to root
        for inner, _, _ in os.walk(folder):
            if not Path(inner).stat().st_mode & stat.S_IWUSR:
                raise PermissionError(errno.EACCES, "Permission denied", inner)
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", refuse)
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o500)
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place) as tree:
        (tree / "kept" / "inner").mkdir(parents=True)
        (tree / "kept" / "inner").chmod(0o500)
        (tree / "kept" / "link").symlink_to(theirs)
        (tree / "kept").chmod(0o500)
    assert not place.exists()
    assert worktrees(repository) == [str(repository.folder)]
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o500


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_it_is_removed_whatever_happens(repository, place, error):
    with pytest.raises(error), checkout(repository.folder, resolve(repository.folder, "@"), place):
        raise error
    assert not place.exists()
    assert worktrees(repository) == [str(repository.folder)]


def test_a_commit_that_cannot_be_checked_out_leaves_nothing(repository, place):
    with (
        pytest.raises(GitError, match="worktree add"),
        checkout(repository.folder, Revision("gone", "0" * 40, "0" * 40), place),
    ):
        pytest.fail("it was checked out")
    assert not place.exists()


def test_the_users_hooks_do_not_run(repository, place, tmp_path):
    hook = repository.put(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place):
        pass
    assert not (tmp_path / "ran").exists()


def test_what_a_killed_run_left_is_removed_at_the_next_start(repository, place):
    arguments = [sys.executable, "-c", KILLED, str(repository.folder), str(place)]
    assert subprocess.run(arguments).returncode == -9
    assert worktrees(repository) == [str(repository.folder), str(place)]
    with checkout(repository.folder, resolve(repository.folder, "@"), place.with_name("head")):
        assert not place.exists()
        assert len(worktrees(repository)) == 2


def test_what_a_killed_run_left_elsewhere_is_removed_too(repository, place, tmp_path):
    left = tmp_path / f"{PREFIX}abc" / "base"
    arguments = [sys.executable, "-c", KILLED, str(repository.folder), str(left)]
    assert subprocess.run(arguments).returncode == -9
    with checkout(repository.folder, resolve(repository.folder, "@"), place):
        assert not left.parent.exists()
        assert len(worktrees(repository)) == 2


def test_a_killed_run_whose_folder_is_gone_is_forgotten_too(repository, place):
    arguments = [sys.executable, "-c", KILLED, str(repository.folder), str(place)]
    assert subprocess.run(arguments).returncode == -9
    subprocess.run(["rm", "-r", str(place)], check=True)
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place):
        assert len(worktrees(repository)) == 2
    assert worktrees(repository) == [str(repository.folder)]


def test_worktrees_of_the_user_and_of_a_living_run_stay(repository, place):
    users, living = place.with_name("users"), place.with_name("living")
    repository.git("worktree", "add", "--quiet", "--detach", str(users))
    locked = ("--lock", "--reason", owner_mark())
    repository.git("worktree", "add", "--quiet", "--detach", *locked, str(living))
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place):
        pass
    assert worktrees(repository) == [str(repository.folder), str(living), str(users)]


def test_a_folder_with_something_in_it_is_refused_and_kept(repository, place):
    place.mkdir(parents=True)
    (place / "thesis.tex").write_text("the only copy", encoding="utf-8")
    with (
        pytest.raises(UsageError, match="must be absent or empty to hold a worktree"),
        checkout(repository.folder, resolve(repository.folder, "HEAD"), place),
    ):
        pytest.fail("it was checked out")
    assert (place / "thesis.tex").exists()


def test_an_empty_folder_is_taken(repository, place):
    place.mkdir(parents=True)
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), place) as tree:
        assert (tree / "a.py").exists()


def test_a_folder_inside_the_repository_is_refused(repository):
    with (
        pytest.raises(UsageError, match="must lie outside the repository"),
        checkout(
            repository.folder, resolve(repository.folder, "HEAD"), repository.folder / "cache" / "b"
        ),
    ):
        pytest.fail("it was checked out")


def test_a_mark_is_abandoned_when_its_process_is_gone():
    assert not owner_is_gone(owner_mark())
    code = "from harness.gate.sides.worktrees import owner_mark; print(owner_mark(), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("claims-harness on ")
    assert owner_is_gone(done.stdout)


def test_a_number_that_came_again_is_another_process():
    head, _, _ = owner_mark().rpartition(" ")
    assert owner_is_gone(f"{head} 12345.00")


@pytest.mark.parametrize("text", ["", "mine", "claims-harness on elsewhere: process 1 started 1.0"])
def test_of_other_marks_nothing_is_known(text):
    assert not owner_is_gone(text)
