"""What suites hold, in a few words each: what ``harness list`` and ``check`` tell.

Both open every suite in full, so that what one of them shows cannot come from a suite that the
other would refuse. What they found is kept until anything that they looked at has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cache import Cache
from harness.code.project import MARKS
from harness.kept import Inputs, Kept, changed, depending, of_users, question, watching
from harness.top import SUITES

if TYPE_CHECKING:  # opening suites takes longer than to look at what was kept
    from harness.workspace.suites import Workspace

OVERVIEWS = Kept(Cache("overviews", 16 * 1024**2))


@dataclass(frozen=True)
class Outline:
    """What a suite holds.

    Attributes
    ----------
    id, title, source, tier : str
        Its name, its heading, the document and section it quotes, and where it is shown.
    quick, full : int
        Cells of its profiles.
    claims : tuple of str
        Their ids.
    """

    id: str
    title: str
    source: str
    tier: str
    quick: int
    full: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """Checked suites, in the order shown.

    Attributes
    ----------
    suites : tuple of Outline
        What each holds.
    notes : tuple of str
        On claims that cannot be settled by the runs that are asked for, and on files that are
        passed over; of a check only.
    """

    suites: tuple[Outline, ...]
    notes: tuple[str, ...] = ()


def overview(names: Sequence[str], folders: Sequence[Path], *, whole: bool = False) -> Overview:
    """Open the suites named (all of `folders` when none is) and say what they hold.

    Parameters
    ----------
    names, folders
        As `open_workspace` takes them.
    whole : bool
        Whether labels, quotes and documents are checked too.

    Raises
    ------
    SuiteError
        With every problem of every suite.
    """
    asked = question([list(names), [str(folder) for folder in folders], whole])
    if (known := OVERVIEWS.get(asked, Inputs())) is not None:
        return _read(known[0])
    with depending() as inputs, watching() as opened:
        found = _made(names, folders, whole)
    paths = [Path(path) for path in of_users(opened)]
    listed = [path for path in paths if path.is_dir()]
    inputs.read([path for path in paths if path not in listed], [(str(f), True) for f in listed])
    inputs.read(_around([*folders, *listed, *{path.parent for path in paths}]))
    inputs.lasting &= not changed(opened, inputs.since)
    OVERVIEWS.put(asked, asdict(found), inputs)
    return found


def _read(values: dict[str, Any]) -> Overview:
    each = (Outline(**{**one, "claims": tuple(one["claims"])}) for one in values["suites"])
    return Overview(tuple(each), tuple(values["notes"]))


def _around(folders: Sequence[Path]) -> Iterator[Path]:
    """Yield where the marks of a project would be, in some folders and above them."""
    here = Path.cwd()
    whole = [here, *(here / folder for folder in folders)]
    above = dict.fromkeys(one for folder in whole for one in (folder, *folder.parents))
    yield from (folder / mark for folder in above for mark in (*MARKS, SUITES, "README.md"))


def _made(names: Sequence[str], folders: Sequence[Path], whole: bool) -> Overview:
    from harness.plan.check import unsettled
    from harness.suite.documents import is_document
    from harness.suite.load import passed_over
    from harness.workspace.suites import check_documents, check_labels, check_quotes, open_workspace

    workspace = open_workspace(names, folders)
    if not whole:
        return Overview(tuple(_outlines(workspace)))
    check_labels(workspace)
    check_quotes(workspace)
    if not names and not any(map(is_document, folders)):
        check_documents(workspace)
    notes = [str(note) for plans in workspace.plans for note in unsettled(plans)]
    if not names:
        notes += chain.from_iterable(map(passed_over, folders))
    return Overview(tuple(_outlines(workspace)), tuple(notes))


def _outlines(workspace: Workspace) -> Iterator[Outline]:
    tiers = workspace.tiers
    for plans in workspace.plans:
        suite = plans.suite
        source = f"{suite.source.key} {suite.source.section}" if suite.source else ""
        sizes = (plans.quick.size, plans.full.size)
        claims = tuple(claim.id for claim in suite.claims)
        yield Outline(suite.id, suite.title, source, tiers[suite.id], *sizes, claims)
