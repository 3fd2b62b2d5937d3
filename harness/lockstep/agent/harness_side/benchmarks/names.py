"""Which benchmark tests are selected, and the names they have in messages."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

# As `harness.words.plain`, which must not be needed here.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(name: str) -> str:
    """Return a name with control codes and the bytes of a file name that is no text spelled out."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), name)


def files(paths: Sequence[str]) -> list[str]:
    """Return the files and folders of paths that are there.

    pytest is given these and not the tests named in them: it would give up all paths over one test
    that this side does not have.
    """
    here = dict.fromkeys(path.split("::")[0] for path in paths)
    return [path for path in here if os.path.exists(path)]


def selected(nodeid: str, paths: Sequence[str]) -> bool:
    """Return whether paths select a test: its file or folder, or itself by name."""
    file = os.path.normpath(nodeid.split("::")[0])
    named, whole = [], []
    for path in paths:
        place, sign, rest = path.partition("::")
        if sign and os.path.normpath(place) == file:
            named.append(rest)
        elif not sign:
            whole.append(os.path.normpath(place))
    if not named or any(_holds(place, file) for place in whole):
        return True
    inside = nodeid.partition("::")[2]
    return any(inside == rest or inside.startswith((rest + "::", rest + "[")) for rest in named)


def _holds(place: str, file: str) -> bool:
    return place in (".", file) or file.startswith(place + os.sep)
