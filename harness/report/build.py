"""The page: one HTML file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from harness.files import write_text
from harness.gate.creep import SeriesFinding
from harness.gate.selftest.judged import SelftestView
from harness.report import compared, quotes
from harness.report.marks import LABELS
from harness.report.opening import day
from harness.report.pictures import Ink
from harness.report.results import SuiteResults
from harness.report.speed import gate
from harness.report.view import Command, PageRequest, page
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Environment, Profile, Verdict
from harness.words import plain, plural

SCRIPTS = ("begin", "chart", "card", "ledger")
_INDENT = re.compile(r"\n\s+(?=<)")
NO_DOCUMENTS: Mapping[str, Document] = {}


def build(
    suites: Sequence[Suite],
    results: Sequence[SuiteResults],
    environments: Mapping[str, Environment],
    verdicts: Sequence[Verdict],
    profile: Profile,
    out: Path,
    command: Command,
    *,
    documents: Mapping[str, Document] = NO_DOCUMENTS,
    history: Sequence[SeriesFinding] = (),
    selftest: SelftestView | None = None,
) -> Path:
    """Write the page, and ``verdicts.json`` beside it: what the next one says that changed.

    Parameters
    ----------
    suites : sequence of Suite
        In the order shown.
    results : sequence of SuiteResults
        What the records of each show, as `harness.report.results_of` returns it.
    environments : mapping of str to Environment
        The machines that verdicts name, by id.
    verdicts : sequence of Verdict
        In the order shown.
    profile : {'quick', 'full'}
        Whose figures are drawn.
    out : Path
        The HTML file to write; its folder is made if need be.
    command : mapping or callable
        Suite id to the command that repeats the suite.
    documents : mapping of str to Document
        By key, for their titles and those of their sections.
    history : sequence of SeriesFinding
        What the gate found over commits; without, the page does not speak of it.
    selftest : SelftestView or None
        What the gate's test of itself found; without, the page does not speak of it.

    Returns
    -------
    Path
        `out`.
    """
    ink = Ink()
    request = PageRequest(suites, results, environments, verdicts, profile, command, documents)
    view, speed = page(request, ink), gate(history, selftest, ink)
    told = compared.ledger(out.parent, verdicts, view.last)
    templates = _templates()
    script = "".join(_source(templates, f"{name}.js") for name in SCRIPTS)
    style = _source(templates, "page.css")
    html = templates.get_template("page.html.j2").render(
        page=view,
        gate=speed,
        changes=told.changes(),
        style=Markup(style + ink.style()),  # noqa: S704 ours, not the suites'
        script=Markup(script),  # noqa: S704 ours, not the suites'
        script_hash=integrity(script),
    )
    write_text(out, plain(_INDENT.sub("\n", html)), "write the page")
    compared.keep(out.parent, told)
    return out


def _source(templates: Templates, name: str) -> str:
    loader = templates.loader
    assert loader is not None
    return loader.get_source(templates, name)[0]


def integrity(script: str) -> str:
    """Return the source expression that allows this script and no other on the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _templates() -> Templates:
    templates = Templates(
        loader=PackageLoader("harness.report"),
        # every template is HTML; scripts and styles are read as sources, not rendered
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["quote"] = quotes.html
    templates.globals["plural"] = plural
    templates.globals["LABELS"] = LABELS
    templates.filters["day"] = day
    return templates
