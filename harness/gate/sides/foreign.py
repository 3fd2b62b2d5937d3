"""Whether a side would import its own code, and not by mistake that of the other side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from harness.gate.sides import interpreters, project

_SETTINGS = frozenset({"setup", "conftest", "noxfile"})


def foreign_code(python: Path, path: Sequence[Path], name: str) -> str:
    """Return what an interpreter would import from elsewhere than a side's own code.

    Editable installs of some build back ends hook into the import before ``PYTHONPATH`` is
    read, and a layout that was misread leaves an installed copy as the only one.

    Parameters
    ----------
    python : Path
        The interpreter.
    path : sequence of Path
        The side's own code.
    name : str
        Of the distribution whose modules must be in `path` where an installed copy has them;
        ``""`` not to ask.

    Returns
    -------
    str
        A sentence, ``""`` when all is well.

    Raises
    ------
    UsageError
        If the interpreter does not start.
    """
    own = {module for folder in path for module in project.modules(folder)}
    own -= sys.stdlib_module_names | _SETTINGS
    installed = set(interpreters.modules(python, name))
    found = interpreters.origins(python, path, sorted(own | installed))
    foreign = {module for module, file in found.items() if not _within(file, path)}
    # a module may have been removed, but not all of them
    wrong = (foreign & own) or (installed if installed <= foreign else set())
    if not wrong:
        return ""
    module = min(wrong)
    return (
        f"module {module!r} must come from {' or '.join(map(str, path))}, the side's own code, and "
        f"{python} takes it from {found[module] or 'nowhere'}: uninstall an editable install that "
        "hooks into imports, or let the gate build environments"
    )


def _within(file: str, folders: Sequence[Path]) -> bool:
    place = Path(file).resolve()
    return bool(file) and any(place.is_relative_to(folder.resolve()) for folder in folders)
