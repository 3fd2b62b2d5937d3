"""A user's function as an `Experiment`, and as what carries out a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from harness.config.experiments import Settings
from harness.config.kinds import Kind, is_named
from harness.declare import ATTRIBUTE, ONLY
from harness.errors import CellFailed, Skip
from harness.experiments.experiment import Context, Experiment, seed_of
from harness.experiments.user.arguments import Arguments, call
from harness.experiments.user.facts import Declared
from harness.experiments.user.finding import find
from harness.experiments.user.loading import Place, load, seed_everything
from harness.experiments.user.modules import known
from harness.types import Outcome

_SIGNS = frozenset("*?[")
"""What makes a pattern of a name."""
_NUMBERS = frozenset({"float", "int", "bool"})


def experiment(name: str, home: str) -> Experiment:
    """Return the experiment of a user's function.

    Parameters
    ----------
    name : str
        As `harness.experiments.user.finding.find` takes it.
    home : str
        The folder of the suite's file.

    Raises
    ------
    UsageError
        If there is no such function, or it cannot be an experiment.
    """
    found = known(name, home)
    declared = found.declared
    assert declared.version is not None
    arguments = Arguments(name, declared.parameters, declared.knows_us)
    names = _names(declared)
    return Experiment(
        name=name,
        version=declared.version,
        tables=arguments.tables,
        requires=arguments.required,
        run=lambda context: function(name, home)(context),
        alone=declared.alone,
        reusable=declared.reusable,
        libraries=found.libraries,
        produces=(lambda _: names) if names else None,
        kinds=_kinds(declared),
        complaints=arguments.complaints,
        reads=None if arguments.is_open else arguments.reads,
        accepts=arguments.reads,
        defaults=arguments.defaults,
        offers=_offers(declared.backends),
        code=lambda *_: found.sources,
    )


def _names(declared: Declared) -> frozenset[str]:
    """Return the metrics it leaves; none where that is not known beforehand."""
    names = declared.metrics or ({ONLY} if declared.returns in _NUMBERS else ())
    return frozenset(names)


def _kinds(declared: Declared) -> Callable[[Settings], Mapping[str, Kind]]:
    """Return the kinds that it declares; that it returns true or false says one, too."""
    flags = [ONLY] if declared.returns == "bool" else declared.truths
    kinds: Mapping[str, Kind] = declared.metrics or dict.fromkeys(flags, "binary")
    return lambda _: kinds


def _offers(backends: tuple[str, ...]) -> Callable[[Settings, str, str], bool] | None:
    return (lambda _, backend, __: backend in backends) if backends else None


def function(name: str, home: str) -> Callable[[Context], object]:
    """Return a user's function as what carries out a cell; its module is imported at once."""
    seed_everything(0)  # what a module draws when it is imported is the same each time, too
    place = _place(name, home)
    found: Callable[..., object] = getattr(load(place), place.attribute)

    def run(context: Context) -> object:
        if (reason := context.backend.absent(context.device)) is not None:
            raise Skip(reason)
        seed_everything(seed_of(context.streams))
        return _declared(name, found, call(found, context))

    return run


@lru_cache(maxsize=64)
def _place(name: str, home: str) -> Place:
    """Find a function once: a process of cells that runs several has its module already."""
    return find(name, home)


def _declared(name: str, function: Callable[..., object], returned: object) -> object:
    """Return what a function returned by the names that it declares: bare numbers in their order.

    Raises
    ------
    CellFailed
        If it returns metrics that it does not declare: `check` would not know them.
    """
    names = getattr(function, ATTRIBUTE, {}).get("metrics", ())
    if not names or returned is None or isinstance(returned, Outcome | str):
        return returned
    if isinstance(returned, tuple):
        return _in_order(name, tuple(names), returned)
    if not isinstance(returned, Mapping):
        return {next(iter(names)): returned} if len(names) == 1 else returned
    if further := [str(one) for one in returned if not is_named(str(one), names)]:
        raise CellFailed(
            f"{name} must return the metrics that it declares, {', '.join(names)}; got "
            f"{', '.join(further)} beside them: add them to metrics of @harness.experiment"
        )
    return returned


def _in_order(name: str, names: tuple[str, ...], returned: tuple[object, ...]) -> object:
    patterns = [one for one in names if set(one) & _SIGNS]
    if patterns or len(returned) != len(names):
        must = f"a mapping, as {patterns[0]} is many" if patterns else f"{len(names)} numbers"
        raise CellFailed(
            f"{name} must return the metrics that it declares, {', '.join(names)}: {must}; got "
            f"a tuple of {len(returned)}"
        )
    return dict(zip(names, returned, strict=True))
