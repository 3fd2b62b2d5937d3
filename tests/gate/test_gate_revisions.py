import hashlib
import itertools
import os
import shutil
import time

import pytest
from gate_repositories import make
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.gate.sides.revisions import find_repository, resolve, working_tree


def test_the_repository_is_found_from_a_folder_and_a_file_in_it(repository):
    top = repository.folder.resolve()
    assert find_repository(repository.folder / "b") == top
    assert find_repository(repository.folder / "b" / "c.py") == top


def test_outside_a_repository_the_user_is_told_where_to_run(tmp_path):
    with pytest.raises(UsageError, match="must lie in the working tree of a git repository"):
        find_repository(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"gone/deeper must be a folder .* is not there"):
        find_repository(tmp_path / "gone" / "deeper")


def test_a_bare_repository_has_no_files_to_measure(repository, tmp_path):
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    with pytest.raises(UsageError, match="must be run in a work tree"):
        find_repository(tmp_path / "bare")


def test_every_way_to_name_a_commit(repository):
    first = repository.git("rev-parse", "HEAD")
    repository.git("tag", "-a", "v1", "-m", "annotated")
    repository.git("tag", "light")
    repository.git("branch", "feature/x")
    second = repository.commit("Second: é\n\nBody", {"a.py": "a = 2\n"})
    for name in ("v1", "light", "feature/x", "HEAD~1", first, first[:9], ":/First", "@{1}"):
        assert resolve(repository.folder, name).commit == first, name
    found = resolve(repository.folder, "main")
    assert (found.label, found.commit, found.subject) == ("main", second, "Second: é")
    assert found.tree == repository.git("rev-parse", "main^{tree}")
    assert found.committed.startswith("2026-01-02T03:04:05")
    assert not found.dirty


def test_an_unknown_revision_gets_the_nearest_name(repository):
    repository.git("branch", "optimizers")
    with pytest.raises(UsageError) as got:
        resolve(repository.folder, "optimisers")
    assert "unknown revision 'optimisers'. Did you mean 'optimizers'?" in str(got.value)
    assert "git fetch --tags" in str(got.value)


def test_a_branch_that_only_the_remote_has_is_proposed(repository, tmp_path):
    repository.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    repository.git("-C", str(tmp_path / "clone"), "checkout", "--quiet", "--detach")
    repository.git("-C", str(tmp_path / "clone"), "branch", "-D", "main")
    with pytest.raises(UsageError, match="Did you mean 'origin/main'"):
        resolve(tmp_path / "clone", "main")


def test_many_names_are_not_all_listed(repository):
    for number in range(25):
        repository.git("tag", f"v{number}")
    with pytest.raises(UsageError) as got:
        resolve(repository.folder, "qqqqqqqq")
    assert "`git branch --all` and `git tag` list the names" in str(got.value)
    assert "v13" not in str(got.value)


@pytest.mark.parametrize("name", ["main..HEAD", "^main", "HEAD:a.py", "HEAD^{tree}", "HEAD~7"])
def test_what_is_no_commit_is_unknown(repository, name):
    with pytest.raises(UsageError, match="unknown revision"):
        resolve(repository.folder, name)


@pytest.mark.parametrize("name", ["", "-", "--all", "--output=x", "-h"])
def test_no_name_reaches_git_as_an_option(repository, name):
    before = repository.state()
    with pytest.raises(UsageError, match="must be a branch, a tag or a commit"):
        resolve(repository.folder, name)
    assert repository.state() == before


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12))
def test_any_text_is_a_commit_or_a_usage_error(repository, name):
    try:
        found = resolve(repository.folder, name)
    except UsageError:
        return
    assert found.commit == repository.git("rev-parse", "HEAD")


def test_a_short_name_of_several_commits_asks_for_more_digits(repository):
    tree = repository.git("rev-parse", "HEAD^{tree}")
    seen: dict[str, str] = {}
    for number in itertools.count():
        text = f"tree {tree}\nauthor A <a> {number} +0000\ncommitter A <a> 0 +0000\n\n{number}\n"
        name = hashlib.sha1(
            f"commit {len(text)}\0{text}".encode(), usedforsecurity=False
        ).hexdigest()[:4]
        if name in seen:
            break
        seen[name] = text
    for one in (text, seen[name]):
        path = repository.put("../text", one)
        repository.git("hash-object", "-t", "commit", "-w", str(path))
    with pytest.raises(UsageError, match=f"'{name}' must name one commit.* give more digits"):
        resolve(repository.folder, name)


