"""``python supervise.py LIFELINE COMMAND...``: run a command, and end with all that it started.

It stands between the harness and a program that is not its own. What that program leaves behind,
daemons included, becomes this one's child (prctl(2), PR_SET_CHILD_SUBREAPER), so that it can be
found and ended: when the command ends, when the harness shuts its end of the lifeline, and when
the harness itself is killed, which shuts it too. On the lifeline, a socket, it says when all has
ended; the harness ends what is left where it could not, since the command killed it. Standard
library only, and little of it: it is started for every process that is measured.
"""

import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
FAREWELL = b"."
SWEEP = 5.0
"""Seconds that ending the rest may take: what the kernel does not let go of is left."""
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(lifeline: int, command: list[str]) -> None:
    """Run the command and end as it ended; by SIGKILL where it was told to end."""
    adopt_orphans()
    os.set_inheritable(lifeline, False)
    wake = _wake_for_signals()
    child = _start(command)
    for stream in (0, 1):  # so that the other end hears when all who hold the line are gone
        os.close(stream)
        os.open(os.devnull, os.O_RDWR)
    status = _wait(child, lifeline, wake)
    if _sweep():
        _say_farewell(lifeline)
    _end(-signal.SIGKILL if status is None else status)


def adopt_orphans() -> bool:
    """Become the parent of what one's descendants leave behind; return whether that is possible."""
    return _control(PR_SET_CHILD_SUBREAPER, 1)


def _control(option: int, value: int) -> bool:
    """Set something of this process by prctl(2); return whether that is possible."""
    try:
        import ctypes

        return int(ctypes.CDLL(None).prctl(option, value, 0, 0, 0)) == 0
    except (ImportError, OSError, AttributeError):  # no foreign functions here
        return False


def _say_farewell(lifeline: int) -> None:
    try:
        os.write(lifeline, FAREWELL)
    except OSError:  # nobody is there to hear it
        return


def _wake_for_signals() -> int:
    """Return what can be read when a signal has come."""
    out, into = os.pipe()
    os.set_blocking(into, False)
    for number in (signal.SIGCHLD, *ENDING):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(into)
    return out


def _start(command: list[str]) -> int:
    supervisor = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        _control(PR_SET_PDEATHSIG, signal.SIGKILL)  # it ends with this one, should it kill it
        if os.getppid() != supervisor:
            os._exit(127)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606 - what the caller asked for
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode(errors="backslashreplace"))
    finally:
        os._exit(127)


def _wait(child: int, lifeline: int, wake: int) -> "int | None":
    """Return how the command ended, None where it was this process that was told to end."""
    while True:
        ready, _, _ = select.select([lifeline, wake], [], [])
        if lifeline in ready or set(os.read(wake, 512)) & set(ENDING):
            return None
        ended = _reap()
        if child in ended:
            return os.waitstatus_to_exitcode(ended[child])


def _reap() -> "dict[int, int]":
    """Return the status of those that have ended; raise ChildProcessError if none is left."""
    ended: dict[int, int] = {}
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            if ended:
                return ended
            raise
        if not process:
            return ended
        ended[process] = status


def _sweep() -> bool:
    """End every descendant, none is missed, since orphans are children here; return if all are."""
    last = time.monotonic() + SWEEP
    while time.monotonic() < last:
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first, they start no others
            for process in _descendants():
                try:
                    os.kill(process, number)
                except OSError:  # it has ended, or is another user's
                    continue
        try:
            _reap()
        except ChildProcessError:
            return True
        time.sleep(0.002)
    return False


def _descendants() -> "list[int]":
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib takes as long to import as the rest
        if name.isdigit():
            children.setdefault(_parent(name), []).append(int(name))
    found = [os.getpid()]
    for process in found:  # it grows
        found += children.get(process, [])
    return found[1:]


def _parent(name: str) -> int:
    try:
        with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - as above
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _end(code: int) -> None:
    """End with an exit code, or, where it is negative, by the signal."""
    if code < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the core, if any, is the command's
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
