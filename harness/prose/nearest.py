"""The sentence of a document that is most like a given one."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.prose.reading import Prose

_END = re.compile(r"[.!?][\"')]*(?= )")
_WORD = re.compile(r"\w+")
COMPARED = 8
"""Sentences compared letter by letter: those that share the most words."""
ALIKE = 0.4
"""Likeness, between 0 and 1, below which a sentence is none of the same thing."""
RUN = 3
"""Letters in a row that count as something in common."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, a heading or a row of a table, and the line on which it begins."""

    text: str
    line: int


def nearest(prose: Prose, words: str) -> Sentence | None:
    """Return the sentence of a document that is most like `words`; None when none is alike."""
    asked = Counter(_WORD.findall(words.lower()))
    shared = [
        (sum((asked & Counter(_WORD.findall(one.text.lower()))).values()), -index, one)
        for index, one in enumerate(sentences(prose))
    ]
    near = [one for count, _, one in sorted(shared, reverse=True)[:COMPARED] if count]
    rated = [(likeness(one.text, words), one) for one in near]
    best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= ALIKE else None


def likeness(sentence: str, words: str) -> float:
    """Return how much of `words` a sentence has, between 0 and 1."""
    blocks = difflib.SequenceMatcher(None, sentence, words, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= RUN) / max(len(words), 1)


def sentences(prose: Prose) -> Iterator[Sentence]:
    """Yield the sentences of a document in order."""
    ends = {found.end() for found in _END.finditer(prose.text)}
    edges = sorted({0, *ends, *prose.blocks, len(prose.text)})
    for begin, end in itertools.pairwise(edges):
        text = prose.text[begin:end]
        if text.strip():
            yield Sentence(text.strip(), prose.line(begin + len(text) - len(text.lstrip())))
