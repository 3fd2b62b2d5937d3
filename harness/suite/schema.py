"""The suite file as a whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr

from harness import words
from harness.config.claim import Claim, ClaimTable, Figure, QuoteTable, SentencePlace, Source
from harness.config.experiments import IMPLIED, Recorded, Tables
from harness.config.kinds import Kind
from harness.config.table import LONGEST, Amount, Count, Files, SuiteId, Table
from harness.suite.text import Originals, Text, named

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID = "urn:claims-harness:suite:1"
"""Names what the schema describes: suite files with ``schema = 1``."""


def _is_memory(text: str) -> str:
    if text:
        words.bytes_of(text)
    return text


Memory = Annotated[str, AfterValidator(_is_memory)]
Words = Annotated[str, Field(min_length=1, max_length=LONGEST)]


MARKS = ("?", "\N{FULLWIDTH QUESTION MARK}", "\N{ARABIC QUESTION MARK}")
"""What a question ends in."""


def _is_question(text: str) -> str:
    if text and not (text.endswith(MARKS) and text.isprintable() and text.strip(" ".join(MARKS))):
        raise ValueError(f"must be one question on one line, which ends in '?', got {text!r}")
    return text


Question = Annotated[str, Field(max_length=2 * LONGEST), AfterValidator(_is_question)]


class Seeds(Table):
    """Repetitions of every case, and the root of their random streams.

    ``rng = "torch"`` repeats a published PyTorch script draw for draw: data, initial weights and
    batch order then come from one ``torch.Generator``, in that order, seeded with
    ``root + step * repetition``. ``step = 0`` repeats the very same draws, for a claim ``exactly``.

    With ``most`` above ``count`` the claims are judged at declared looks, after ``count`` seeds and
    after twice, four times, ... as many, and ``harness run --until-settled`` adds seeds for those
    that are open.
    """

    count: Count = 1
    most: Count | None = None
    root: int = Field(default=0, ge=0)
    rng: Literal["pcg64", "torch"] = "pcg64"
    step: Amount = 1

    def script(self, repetition: int) -> int | None:
        """Return the seed of the script that a repetition repeats, None when there is no script."""
        return self.root + self.step * repetition if self.rng == "torch" else None


class Grid(Table):
    """One product of axes. A suite may have several, as in scikit-learn's ``ParameterGrid``.

    Attributes
    ----------
    axes
        Axis name to list of values. An axis is ``experiment``, ``backend``, ``device``, or the
        name of a key of one of the suite's tables; it overrides that key.
    seeds
        Repetitions, when they differ from the suite's.
    profiles
        The profiles this grid is part of.
    as_is
        True leaves the grid alone in the quick profile, except for the number of seeds.
    claims
        False for a grid that is there for a picture: no claim is about its cases.
    """

    axes: dict[str, list[Any]] = {}
    seeds: Count | None = None
    profiles: tuple[Literal["quick", "full"], ...] = ("quick", "full")
    as_is: bool = False
    claims: bool = True


class Frame(Tables):
    """What a suite has beside the tables of its cases, claims and documents apart.

    Attributes
    ----------
    schema_version
        ``schema = 1`` in the file.
    id, title, summary
        Names for the ledger.
    question
        What it asks, as a question; the page answers it by the verdicts.
    document
        The files in which its quotes are looked for, from its folder, none for an empty list; if
        it is left out, those of the document that it quotes.
    protocol
        Sentences shown on the page: what the run does and where it had to choose.
    experiment
        Default experiment of the grids.
    facts
        True when neither training nor a clock is in it, so that it is shown last; suites whose
        cases are all probes are facts without saying so.
    budget
        Seconds one cell may take.
    memory
        Memory one cell and what it starts may take, such as ``"4G"``; ``""`` for no bound.
    reusable
        True when the cells of a user's experiment may follow each other in one process, which
        takes less time: their code keeps nothing from one call to the next but what is put back
        (random numbers, settings of the libraries, the current folder, ...).
    depends
        Files that a user's experiment reads, from the root of the project on, as the shell writes
        many (``"data/*.csv"``): when one is edited, its cells are run again.
    kinds
        Metric to the kind of number it is, where its experiment does not know or is mistaken.
    labels
        Axis, metric or series to what it is in words, for figures and tables.
    records
        A file that has the numbers already; there is then no experiment, and nothing to run.
    quick
        Axis values and settings that the quick profile changes.
    stand_in
        Further changes, in the quick profile, when the data set is not found.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    id: SuiteId
    title: str
    question: Question = ""
    summary: str = ""
    document: Files | None = None
    protocol: tuple[str, ...] = ()
    experiment: str
    facts: bool = False
    budget: float = Field(default=600.0, gt=0.0)
    memory: Memory = ""
    reusable: bool = False
    depends: tuple[str, ...] = ()
    kinds: dict[str, Kind] = {}
    labels: dict[str, Words] = {}
    records: Recorded | None = None
    grid: tuple[Grid, ...] = Field(default=(Grid(),), min_length=1)
    seeds: Seeds = Seeds()
    quick: dict[str, Any] = {}
    stand_in: dict[str, Any] = {}
    figures: tuple[Figure, ...] = ()


