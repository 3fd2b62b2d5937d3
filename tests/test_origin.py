"""Where others clone a project from: addresses without secrets, and commits that they can have."""

import subprocess

import pytest

from harness import origin

URLS = {
    "https://github.com/o/r": "https://github.com/o/r",
    "https://github.com/o/r.git": "https://github.com/o/r.git",
    "https://user:s3cret@github.com/o/r.git": "https://github.com/o/r.git",
    "https://s3cret@example.org:8443/o/r": "https://example.org:8443/o/r",
    "https://example.org/o/r?token=s3cret#s3cret": "https://example.org/o/r",
    "http://oauth2:s3cret@gitlab.example/o/r.git/": "http://gitlab.example/o/r.git",
    "git@github.com:o/r.git": "https://github.com/o/r.git",
    "ssh://git@github.com:22/o/r.git": "https://github.com/o/r.git",
    "git@GitLab.com:group/sub/r.git": "https://gitlab.com/group/sub/r.git",
    "git@git.example.org:o/r.git": "ssh://git@git.example.org/o/r.git",
    "alice@git.example.org:o/r.git": "ssh://git.example.org/o/r.git",
    "ssh://alice:s3cret@git.example.org:2222/o/r": "ssh://git.example.org:2222/o/r",
    "git://example.org/r.git": "git://example.org/r.git",
    "https://[2001:db8::1]/o/r": "https://[2001:db8::1]/o/r",
    "/home/alice/r": "",
    "../r": "",
    "file:///home/alice/r": "",
    "C:\\Users\\alice\\r": "",
    "C:/Users/alice/r": "",
    "ext::sh -c x": "",
    "codecommit::eu-west-1://r": "",
    "https://github.com": "",
    "https://example.org:port/o/r": "",
    "https://[broken/o/r": "",
    "https://example.org/o/\x1b[2Jr": "",
    "": "",
}


@pytest.mark.parametrize(("url", "shown"), URLS.items())
def test_an_address_is_shown_as_others_can_use_it(url, shown):
    found = origin.public(url)
    assert found == shown
    for secret in ("s3cret", "alice", "user", "oauth2"):
        assert secret not in found
    assert origin.public(found) == found


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/o/r.git", "r"),
        ("https://example.org/r/.git", "r"),
        ("https://example.org/r.git/", "r"),
        ("https://example.org/..", ""),
        ("", ""),
    ],
)
def test_a_clone_is_called_as_git_calls_it(url, name):
    assert origin.clone_name(url) == name


def git(folder, *words):
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def remote(folder, url, name="origin"):
    git(folder, "remote", "add", name, url)


def declare(folder, **urls):
    lines = "".join(f'"{label}" = "{url}"\n' for label, url in urls.items())
    (folder / "pyproject.toml").write_text(f'[project]\nname = "x"\n[project.urls]\n{lines}')


def test_the_remote_is_asked_first_and_origin_among_several(checkout):
    declare(checkout, Repository="https://github.com/declared/r")
    assert origin.of(checkout).url == "https://github.com/declared/r"
    remote(checkout, "https://me:s3cret@example.org/only/r", "upstream")
    assert origin.of(checkout).url == "https://example.org/only/r"
    remote(checkout, "git@github.com:o/r.git")
    assert origin.of(checkout).url == "https://github.com/o/r.git"


def test_an_address_that_is_short_here_is_written_out(checkout):
    git(checkout, "config", "url.https://me:s3cret@example.org/o/.insteadOf", "mine:")
    remote(checkout, "mine:r.git")
    assert origin.of(checkout).url == "https://example.org/o/r.git"


def test_of_several_addresses_the_one_that_git_fetches_is_taken(checkout):
    remote(checkout, "https://example.org/o/first")
    git(checkout, "remote", "set-url", "--add", "origin", "https://example.org/o/second")
    assert origin.of(checkout).url == "https://example.org/o/first"


def test_a_remote_on_this_machine_is_no_address(checkout, tmp_path):
    remote(checkout, str(tmp_path / "bare"))
    assert origin.of(checkout).url == ""
    declare(checkout, Source="https://example.org/o/r")
    assert origin.of(checkout).url == "https://example.org/o/r"


@pytest.mark.parametrize(
    ("label", "declared", "url"),
    [
        ("Source Code", "https://github.com/o/r/tree/main/x", "https://github.com/o/r"),
        ("GitHub", "https://gitlab.com/g/s/r/-/tree/main", "https://gitlab.com/g/s/r"),
        ("repository", "https://git.example.org/~me/r", "https://git.example.org/~me/r"),
        ("Source", "https://github.com/only-an-owner", ""),
        ("Homepage", "https://example.org/o/r", ""),
    ],
)
def test_what_a_project_says_of_its_sources(tmp_path, label, declared, url):
    declare(tmp_path, **{label: declared})
    assert origin.of(tmp_path).url == url


@pytest.mark.parametrize("text", ["[project", "[project]\nurls = 3\n", "project = 3\n", ""])
def test_a_pyproject_that_says_nothing_usable_is_no_address(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert origin.of(tmp_path) == origin.Origin(None, "", "", own=False)


def test_a_project_may_lie_inside_of_its_repository(checkout):
    remote(checkout, "https://example.org/o/r")
    inner = checkout / "papers" / "one"
    inner.mkdir(parents=True)
    found = origin.of(inner)
    assert (found.inside, found.name, found.own) == ("papers/one", "r", False)


def test_only_commits_of_a_branch_of_a_remote_can_be_had(checkout, tmp_path):
    bare, first = tmp_path / "bare.git", git(checkout, "rev-parse", "HEAD")
    git(tmp_path, "init", "-q", "--bare", str(bare))
    remote(checkout, str(bare))
    git(checkout, "push", "-q", "origin", "HEAD:refs/heads/main")
    git(checkout, "fetch", "-q", "origin")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "second")
    found = origin.of(checkout)
    assert found.has(first)
    assert not found.has(git(checkout, "rev-parse", "HEAD"))
    assert not found.has("0" * 40)
    assert not found.has("--all")
    assert not origin.Origin().has(first)


def test_the_harness_knows_its_own_repository(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "claims-harness"\n')
    assert origin.of(tmp_path).own
