"""Where others get the repository that a project lies in: an address to clone, never a secret.

The remote is asked first, since its branches tell which commits others can have, then what the
``pyproject.toml`` says of itself. Addresses that only this machine or its owner can use are none.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness import top

FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
"""Hosts that serve over HTTPS, to everyone, what they serve over SSH to those with a key."""
LABELS = ("source", "repository", "sourcecode", "github")
"""What packaging calls the address of sources in ``[project.urls]``, without case and marks."""
OWN = "claims-harness"
_SCP = re.compile(
    r"(?:(?P<user>[^@/\s]+)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]+):(?P<path>[^/:\s].*)"
)


@dataclass(frozen=True)
class Origin:
    """A repository that can be cloned, and a project in it.

    Attributes
    ----------
    folder : Path or None
        Top of the checkout here; None outside every repository.
    url : str
        What ``git clone`` takes, without user names and passwords; ``""`` where none is known.
    inside : str
        The folder of the project from the top of the repository on; ``""`` for the top itself.
    own : bool
        Whether it is the repository of the harness.
    """

    folder: Path | None = None
    url: str = ""
    inside: str = ""
    own: bool = False
    _public: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def name(self) -> str:
        """The folder that ``git clone`` makes."""
        return clone_name(self.url)

    def has(self, commit: str) -> bool:
        """Whether a branch of a remote, as last fetched, has a commit: others can check it out."""
        if self.folder is None or not re.fullmatch(r"[0-9a-f]{7,64}", commit):
            return False
        if commit not in self._public:
            found = _git(self.folder, "branch", "-r", "--contains", commit)
            self._public[commit] = bool(found)
        return self._public[commit]


def of(project: Path) -> Origin:
    """Return where the repository of a project comes from, asking no network.

    Parameters
    ----------
    project : Path
        Its top.
    """
    project, found = project.resolve(), _git(project, "rev-parse", "--show-toplevel")
    checkout = Path(found).resolve() if found else None
    tables = [_project(one / top.PYPROJECT) for one in dict.fromkeys([project, checkout]) if one]
    own = any(table.get("name") == OWN for table in tables)
    urls = [_remote(checkout) if checkout else "", *(_declared(t.get("urls")) for t in tables)]
    url = next((one for one in urls if clone_name(one)), "")
    within = checkout is not None and project != checkout and project.is_relative_to(checkout)
    inside = project.relative_to(checkout).as_posix() if checkout and within else ""
    return Origin(checkout, url, inside, own)


def _remote(checkout: Path) -> str:
    """Return the address of ``origin``, or of the only remote, as others can use it."""
    names = _git(checkout, "remote").splitlines()
    name = "origin" if "origin" in names or len(names) != 1 else names[0]
    # git writes out what is short for an address here (``url.<base>.insteadOf``)
    return public(_git(checkout, "remote", "get-url", "--", name)) if name in names else ""


def _declared(urls: Any) -> str:
    """Return the address of the sources among ``[project.urls]``."""
    if not isinstance(urls, dict):
        return ""
    named = {re.sub(r"[\W_]", "", str(label)).lower(): url for label, url in urls.items()}
    listed = (named[label] for label in LABELS if isinstance(named.get(label), str))
    return next((found for url in listed if (found := _sources(public(url)))), "")


def _sources(url: str) -> str:
    """Return the repository that a page of a forge is about, other addresses as they are."""
    parts = urlsplit(url)
    if parts.hostname not in FORGES:
        return url
    path = parts.path.partition("/-/")[0].strip("/").split("/")
    kept = path if parts.hostname == "gitlab.com" else path[:2]
    return f"https://{parts.hostname}/{'/'.join(kept)}" if len(kept) > 1 else ""


def public(url: str) -> str:
    """Return an address of a repository as others can use it; ``""`` where they cannot.

    User names, passwords and tokens are left out, but for the ``git`` of SSH. SSH of a well-known
    forge becomes HTTPS. Paths of this machine are no address.
    """
    if not url.isprintable() or url != url.strip():
        return ""
    if "://" not in url:
        found = _SCP.fullmatch(url)
        return _ssh(found["user"], found["host"], "", found["path"]) if found else ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    except ValueError:  # a port that is no number, brackets without an end
        return ""
    path = parts.path.strip("/")
    if not host or not path:
        return ""
    if parts.scheme in ("ssh", "git+ssh", "ssh+git"):
        return _ssh(parts.username, host, port, path)
    known = parts.scheme in ("https", "http", "git")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}/{path}" if known else ""


def _ssh(user: str | None, host: str, port: str, path: str) -> str:
    path = path.strip("/")
    if host.lower() in FORGES:
        return f"https://{host.lower()}/{path}"
    return f"ssh://{'git@' if user == 'git' else ''}{host}{port}/{path}"


def clone_name(url: str) -> str:
    """Return the folder that ``git clone`` makes of an address; ``""`` where it makes none."""
    name = url.rstrip("/").removesuffix("/.git").rpartition("/")[2].removesuffix(".git")
    return "" if name in ("", ".", "..") else name


def _project(path: Path) -> dict[str, Any]:
    """Return the table ``[project]``; what cannot be read says nothing of addresses."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("project")
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _git(folder: Path, *words: str) -> str:
    """Return what git prints, ``""`` when it is not there or there is no repository."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            ["git", "-C", str(folder), *words],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, ValueError, subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
