"""The commands that repeat a suite: each word as the shell must see it, in order."""

import shlex
from dataclasses import replace

import fake_results as fake
import pytest

from harness.origin import Origin
from harness.report.repeat import Origins, commands, commit_of

COMMIT = "8dcbfdf3c0ffee8dcbfdf3c0ffee8dcbfdf3c0ff"
RUN = "harness run demo --profile full"


class Known(Origin):
    """Whose branches of remotes have every commit."""

    def has(self, commit):
        return bool(commit)


def test_a_clone_comes_first_where_an_address_is_known():
    where = Known(None, "https://github.com/o/r.git", "", own=True)
    assert commands(where, COMMIT, ["mnist"], RUN, "full") == (
        "git clone https://github.com/o/r.git",
        "cd r",
        f"git checkout {COMMIT}",
        "python3 -m pip install -e '.[all]'",
        "harness data get mnist",
        RUN,
        "harness report --profile full",
    )


def test_no_commit_is_named_that_others_cannot_have():
    where = Origin(None, "https://example.org/o/r")
    assert commands(where, COMMIT, [], RUN, "quick")[:3] == (
        "git clone https://example.org/o/r",
        "cd r",
        "python3 -m pip install 'claims-harness[all]'",
    )
    assert commands(Known(None, where.url), "", [], RUN, "quick")[1] == "cd r"


def test_a_folder_of_the_repository_is_entered_once_it_is_as_it_was():
    where = Known(None, "https://example.org/o/r", "deep/own")
    found = commands(where, COMMIT, [], RUN, "quick")
    assert found[1:4] == ("cd r", f"git checkout {COMMIT}", "cd deep/own")
    assert commands(where, "", [], RUN, "quick")[1] == "cd r/deep/own"


def test_nothing_is_cloned_where_no_address_is_known():
    assert commands(Origin(), COMMIT, [], RUN, "quick") == (
        "python3 -m pip install 'claims-harness[all]'",
        RUN,
        "harness report",
    )


@pytest.mark.parametrize("url", ["https://example.org/a b/$(touch x);r 'q'.git", "https://h/o/-r"])
def test_every_word_is_quoted(url):
    where = Origin(None, url, "in side/$HOME")
    clone, enter, _, get, *_ = commands(where, "", ["a;b"], RUN, "quick")
    assert shlex.split(clone) == ["git", "clone", url]
    name = url.rpartition("/")[2].removesuffix(".git")
    inside = f"./{name}" if name.startswith("-") else name
    assert shlex.split(enter) == ["cd", f"{inside}/in side/$HOME"]
    assert shlex.split(get) == ["harness", "data", "get", "a;b"]


def records(**more):
    maker = fake.Maker()
    for seed in range(2):
        maker.add("demo", "train", {"lr": 0.1}, seed, **more)
    return maker.archive()


def test_the_commit_is_that_of_the_harness_or_of_the_users_code():
    archive = records()
    assert commit_of(archive.records, archive) == COMMIT
    users = records(code={"bench.py": "d1"}, commit="abc1234")
    assert commit_of(users.records, users) == "abc1234"


def test_several_commits_or_edits_are_none():
    archive = records(code={"bench.py": "d1"}, commit="abc1234")
    one, two = archive.records
    assert commit_of([one, replace(two, commit="abc1235")], archive) == ""
    assert commit_of([replace(one, commit="abc1234 dirty")], archive) == ""
    laptop = fake.LAPTOP
    edited = replace(laptop, facts={**laptop.facts, "dirty": "yes"})
    assert commit_of(records().records, fake.FakeArchive((), {}, {laptop.id: edited})) == ""
    assert commit_of([], archive) == ""


def test_a_suite_without_a_file_comes_from_nowhere():
    assert Origins().of(fake.suite_of()) == Origin()
