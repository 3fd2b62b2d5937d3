"""The page: one HTML file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from harness.files import write_text
from harness.gate.creep import SeriesFinding
from harness.gate.selftest.judged import SelftestView
from harness.report.speed import gate
from harness.report.view import Command, page
from harness.suite.schema import Suite
from harness.types import Archive, Case, Profile, Verdict
from harness.words import plain, plural


def build(
    suites: Sequence[Suite],
    plans: Mapping[str, Sequence[Case]],
    archive: Archive,
    verdicts: Sequence[Verdict],
    profile: Profile,
    out: Path,
    command: Command,
    *,
    facts: Collection[str] = (),
    history: Sequence[SeriesFinding] = (),
    selftest: SelftestView | None = None,
) -> Path:
    """Write the page.

    Parameters
    ----------
    suites : sequence of Suite
        In the order shown.
    plans : mapping of str to sequence of Case
        Suite id to the cases known of it; records of other cases are left out.
    archive : Archive
        The records, arrays and environments.
    verdicts : sequence of Verdict
        In the order shown.
    profile : {'quick', 'full'}
        Whose figures are drawn.
    out : Path
        The HTML file to write; its folder is made if need be.
    command : mapping or callable
        Suite id to the command that repeats the suite.
    facts : collection of str
        Ids of the suites that are folded away at the end.
    history : sequence of SeriesFinding
        What the gate found over commits; without, the page does not speak of it.
    selftest : SelftestView or None
        What the gate's test of itself found; without, the page does not speak of it.

    Returns
    -------
    Path
        `out`.
    """
    view = page(suites, plans, archive, verdicts, profile, command, facts)
    templates = _templates()
    script, style = (
        templates.loader.get_source(templates, name)[0]  # type: ignore[union-attr]
        for name in ("filter.js", "style.css")
    )
    html = templates.get_template("page.html.j2").render(
        page=view,
        gate=gate(history, selftest),
        style=Markup(style),  # noqa: S704 ours, not the suites'
        script=Markup(script),  # noqa: S704 ours, not the suites'
        script_hash=integrity(script),
    )
    write_text(out, plain(html), "write the page")
    return out


def integrity(script: str) -> str:
    """Return the source expression that allows this script and no other on the page."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def emphasis(text: str) -> Markup:
    """Return text with Markdown's ``**strong**`` as an element, and everything escaped."""
    parts = text.split("**")
    if len(parts) % 2 == 0:
        return escape(text)
    strong = Markup("<strong>{}</strong>")
    return Markup("").join(
        strong.format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _templates() -> Templates:
    templates = Templates(
        loader=PackageLoader("harness.report"),
        # every template is HTML; scripts and styles are read as sources, not rendered
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["emphasis"] = emphasis
    templates.globals["plural"] = plural
    return templates
