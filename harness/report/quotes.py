"""Sentences of documents for a page: their Markdown and mathematics shown as what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from harness.report import maths

_PARTS = re.compile(
    r"(?P<block>\$\$(?P<display>.+?)\$\$)"
    r"|(?P<code>(?P<tick>`+)(?P<source>.+?)(?P=tick))"
    r"|(?P<inline>\$(?P<formula>[^$\s](?:[^$]*[^$\s])?)\$)",
    re.DOTALL,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_STRESSED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])")
_ITEM = re.compile(r"(?:^|\n)\s*(?:[*+-]|#+|>)\s+")
_BARE = re.compile(r"^\\[a-zA-Z]+\{")
"""A formula that has lost the signs around it."""
_HELD = re.compile("\x00(\\d+)\x00")


def html(text: str) -> Markup:
    """Return a sentence as HTML: emphasis, code, formulas, and nothing else."""
    return _rendered(text, _formula, lambda code: Markup("<code>{}</code>").format(code), _marks)


def words(text: str) -> str:
    """Return a sentence as plain words, for searches and for one line of text."""
    return " ".join(str(_rendered(text, _line, str, _without_marks)).split())


def aloud(text: str) -> str:
    """Return what a sentence that is nothing but a formula is called; ``""`` of any other."""
    shown = html(text)
    alone = shown.startswith("<math") and shown.endswith("</math>") and shown.count("<math") == 1
    return words(text) if alone else ""


def _rendered(
    text: str,
    formula: Callable[[str, bool], str],
    code: Callable[[str], str],
    around: Callable[[str], str],
) -> Markup:
    """Return text with its formulas and code rendered, and what stands around them by itself.

    Marks may stand on both sides of a formula: it is held back until they are read.
    """
    if "$" not in text and _BARE.search(text):
        text = f"$${text}$$"
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        if found["code"]:
            held.append(code(found["source"].strip()))
        else:
            held.append(formula(found["display"] or found["formula"], bool(found["block"])))
        return f"\x00{len(held) - 1}\x00"

    shown = around(_PARTS.sub(hold, text.replace("\x00", "")))
    return Markup(_HELD.sub(lambda found: held[int(found[1])], shown))  # noqa: S704 each is escaped


def _formula(source: str, block: bool) -> str:
    try:
        return maths.mathml(source, block=block)
    except maths.Unknown:
        return str(Markup("<code>{}</code>").format(source))


def _line(source: str, block: bool) -> str:  # noqa: ARG001 one signature with `_formula`
    try:
        return maths.line(source)
    except maths.Unknown:
        return source


def _marks(text: str) -> str:
    text = str(escape(_LINK.sub(r"\1", text).strip()))
    text = _ITEM.sub("\n", text).strip("\n").replace("\n", " ")
    text = _STRONG.sub(r"<strong>\1</strong>", text)
    return _STRESSED.sub(r"<em>\1</em>", text)


def _without_marks(text: str) -> str:
    text = _ITEM.sub("\n", _LINK.sub(r"\1", text))
    return _STRESSED.sub(r"\1", _STRONG.sub(r"\1", text))