class SuiteTable(Frame, SentencePlace):
    """A suite file as it is written.

    Attributes
    ----------
    id, title
        The name of the file, and the id in words, unless given.
    section, source
        What its claims cite unless they say otherwise.
    claims, quotes
        Sentences with one reading, and with any number of them.
    """

    id: SuiteId = ""
    title: str = ""
    claims: tuple[ClaimTable, ...] = ()
    quotes: tuple[QuoteTable, ...] = ()


class Suite(Frame):
    """One suite, validated; every claim has its sentence and the place of that.

    Attributes
    ----------
    source
        What its claims cite unless they say otherwise; None outside every document.
    claims
        In the order in which they stand in the file.
    """

    source: Source | None = None
    claims: tuple[Claim, ...] = ()
    _text: Text = PrivateAttr(default_factory=Text)

    @property
    def text(self) -> Text:
        """The file it was read from: what complaints are located in."""
        return self._text

    @property
    def files(self) -> Originals | None:
        """Those in which its quotes are looked for, where it says so itself; none can be said."""
        if self.document is None:
            return None
        return named(self.document, self.text, ("document",))

    def with_text(self, text: Text) -> Self:
        """Return the suite with the file it was read from."""
        suite = self.model_copy()
        suite._text = text
        return suite

    @property
    def home(self) -> str:
        """The folder of its file, where a user's code is looked for; ``""`` where there is none."""
        return str(Path(os.path.abspath(self._text.file)).parent) if self._text.file else ""  # noqa: PTH100 - links stay

    @property
    def experiments(self) -> frozenset[str]:
        """The experiments that its grids name."""
        named = [grid.axes.get("experiment", [self.experiment]) for grid in self.grid]
        return frozenset(str(name) for names in named for name in names)

    @property
    def tells_facts(self) -> bool:
        """Whether nothing is trained, searched or timed: it says so, or probes tell all of it."""
        return self.facts or self.experiments == {"probe"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a suite file, for editors."""
    schema = {"$schema": DIALECT, "$id": SCHEMA_ID, **SuiteTable.model_json_schema(by_alias=True)}
    grid = schema["$defs"]["Grid"]
    # In the file the axes stand beside seeds and profiles, see `harness.suite.load.in_full`.
    axes = grid["properties"].pop("axes")
    grid["additionalProperties"] = axes["additionalProperties"]
    grid["required"] = []
    command = schema["properties"]["command"]
    words = {"items": {"type": "string"}, "minItems": 1, "type": "array"}
    command["anyOf"] = [words, *command["anyOf"]]
    either = schema["properties"]["grid"]
    # Other tables may stand in place of an experiment, see `IMPLIED`.
    schema["properties"]["grid"] = {"anyOf": [{"$ref": "#/$defs/Grid"}, either]}
    schema["properties"]["seeds"] = {"anyOf": [{"type": "integer"}, schema["properties"]["seeds"]]}
    schema["anyOf"] = [{"required": [key]} for key in ("experiment", *IMPLIED)]
    schema["required"] = [key for key in schema["required"] if key != "experiment"]
    return schema
