"""A change to a store in a process that is killed at one of its calls that change the disk."""

import os
import signal


def killed(change, folder, at, names):
    """Carry out ``change(folder)`` in such a process; return whether it came to that call.

    `names` are the functions of `os` that count, the call numbered `at` is the last.
    """
    child = os.fork()
    if not child:
        calls = iter(range(at))

        def dying(call):
            def wrapped(*args, **options):
                if next(calls, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*args, **options)

            return wrapped

        for name in names:
            setattr(os, name, dying(getattr(os, name)))
        change(folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
