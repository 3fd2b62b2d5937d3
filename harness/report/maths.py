"""Mathematics of LaTeX as sentences quote it, to MathML and to one line of text.

What it does not know is refused, and the reader is then shown the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from harness.numerals import MINUS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)
_LETTERS_APART = 2
"""Up to so many letters beside each other are factors; more are a word."""
_WORDS = "arg cos det dim exp lim ln log max min mod sin sup inf tan tanh softmax"
WORDS = frozenset(_WORDS.split(" "))
DOUBLE: Mapping[str, str] = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "P": "ℙ", "C": "ℂ", "1": "𝟙"}
ACCENTS: Mapping[str, str] = {"hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙"}
SPACES: Mapping[str, str] = {**dict.fromkeys((",", ";", ":", " ", "quad", "qquad"), " "), "!": ""}
ESCAPED = frozenset("_%#&${}|")
TYPED: Mapping[str, str] = {"-": "−", "*": "∗", "'": "′"}
APART = frozenset(
    ["≈", "=", "→", "←", "↔", "⟹", "≤", "≥", "≠", "∼", "+", "−", "×", "·", "⊙", "<", ">"]
)
"""Signs with room on both sides in a line of text."""
FENCES = frozenset("()[]|{}")
"""Signs that MathML would stretch to the height of what stands beside them."""


class Unknown(Exception):
    """There is something in it that is not known here."""


@dataclass(frozen=True)
class Node:
    """A part of a formula.

    Attributes
    ----------
    kind : str
        An element of MathML: ``"mi"``, ``"mfrac"``, ...
    text : str
        That of a leaf.
    parts : tuple of Node
        Those of an inner node.
    """

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()


def mathml(source: str, *, block: bool = False) -> str:
    """Return a formula as a ``math`` element.

    Raises
    ------
    Unknown
        If it holds something that is not known here.
    """
    display = ' display="block"' if block else ""
    return f"<math{display}>{_written(_Reader(source).row())}</math>"


def line(source: str) -> str:
    """Return a formula as a line of text: ``"1/√N"``.

    Raises
    ------
    Unknown
        If it holds something that is not known here.
    """
    return " ".join(_told(_Reader(source).row()).split())


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0

    def row(self, end: str = "") -> Node:
        """Return all that stands before an end: a brace, or that of the formula."""
        parts: list[Node] = []
        while True:
            sign = self._next()
            if sign == end:
                return Node("mrow", parts=tuple(parts))
            if not sign or sign == "}":
                raise Unknown(sign or "an end too early")
            if sign in "^_":
                parts.append(self._script(parts.pop() if parts else Node("mrow"), sign))
            elif not sign.isspace():
                parts += self._atoms(sign)

    def _next(self) -> str:
        sign = self._tokens[self._at] if self._at < len(self._tokens) else ""
        self._at += 1
        return sign

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _argument(self) -> Node:
        while self._peek().isspace():
            self._next()
        sign = self._next()
        if sign == "{":
            return self.row("}")
        if len(sign) > 1 and not sign.startswith("\\"):  # of "12" and of "ab" the first alone
            self._tokens.insert(self._at, sign[1:])
            sign = sign[0]
        found = self._atoms(sign) if sign else []
        if len(found) != 1:
            raise Unknown(sign)
        return found[0]

    def _script(self, base: Node, mark: str) -> Node:
        raised = mark == "^"
        argument = self._argument()
        if base.kind in ("msub", "msup") and (base.kind == "msub") == raised:
            below, above = (base.parts[1], argument) if raised else (argument, base.parts[1])
            return Node("msubsup", parts=(base.parts[0], below, above))
        if base.kind == "munder" and not raised and len(base.parts) == 2:  # below its brace
            return Node("munder", parts=(base, argument))
        return Node("msup" if raised else "msub", parts=(base, argument))

    def _atoms(self, sign: str) -> list[Node]:
        if sign == "{":
            return [self.row("}")]
        if sign.startswith("\\"):
            return [self._command(sign[1:])]
        if sign[0].isdigit():
            return [Node("mn", sign)]
        if sign.isalpha() and sign.isascii():
            apart = len(sign) <= _LETTERS_APART
            return [Node("mi", letter) for letter in sign] if apart else [Node("mi", sign)]
        return [Node("mo", TYPED.get(sign, sign))]

    def _command(self, name: str) -> Node:
        for kind, table in (("mi", LETTERS), ("mo", SIGNS)):
            if name in table:
                return Node(kind, table[name])
        if name in WORDS:
            return Node("mi", name)
        if name in SPACES:
            return Node("mtext", SPACES[name])
        if name in ESCAPED:
            return Node("mo", name)
        return self._structure(name)

    def _structure(self, name: str) -> Node:
        if name in ("frac", "dfrac", "tfrac"):
            return Node("mfrac", parts=(self._argument(), self._argument()))
        if name == "sqrt":
            return Node("msqrt", parts=(self._argument(),))
        if name in ("text", "mathrm", "textbf", "operatorname", "mathit", "textit"):
            return Node("mtext", self._literally())
        if name in ("mathbf", "boldsymbol", "mathcal"):
            return self._argument()
        if name == "mathbb":
            letter = self._literally()
            return Node("mi", DOUBLE.get(letter, letter))
        if name in ACCENTS:
            return Node("mover", parts=(self._argument(), Node("mo", ACCENTS[name])))
        if name == "underbrace":
            return Node("munder", parts=(self._argument(), Node("mo", "⏟")))
        if name in ("left", "right", "big", "Big", "displaystyle"):
            return Node("mrow")
        raise Unknown(f"\\{name}")

    def _literally(self) -> str:
        if self._next() != "{":
            raise Unknown("text without braces")
        found = []
        while (sign := self._next()) != "}":
            if not sign:
                raise Unknown("an end too early")
            found.append(sign.removeprefix("\\"))
        return "".join(found)


def _written(node: Node) -> str:
    if node.parts or node.kind == "mrow":
        return f"<{node.kind}>{''.join(map(_written, node.parts))}</{node.kind}>"
    fixed = ' stretchy="false"' if node.text in FENCES else ""
    return f"<{node.kind}{fixed}>{escape(node.text)}</{node.kind}>"


def _told(node: Node) -> str:
    parts = [_told(part) for part in node.parts]
    if node.kind == "mrow":
        return _joined(node.parts, parts)
    known: dict[str, Callable[[list[str]], str]] = {
        "mfrac": lambda p: f"{_held(p[0])}/{_held(p[1])}",
        "msqrt": lambda p: f"√{_held(p[0])}",
        "msub": lambda p: f"{p[0]}_{p[1]}",
        "msup": lambda p: f"{p[0]}^{p[1]}",
        "msubsup": lambda p: f"{p[0]}_{p[1]}^{p[2]}",
        "mover": lambda p: p[0],
        "munder": lambda p: p[0],
    }
    return known[node.kind](parts) if node.kind in known else node.text


def _joined(nodes: Sequence[Node], parts: Sequence[str]) -> str:
    """Join a row: signs between numbers have room around them, a sign in front of one has not."""
    return "".join(
        f" {text} " if _is_apart(node, text) and (index or text not in ("+", MINUS)) else text
        for index, (node, text) in enumerate(zip(nodes, parts, strict=True))
    )


def _is_apart(node: Node, text: str) -> bool:
    return node.kind == "mo" and text in APART


def _held(text: str) -> str:
    """Return a part in brackets where it would fall apart beside a sign."""
    return text if re.fullmatch(rf"[^\s+{MINUS}/]+", text) else f"({text})"


# ruff: noqa: RUF001 characters that look alike are what it is about


def _pairs(text: str) -> Mapping[str, str]:
    """Return what ``"name character, name character"`` lists."""
    return dict(pair.split() for pair in text.split(", "))


LETTERS: Mapping[str, str] = _pairs(
    "alpha α, beta β, gamma γ, delta δ, epsilon ε, varepsilon ε, zeta ζ, eta η, theta θ, "
    "kappa κ, lambda λ, mu μ, nu ν, xi ξ, pi π, rho ρ, sigma σ, tau τ, phi φ, varphi φ, "
    "chi χ, psi ψ, omega ω, Gamma Γ, Delta Δ, Theta Θ, Lambda Λ, Sigma Σ, Phi Φ, Psi Ψ, "
    "Omega Ω, ell ℓ, hbar ℏ, infty ∞, partial ∂, nabla ∇, emptyset ∅"
)
SIGNS: Mapping[str, str] = _pairs(
    "approx ≈, cdot ·, times ×, div ÷, pm ±, mp ∓, le ≤, leq ≤, ge ≥, geq ≥, neq ≠, ne ≠, "
    "ll ≪, gg ≫, sim ∼, simeq ≃, equiv ≡, propto ∝, to →, rightarrow →, leftarrow ←, "
    "leftrightarrow ↔, Rightarrow ⇒, Leftarrow ⇐, Leftrightarrow ⇔, implies ⟹, iff ⟺, "
    "uparrow ↑, downarrow ↓, mapsto ↦, in ∈, notin ∉, subset ⊂, cup ∪, cap ∩, forall ∀, "
    "exists ∃, odot ⊙, otimes ⊗, oplus ⊕, ast ∗, circ ∘, star ⋆, sum ∑, prod ∏, int ∫, "
    "dots …, ldots …, cdots ⋯, vdots ⋮, lceil ⌈, rceil ⌉, lfloor ⌊, rfloor ⌋, langle ⟨, "
    "rangle ⟩, mid ∣, parallel ∥, prime ′, neg ¬, lvert |, rvert |, lVert ‖, rVert ‖"
)
