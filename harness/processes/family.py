"""Processes and their descendants: nothing that was started may outlive what started it.

Linux lets a process adopt every orphan among its descendants, also those that left its session
(`adopt_orphans`), and end when its parent does (`die_with_parent`). Elsewhere both do nothing, and
`end_tree` finds what can be found from outside.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import psutil

_PDEATHSIG = 1
_CHILD_SUBREAPER = 36
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None
_ADOPTION = threading.Lock()
_adopters: list[None] = []
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_LISTS_CHILDREN = Path("/proc/self/task", str(os.getpid()), "children").exists()


def die_with_parent(parent: int) -> bool:
    """Let the system end this process with its parent; False where it cannot.

    Parameters
    ----------
    parent : int
        Process id of the parent; this process ends at once if that is gone already.
    """
    if _PRCTL is None or _PRCTL(_PDEATHSIG, _KILL, 0, 0, 0) != 0:
        return False
    if os.getppid() != parent:
        os._exit(1)
    return True


def go_on_without_parent() -> None:
    """Let the system continue this process when its parent ends, should it be stopped then."""
    if _PRCTL is not None:
        _PRCTL(_PDEATHSIG, signal.SIGCONT, 0, 0, 0)


def adopt_orphans(adopt: bool = True) -> bool:
    """Become the parent of every descendant whose parent ends; False where the system cannot.

    Whoever asks for it may take it back, once; it lasts until the last has.
    """
    if _PRCTL is None:
        return False
    with _ADOPTION:
        _adopters.append(None) if adopt else _adopters.pop()
        return bool(_PRCTL(_CHILD_SUBREAPER, int(bool(_adopters)), 0, 0, 0) == 0)


@contextlib.contextmanager
def adopting() -> Iterator[frozenset[int]]:
    """Adopt orphans for a while; gives the children there were before, which are no orphans."""
    before = children()
    adopt_orphans()
    try:
        yield before
    finally:
        adopt_orphans(adopt=False)


def children(pid: int | None = None) -> frozenset[int]:
    """Return the process ids of a process's own children (this one's), unreaped ones included."""
    tasks = Path(f"/proc/{pid or 'self'}/task")
    if _LISTS_CHILDREN:
        try:
            found = [(task / "children").read_text(encoding="ascii") for task in tasks.iterdir()]
        except OSError:  # it has ended meanwhile
            return frozenset()
        return frozenset(int(child) for text in found for child in text.split())
    with contextlib.suppress(psutil.Error):
        return frozenset(child.pid for child in psutil.Process(pid).children())
    return frozenset()


def family(pid: int) -> list[int]:
    """Return a process and all its descendants that can be found, itself first."""
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in children(parent) if child not in found]
        found += new
    return found


def sweep(keep: Collection[int]) -> bool:
    """Kill this process's children but `keep`; True when there was none.

    What a killed child leaves is adopted and swept by the next call: call until True.
    """
    return _swept(children() - frozenset(keep))


def sweep_sessions(keep: Collection[int]) -> bool:
    """Kill as `sweep` does, but only what is of another session than this process.

    What this process starts itself, other threads' included, is of its session unless it is a
    tree; what is adopted of a tree never is.
    """
    return _swept({pid for pid in children() - frozenset(keep) if _is_of_another_session(pid)})


def _is_of_another_session(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        return os.getsid(pid) != os.getsid(0)
    return False


def _swept(strangers: Collection[int]) -> bool:
    for pid in strangers:
        kill(pid)
    for pid in strangers:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return not strangers


def signal_name(number: int) -> str:
    """Return the name of a signal; those of real time have none."""
    known = {one.value: one.name for one in signal.Signals}
    return known.get(number, f"signal {number}")


def is_stopped(pid: int) -> bool:
    """Whether somebody stopped a process (SIGSTOP), so that it waits to be continued."""
    with contextlib.suppress(psutil.Error):
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return False


def kill(pid: int) -> None:
    """End a process at once; that it has ended already is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, _KILL)


def end_tree(pid: int) -> None:
    """Kill a process, its process group where it leads one, and every descendant that is found."""
    end_children(pid)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, _KILL)
    kill(pid)


def end_children(pid: int) -> None:
    """Kill every descendant of a process that is found, not itself."""
    for child in family(pid)[1:]:
        kill(child)


def takes_more(pid: int, bound: int) -> bool:
    """Whether a process and its descendants hold more memory than a bound, in bytes.

    A page that several processes share is shared out among them; where the system does not tell
    (elsewhere than on Linux), it counts for each. What is cheap to know is asked first.
    """
    members = family(pid)
    return sum(map(_resident, members)) > bound and sum(map(_held, members)) > bound


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _held(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return _resident(pid)
    found = [line.split() for line in text.splitlines() if line.startswith("Pss:")]
    return int(found[0][1]) * 1024 if found else _resident(pid)
