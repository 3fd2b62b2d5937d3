"""Drawings as elements of the page: their colours are its variables, their styles its classes.

One drawing then serves a light and a dark page, and each style is written once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.figures import DARK, LIGHT
from harness.figures.theme import Theme

_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_VIEW = re.compile(r'viewBox="([^"]*)"')
_NAMED = re.compile(r'(?:href="#|url\(#)([^")]+)')
_ID = re.compile(r' id="([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')
_POINT = re.compile(r' (d|x|y|width|height|points|transform)="([^"]*)"')
_LONG = re.compile(r"-?\d+\.\d{2,}")
_COMMAND = re.compile(r" ?([A-Za-z]) ?")
_UPRIGHT = re.compile(r' transform="rotate\(-?0 [^"]*"')
_OPENING = re.compile(r"^<svg[^>]*>(?:<defs><style[^>]*>.*?</style></defs>)?", re.DOTALL)


def names(theme: Theme) -> Mapping[str, str]:
    """Return the colours of a theme by the names of the page's variables."""
    plain = {"ink": theme.ink, "muted": theme.muted, "grid": theme.grid, "page": theme.page}
    signs = {"good": theme.good, "bad": theme.bad}
    palette = {str(index): colour for index, colour in enumerate(theme.palette)}
    return {f"--f-{name}": colour for name, colour in {**plain, **signs, **palette}.items()}


def variables(theme: Theme) -> str:
    """Return the declarations of a theme's colours."""
    return "".join(f"{name}:{colour};" for name, colour in names(theme).items())


class Ink:
    """The styles of all drawings of a page, each a class."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._drawings = 0
        self._colours = {colour: f"var({name})" for name, colour in names(LIGHT).items()}

    def inline(self, svg: str) -> str:
        """Return an SVG of `harness.figures` as an element of the page; ``""`` for none."""
        if not svg:
            return ""
        self._drawings += 1
        view = _VIEW.search(svg)
        body = _UPRIGHT.sub("", _OPENING.sub("", svg))
        body = self._renamed(body).replace("xlink:href", "href")
        body = _STYLE.sub(lambda found: f' class="{self._class(found[1])}"', body)
        body = _POINT.sub(_shorter, body)
        opening = f'<svg class="drawing" viewBox="{view[1] if view else ""}" aria-hidden="true">'
        return opening + "".join(_bare(body))

    def style(self) -> str:
        """Return the style sheet of the drawings made so far."""
        rules = "".join(f".{name}{{{style}}}" for style, name in self._classes.items())
        dark = f"@media (prefers-color-scheme: dark){{:root{{{variables(DARK)}}}}}"
        return f":root{{{variables(LIGHT)}}}{dark}{rules}"

    def _renamed(self, svg: str) -> str:
        """Return an SVG without the names that nothing refers to, the others its own."""
        used = dict.fromkeys(_NAMED.findall(svg))
        own = {name: f"d{self._drawings}-{index}" for index, name in enumerate(used)}
        svg = _ID.sub(lambda f: f' id="{own[f[1]]}"' if f[1] in own else "", svg)
        return _NAMED.sub(lambda found: found[0].removesuffix(found[1]) + own[found[1]], svg)

    def _class(self, style: str) -> str:
        if style not in self._known:
            tight = re.sub(r"([:;]) ", r"\1", self._coloured(style))
            self._known[style] = self._classes.setdefault(tight, f"s{len(self._classes)}")
        return self._known[style]

    def _coloured(self, style: str) -> str:
        for colour, variable in self._colours.items():
            style = style.replace(colour, variable)
        return style


def _shorter(found: re.Match[str]) -> str:
    text = _LONG.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), found[2])
    if found[1] == "d":
        text = _COMMAND.sub(r"\1", text).strip()
    return f' {found[1]}="{text}"'


def _bare(svg: str) -> Iterator[str]:
    """Yield the parts of an SVG without the groups that say nothing."""
    said: list[bool] = []
    for part in _TOKEN.findall(svg):
        if part.startswith("<g") and part.endswith("/>"):
            continue
        if part.startswith("<g"):
            said.append(part != "<g>")
            if not said[-1]:
                continue
        elif part == "</g>" and not said.pop():
            continue
        yield part
