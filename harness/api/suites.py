"""The functions on suites: ``harness.load``, ``run``, ``claims``, ``records`` and ``figure``."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness import figures
from harness.api import given
from harness.api.given import Folders, Name
from harness.api.shown import Figure, Judgement, Judgements
from harness.datasets.dataset import Roots
from harness.errors import NothingMeasured, UsageError
from harness.execute.cases import Todo
from harness.execute.machines import machines_of
from harness.execute.run import Options, Runner
from harness.plan.select import Selection
from harness.report.results import records_of
from harness.store.store import Store
from harness.types import Archive, Profile, Record, Verdict
from harness.words import unknown
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged, open_archive, with_q_values

if TYPE_CHECKING:  # half a second, for those who want a frame
    import pandas as pd


def load(*names: Name, suites: Folders | None = None) -> Workspace:
    """Load and check suites.

    Parameters
    ----------
    *names : str or Path
        Suites by id or path; all suites of the project if none is named.
    suites : str or Path, or several, optional
        Folders of suites; those of the project unless given.

    Returns
    -------
    Workspace
        The suites with their plans.

    Raises
    ------
    SuiteError
        If a suite has problems; the message names each by file and line.
    """
    return open_workspace(given.suites(names), given.folders(suites))


def run(
    *names: Name,
    suites: Folders | None = None,
    results: Name | None = None,
    profile: Profile = "quick",
    seeds: int | None = None,
    data: Name | None = None,
    use: Mapping[str, str] | None = None,
    jobs: int | None = None,
    force: bool = False,
    one_by_one: bool = False,
    cluster: str | None = None,
) -> Judgements:
    """Run the cells of suites that are not done yet, store their records, and judge the claims.

    Parameters
    ----------
    *names : str or Path
        Suites by id or path; all suites of the project if none is named.
    suites, results : str or Path, optional
        Folders of suites (or several) and of records; those of the project unless given.
    profile : {'quick', 'full'}
        ``full`` runs what the documents describe, ``quick`` less.
    seeds : int, optional
        Repetitions of each case, instead of the number in the suite.
    data : str or Path, optional
        Folder of data sets.
    use : mapping of str to str, optional
        Data sets to use in place of others: ``{"cifar10": "cifar10-jpeg"}``.
    jobs : int, optional
        Cells that run at the same time; as many as there are processors, or as the workers of the
        cluster take, unless given.
    force : bool
        Whether to run cells again that are done.
    one_by_one : bool
        Whether to train every cell alone, none side by side.
    cluster : str, optional
        Run cells on the workers of a dask scheduler at this address (``"tcp://10.0.0.5:8786"``),
        or on N workers here (``"local:N"``). A worker that is refused or lost is a warning.

    Returns
    -------
    Judgements
        One judgement for each claim; `cells` of the result says how the cells ended.

    Raises
    ------
    HarnessError
        If a suite, a name, a number, a folder or an address is wrong; the message says what is
        expected.
    LibraryMissing
        If a cluster is asked for and dask is not installed.
    ClusterLost
        If the scheduler, or every worker, is gone; what was finished is stored.
    ClusterUnfit
        If no worker is like this machine; the message says what differs.
    """
    where = None if cluster is None else given.cluster(cluster)
    given.profile(profile)
    given.positive("seeds", seeds)
    given.positive("jobs", jobs)
    chosen = Options(
        roots=Roots.find(None if data is None else given.path("data", data)),
        use=given.use(use),
        force=given.flag("force", force),
        one_by_one=given.flag("one_by_one", one_by_one),
    )
    folder = given.results(results)
    workspace = load(*names, suites=suites)
    todo = workspace.to_run(profile, chosen.roots, chosen.use, Selection(seeds))
    counts: Counter[str] = Counter()
    with machines_of(where, chosen.roots, _warn) as machines:
        chosen = replace(chosen, jobs=jobs or machines.slots)
        runner = Runner(Store(folder), machines.environment("cpu"), chosen, machines)
        with runner.store.writing():
            work = sum(map(runner.todo, todo), Todo())
            counts["done"] = work.done
            counts.update(runner.run(work, _quiet))
    verdicts = judged(workspace, runner.store, folder)
    return _shown(verdicts, {name: n for name, n in counts.items() if n})


def claims(*names: Name, suites: Folders | None = None, results: Name | None = None) -> Judgements:
    """Judge the claims of suites from stored records, as ``harness claims`` does.

    Parameters
    ----------
    *names : str or Path
        Suites by id or path; all suites of the project if none is named.
    suites, results : str or Path, optional
        Folders of suites (or several) and of records; those of the project unless given.

    Raises
    ------
    NothingMeasured
        If there is no record.
    """
    folder = given.results(results)
    workspace = load(*names, suites=suites)
    archive, _ = open_archive(workspace, folder)
    return _shown(with_q_values(judged(workspace, archive, folder), workspace, archive, folder))


def _warn(line: str) -> None:
    warnings.warn(line, RuntimeWarning, stacklevel=2)


def _quiet(record: Record) -> None:
    """Tell nobody that a cell has ended."""


def _shown(verdicts: Sequence[Verdict], cells: Mapping[str, int] | None = None) -> Judgements:
    return Judgements(tuple(Judgement(verdict) for verdict in verdicts), cells or {})


def records(
    *names: Name, suites: Folders | None = None, results: Name | None = None
) -> pd.DataFrame:
    """Return the records of suites as a tidy frame: one row for each cell.

    Its columns are ``suite``, the axes, ``seed``, ``status``, ``reason``, ``environment`` and the
    metrics; a metric with the name of another column is called ``metric.<name>``.
    """
    import pandas as pd

    folder = given.results(results)
    workspace = load(*names, suites=suites)
    archive, _ = open_archive(workspace, folder)
    found = [r for suite in workspace.suites for r in _records(workspace, suite.id, archive)]
    before = dict.fromkeys(name for record in found for name in _before(record))
    rows = [{**_before(record), **_metrics(record, before)} for record in found]
    named = dict.fromkeys([*before, *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=list(named))


def _before(record: Record) -> dict[str, Any]:
    return {
        "suite": record.suite,
        **record.axes,
        "seed": record.seed,
        "status": record.status,
        "reason": record.reason,
        "environment": record.environment,
    }


def _metrics(record: Record, taken: Mapping[str, None]) -> dict[str, float]:
    return {f"metric.{n}" if n in taken else n: value for n, value in record.metrics.items()}


def _records(
    workspace: Workspace, suite: str, archive: Archive, profile: Profile = "quick"
) -> Sequence[Record]:
    plans = next(plans for plans in workspace.plans if plans.suite.id == suite)
    return records_of(plans.suite, plans.cases, archive, profile)


def figure(
    name: Name,
    figure: str,
    *,
    suites: Folders | None = None,
    results: Name | None = None,
    profile: Profile = "quick",
    dark: bool = False,
) -> Figure:
    """Draw a figure of a suite from stored records.

    Parameters
    ----------
    name : str or Path
        The suite.
    figure : str
        The id of the figure.
    suites, results : str or Path, optional
        Folders of suites (or several) and of records; those of the project unless given.
    profile : {'quick', 'full'}
        With ``full``, cases that only the quick profile has are left out.
    dark : bool
        Whether to draw for a dark page.

    Raises
    ------
    UsageError
        If the suite has no such figure, or there is no such profile.
    NothingMeasured
        If there is nothing to draw.
    """
    given.profile(profile)
    given.must("figure", "the id of a figure, as text", figure, str)
    theme = figures.DARK if given.flag("dark", dark) else figures.LIGHT
    folder = given.results(results)
    workspace = load(name, suites=suites)
    (plans,) = workspace.plans
    known = {one.id: one for one in plans.suite.figures}
    if figure not in known:
        raise UsageError(unknown("figure", figure, known))
    archive, _ = open_archive(workspace, folder)
    found = _records(workspace, plans.suite.id, archive, profile)
    kinds = {case.id: case.kinds for case in plans.cases}
    drawn = figures.draw(known[figure], plans.suite, found, archive, theme, kinds)
    if not drawn.svg:
        raise NothingMeasured(drawn.alt)
    return Figure(drawn.svg, drawn.alt)