def test_a_shallow_clone_is_told_how_to_get_the_rest(repository, tmp_path):
    repository.commit("Second", {"a.py": "a = 2\n"})
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    with pytest.raises(UsageError, match="git fetch --unshallow"):
        resolve(shallow, "HEAD~1")


def test_a_repository_without_a_commit_says_so(tmp_path):
    empty = make(tmp_path / "empty").folder
    for ask in (lambda: resolve(empty, "HEAD"), lambda: working_tree(empty)):
        with pytest.raises(UsageError, match="has no commit yet"):
            ask()


def test_an_unchanged_working_tree_is_its_commit(repository):
    head = resolve(repository.folder, "HEAD")
    found = working_tree(repository.folder)
    assert found.label == "working tree"
    assert (found.commit, found.tree, found.dirty) == (head.commit, head.tree, False)
    assert found.checkout == ""


def change(repository):
    repository.put(".gitignore", "*.log\n")
    repository.put("noise.log", "ignored")
    repository.put("a.py", "a = 'staged'\n")
    repository.git("add", "a.py")
    repository.put("a.py", "a = 'not staged'\n")
    repository.put("new/d é.py", "d = 1\n")
    (repository.folder / "b" / "c.py").unlink()


def content(repository, tree):
    listed = repository.git("ls-tree", "-r", "-z", "--name-only", tree).split("\0")
    return {name: repository.git("show", f"{tree}:{name}") for name in listed if name}


def test_changes_and_untracked_files_are_in_and_ignored_ones_are_not(repository):
    change(repository)
    found = working_tree(repository.folder)
    assert found.dirty
    assert found.commit == repository.git("rev-parse", "HEAD")
    assert content(repository, found.tree) == {
        ".gitignore": "*.log",
        "a.py": "a = 'not staged'",
        "new/d é.py": "d = 1",
    }
    assert repository.git("rev-parse", f"{found.checkout}^{{tree}}") == found.tree
    assert repository.git("rev-parse", f"{found.checkout}^") == found.commit


def test_nothing_of_the_users_changes(repository):
    change(repository)
    before, status = repository.state(), repository.git("status", "--porcelain")
    working_tree(repository.folder)
    assert repository.state() == before
    assert repository.git("status", "--porcelain") == status


def test_the_same_files_give_the_same_commit(repository):
    change(repository)
    assert working_tree(repository.folder) == working_tree(repository.folder)


def test_a_change_within_the_tick_of_the_index_is_seen(repository):
    repository.git("config", "core.trustctime", "false")  # as when that is the same, too
    an_hour_ago = time.time_ns() // 10**9 * 10**9 - 3600 * 10**9
    path = repository.put("a.py", "a = 3\n")
    os.utime(path, ns=(an_hour_ago, an_hour_ago))
    repository.git("add", "a.py")
    path.write_text("a = 4\n", encoding="utf-8")  # as long as before
    for changed in (path, repository.folder / ".git" / "index"):
        os.utime(changed, ns=(an_hour_ago, an_hour_ago))
    assert content(repository, working_tree(repository.folder).tree)["a.py"] == "a = 4"


def test_a_merge_under_way_stays_as_it_is(repository):
    repository.git("checkout", "--quiet", "-b", "other")
    repository.commit("Other", {"a.py": "a = 'other'\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit("Main", {"a.py": "a = 'main'\n"})
    with pytest.raises(Exception, match="merge"):
        repository.git("merge", "other")
    before = repository.state()
    found = working_tree(repository.folder)
    assert "<<<<<<<" in content(repository, found.tree)["a.py"]
    assert repository.state() == before
    assert ".git/MERGE_HEAD" in before


def test_a_linked_worktree_has_changes_of_its_own(repository, tmp_path):
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "--quiet", str(linked), "-b", "linked")
    (linked / "a.py").write_text("a = 'linked'\n", encoding="utf-8")
    assert find_repository(linked) == linked.resolve()
    assert content(repository, working_tree(linked).tree)["a.py"] == "a = 'linked'"
    assert not working_tree(repository.folder).dirty


def test_a_repository_inside_is_left_out_even_without_a_commit(repository):
    make(repository.folder / "inner", {"x.py": "x = 1\n"})
    make(repository.folder / "[odd] one")
    assert not working_tree(repository.folder).dirty
    repository.put("new.py", "n = 1\n")
    assert set(content(repository, working_tree(repository.folder).tree)) == {
        *("a.py", "b/c.py", "new.py")
    }


def test_a_working_tree_without_an_index_is_read_from_its_files(repository):
    (repository.folder / ".git" / "index").unlink()
    shutil.rmtree(repository.folder / "b")
    assert set(content(repository, working_tree(repository.folder).tree)) == {"a.py"}
