"""What is installed of a project without ``--install``: itself, and what its tests need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import UsageError
from harness.gate.sides import groups, older, project
from harness.gate.sides.groups import normal
from harness.words import plural

BENCHMARKS = ("bench", "benchmark", "benchmarks", "benchmarking", "perf", "performance")
TESTS = ("test", "tests", "testing")
DEVELOPMENT = ("dev", "develop", "development")
USUAL = (*BENCHMARKS, *TESTS, *DEVELOPMENT)
"""Names of extras, groups and files that hold what benchmarks need."""
LESS = (*BENCHMARKS, *TESTS)
"""Without ``dev``, which holds much more than tests need, and is the first to be given up."""
FILES = (
    "requirements-{}.txt",
    "requirements_{}.txt",
    "{}-requirements.txt",
    "{}_requirements.txt",
    "requirements/{}.txt",
    "{}/requirements.txt",
)
BARE = "nothing is named for tests or benchmarks: add what they need with --install"


@dataclass(frozen=True)
class Choice:
    """One way to install a tree.

    Attributes
    ----------
    install : tuple of str
        Arguments of ``pip install``.
    text : str
        The same in words, ``""`` when the user said it.
    large : bool
        True where it holds much more than tests need, and is not worth all the time there is.
    """

    install: tuple[str, ...]
    text: str = ""
    large: bool = False


def choices(tree: Path) -> tuple[Choice, ...]:
    """Return the ways to install a tree, the fullest first; the next is for when one fails.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` or ``setup.cfg`` is malformed.
    """
    found = [_choice(tree, wanted) for wanted in (USUAL, LESS, ())]
    if found[0] == found[-1]:
        return (replace(found[0], text=f"{found[0].text} ({BARE})"),)
    found[0] = replace(found[0], large=found[0].install != found[1].install)
    unlike: dict[tuple[str, ...], Choice] = {}
    for one in found:
        unlike.setdefault(one.install, one)  # the first, whose text says most
    return tuple(unlike.values())


def extras(tree: Path) -> tuple[str, ...]:
    """Return the extras that a tree's build files name, as they write them.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` or ``setup.cfg`` is malformed.
    """
    return tuple(dict.fromkeys((*_of_pyproject(tree), *_of_setup_cfg(tree), *older.extras(tree))))


def _choice(tree: Path, wanted: Sequence[str]) -> Choice:
    own = _usual(extras(tree), wanted) if project.installable(tree) else ()
    apart, without = _apart(tree, wanted)
    needs = [one for asked in apart.values() for one in asked]
    files = () if own or apart else tuple(_files(tree, wanted))
    beside = older.requirements(tree) if wanted and not (own or apart or files) else ()
    if project.installable(tree):
        plain, text = [f".[{','.join(own)}]" if own else "."], "the project"
    else:
        files = (*(name for name in ("requirements.txt",) if (tree / name).is_file()), *files)
        plain, text = [], ""
    parts = (
        *(text, _named("extra", own), _named("dependency group", tuple(apart)), *files),
        older.TOX if beside else "",
    )
    named = ", ".join(part for part in parts if part)
    read = [part for name in files for part in ("-r", name)]
    return Choice((*plain, *needs, *read, *beside), "; ".join((named or "nothing", *without)))


def _apart(
    tree: Path, wanted: Sequence[str]
) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    """Return what the wanted groups ask for, and in words what is wrong with the others.

    Nobody asked for them by name: a group that cannot be read is left out, and the others are kept.
    """
    found, without = {}, []
    for group in _usual(groups.names(tree), wanted):
        try:
            found[group] = groups.requirements(tree, group)
        except UsageError as error:
            without.append(f"without dependency group {group}, since {error}")
    return found, tuple(without)


def _usual(names: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that are wanted, in that order."""
    known = {normal(name): name for name in names}
    return tuple(known[name] for name in wanted if name in known)


def _named(word: str, names: tuple[str, ...]) -> str:
    return f"{plural(len(names), word).partition(' ')[2]} {', '.join(names)}" if names else ""


def _files(tree: Path, wanted: Iterable[str]) -> Iterator[str]:
    for name in wanted:
        for pattern in FILES:
            path = tree / pattern.format(name)
            if path.is_file() and not project.editable(path):
                yield path.relative_to(tree).as_posix()


def _of_pyproject(tree: Path) -> Iterator[str]:
    settings = project.pyproject(tree)
    for key in (
        "project.optional-dependencies",
        "tool.setuptools.dynamic.optional-dependencies",
        "tool.flit.metadata.requires-extra",
        "tool.poetry.extras",
    ):
        table = project.lookup(settings, key)
        yield from table if isinstance(table, Mapping) else ()


def _of_setup_cfg(tree: Path) -> Iterator[str]:
    settings = project.setup_cfg(tree)
    if settings.has_section("options.extras_require"):
        yield from settings.options("options.extras_require")
