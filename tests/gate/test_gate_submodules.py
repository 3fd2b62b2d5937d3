"""Submodules: changes that cannot be captured, and worktrees filled in without a network."""

import shutil
from pathlib import Path

import pytest
from gate_repositories import Repository, files_under, make

from harness.errors import UsageError
from harness.gate.sides.revisions import resolve, working_tree
from harness.gate.sides.submodules import gitlinks
from harness.gate.sides.worktrees import checkout


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A repository with a submodule that has a submodule: slow to make, quick to copy."""
    folder = tmp_path_factory.mktemp("template")
    inner = make(folder / "inner", {"i.py": "i = 1\n"})
    library = make(folder / "library", {"l.py": "l = 1\n"})
    library.git("submodule", "--quiet", "add", str(inner.folder), "deep/inner")
    library.commit("With a submodule", {})
    nested = make(folder / "nested", {"a.py": "a = 1\n", "b/c.py": "c = 1\n"})
    nested.git("submodule", "--quiet", "add", "--name", "lib", str(library.folder), "vendor/l")
    nested.git("submodule", "--quiet", "update", "--init", "--recursive")
    nested.commit("With a submodule", {})
    return folder


@pytest.fixture
def library(template, tmp_path):
    return Repository(Path(shutil.copytree(template / "library", tmp_path / "library")))


@pytest.fixture
def nested(template, tmp_path):
    return Repository(Path(shutil.copytree(template / "nested", tmp_path / "nested")))


def part(repository, path):
    return Repository(repository.folder / path)


def test_a_gitlink_has_path_commit_and_name(nested, library):
    (link,) = gitlinks(nested.folder)
    assert (link.path, link.name) == ("vendor/l", "lib")
    assert link.commit == library.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("vendor/l/l.py", "l.py"),
        ("vendor/l/new.py", "new.py"),
        ("vendor/l/deep/inner/i.py", "deep"),
    ],
)
def test_a_submodule_with_unsaved_files_is_refused_by_name(nested, path, named):
    nested.put(path, "changed = 1\n")
    with pytest.raises(UsageError, match=r"submodule 'vendor/l' must have no changes") as got:
        working_tree(nested.folder)
    assert named in str(got.value)
    assert "commit them there, then stage or commit" in str(got.value)


@pytest.mark.parametrize("path", ["vendor/l/new.py", "vendor/l/deep/inner/i.py"])
def test_a_setting_to_ignore_submodules_hides_nothing(nested, path):
    nested.git("config", "submodule.lib.ignore", "dirty")
    part(nested, "vendor/l").git("config", "diff.ignoreSubmodules", "all")
    part(nested, "vendor/l").git("config", "status.showUntrackedFiles", "no")
    nested.put(path, "n = 2\n")
    with pytest.raises(UsageError, match="vendor/l"):
        working_tree(nested.folder)


def test_a_submodule_at_another_commit_is_an_ordinary_change(nested, tmp_path):
    there = part(nested, "vendor/l")
    commit = there.commit("Newer", {"l.py": "l = 2\n"})
    found = working_tree(nested.folder)
    assert found.dirty
    assert commit in nested.git("ls-tree", "-r", found.tree)
    with checkout(nested.folder, found, tmp_path / "w" / "head") as tree:
        assert files_under(tree)["vendor/l/l.py"] == "l = 2\n"


def test_submodules_are_filled_in_without_any_transport(nested, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "none")
    before = nested.state()
    with checkout(nested.folder, resolve(nested.folder, "HEAD"), tmp_path / "w" / "b") as tree:
        assert files_under(tree) == files_under(nested.folder)
        assert Repository(tree).git("status", "--porcelain") == ""
    assert nested.state() == before


def test_a_worktree_of_a_worktree_is_filled_in_too(nested, tmp_path):
    linked = tmp_path / "linked"
    nested.git("worktree", "add", "--quiet", "--detach", str(linked))
    Repository(linked).git("submodule", "--quiet", "update", "--init", "--recursive")
    with checkout(linked, resolve(linked, "HEAD"), tmp_path / "w" / "b") as tree:
        assert files_under(tree) == files_under(linked)


def test_a_submodule_that_is_not_initialised_stays_empty(nested, tmp_path):
    clone = tmp_path / "clone"
    nested.git("clone", "--quiet", ".", str(clone))
    with checkout(clone, resolve(clone, "HEAD"), tmp_path / "w" / "b") as tree:
        assert set(files_under(tree)) == {".gitmodules", "a.py", "b/c.py"}


@pytest.mark.parametrize("change", [("mv", "vendor/l", "moved"), ("rm", "-q", "vendor/l")])
def test_a_submodule_that_has_moved_or_gone_is_found_by_name(nested, tmp_path, change):
    before = files_under(nested.folder)
    nested.git(*change)
    nested.commit("Changed", {})
    with checkout(nested.folder, resolve(nested.folder, "HEAD~1"), tmp_path / "w" / "b") as tree:
        assert files_under(tree) == before


def test_a_shallow_submodule_serves(repository, library, tmp_path):
    library.commit("Newer", {"l.py": "l = 2\n"})
    address = f"file://{library.folder}"
    repository.git("submodule", "--quiet", "add", "--depth", "1", address, "lib")
    repository.commit("With a submodule", {})
    with checkout(repository.folder, resolve(repository.folder, "HEAD"), tmp_path / "w" / "b") as t:
        assert files_under(t)["lib/l.py"] == "l = 2\n"
        assert Repository(t / "lib").git("log", "--format=%s") == "Newer"


def test_a_commit_that_a_submodule_lacks_is_asked_for(nested, library, tmp_path):
    newer = library.commit("Newer", {"l.py": "l = 2\n"})
    nested.git("update-index", "--cacheinfo", f"160000,{newer},vendor/l")
    nested.git("commit", "--quiet", "-m", "Newer library, not fetched")
    folder = tmp_path / "w" / "b"
    with (
        pytest.raises(UsageError, match=rf"'vendor/l' must have commit {newer[:12]}") as got,
        checkout(nested.folder, resolve(nested.folder, "HEAD"), folder),
    ):
        pytest.fail("it was checked out")
    assert "git -C vendor/l fetch --all" in str(got.value)
    assert not folder.exists()
