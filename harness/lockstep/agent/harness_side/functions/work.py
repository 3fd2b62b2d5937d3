"""What a side times: a function, found by its place, with what it is handed, or a command.

Two of them agree if their results are the same, up to the rounding of floating-point numbers.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import Any

Function = Callable[..., Any]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
"""Those by place and those by name."""
LAST = 3
"""Lines that a command wrote on standard error that are quoted when it fails."""
ROUNDING = 2.0**-26
"""Relative: the root of the precision of a float64."""


class Failed(Exception):
    """A command failed; the text says which and how."""


class Work:
    """One of the two sides, ready to be called.

    Parameters
    ----------
    what : mapping
        A function's place, see `function`; or ``command``, a list.
    request : mapping
        ``setup``, a place or None; ``loader``; ``fresh``: whether every call gets its own of what
        that makes; ``seed``, ``params``, and ``stream``, of which a generator is made.
    """

    def __init__(self, what: Mapping[str, Any], request: Mapping[str, Any]) -> None:
        loader = str(request.get("loader", ""))
        self._known = _known(request)
        self._setup = function(request["setup"], loader) if request["setup"] else None
        self._command = Command(what["command"]) if "command" in what else None
        self._function: Function | None = None if self._command else function(what, loader)
        self._fresh = bool(request["fresh"])
        self._made = self._given()

    def calls(self, count: int) -> Sequence[Callable[[], object]]:
        """Return so many calls, each with arguments of its own where they are to be fresh."""
        if self._fresh:
            return [self._call(self._given()) for _ in range(count)]
        return [self._call(self._made)] * count

    def agrees(self, other: Work) -> bool | None:
        """Return whether both return the same, None where that has no meaning.

        Where neither returns anything, what they made of their arguments is compared.
        """
        if (self._function is None) != (other._function is None):
            return None
        mine, its = self._given(), other._given()
        found, beside = self._call(mine)(), other._call(its)()
        if self._command is not None and other._command is not None:
            return self._command.written() == other._command.written()
        if found is beside is None:
            found, beside = mine[0], its[0]
            if not found:
                return None
        try:
            return same(found, beside)
        except Exception:  # noqa: BLE001 - what has no ==, or one of its own
            return None

    def changes_what_it_is_given(self) -> bool:
        """Return whether a call changes what the next one is handed too.

        Told only where two results of the setup are equal, so that a change can be seen.
        """
        if self._fresh or self._function is None or self._setup is None:
            return False
        before = self._given()
        try:
            return same(before[0], self._given()[0]) and not same(before[0], self._made[0])
        except Exception:  # noqa: BLE001 - as above
            return False

    def _call(self, given: Arguments) -> Callable[[], object]:
        """Return a call without anything around it: a short one would be timed with that."""
        if self._command is not None:
            return self._command.run
        assert self._function is not None
        positional, by_name = given
        return partial(self._function, *positional, **by_name)

    def _given(self) -> Arguments:
        made: tuple[Any, ...] = ()
        if self._setup is not None:
            given, by_name = arguments(self._setup, (), self._known)
            result = self._setup(*given, **by_name)
            made = result if isinstance(result, tuple) else (result,)
            made = () if result is None else made
        return ((), {}) if self._function is None else arguments(self._function, made, self._known)


def _known(request: Mapping[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return what can be asked for by name, and how each is made."""

    def rng() -> Any:
        from numpy.random import PCG64, Generator, SeedSequence

        stream = request["stream"]
        return Generator(PCG64(SeedSequence(stream["entropy"], spawn_key=stream["key"])))

    values = {**request["params"], "seed": request["seed"]}
    return {**{name: _always(value) for name, value in values.items()}, "rng": rng}


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


class Command:
    """A command that is run again and again.

    Parameters
    ----------
    arguments : sequence of str
        The program and what follows.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        # Open as long as this is: making a file for every call would be a part of its time.
        self._written = tempfile.TemporaryFile()  # noqa: SIM115
        self._said = tempfile.TemporaryFile()  # noqa: SIM115

    def run(self) -> None:
        """Run it once.

        Raises
        ------
        Failed
            If it cannot be started, or ends with another code than 0.
        """
        for file in (self._written, self._said):
            file.seek(0)
            file.truncate()
        try:
            code = subprocess.call(  # noqa: S603 - the user's own
                self._arguments, stdin=subprocess.DEVNULL, stdout=self._written, stderr=self._said
            )
        except OSError as error:
            raise Failed(f"{self._arguments[0]} cannot be started: {error.strerror}") from None
        if code:
            raise Failed(f"{self._arguments[0]} {self._ending(code)}")

    def written(self) -> bytes:
        """Return what it wrote on standard output when it ran last."""
        self._written.seek(0)
        return self._written.read()

    def _ending(self, code: int) -> str:
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()[-LAST:]
        how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
        return f"{how}: {' / '.join(line.strip() for line in lines)}" if lines else how


def same(one: Any, other: Any) -> bool:
    """Return whether two results say the same.

    Numbers may differ by the root of their precision, relative to the larger, or to the largest of
    an array. A list, a tuple and an array of the same numbers are the same; what else there is
    must be equal.
    """
    if one is other:
        return True
    if _is_array(one) or _is_array(other):
        return _same_arrays(one, other)
    if isinstance(one, (str, bytes)) or isinstance(other, (str, bytes)):
        return bool(one == other)
    if isinstance(one, (int, float, complex)) and isinstance(other, (int, float, complex)):
        return _same_numbers(one, other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if hasattr(one, "equals"):  # pandas, polars: their == has no truth
        return bool(one.equals(other))
    return bool(one == other)


def _same_numbers(one: Any, other: Any) -> bool:
    if one == other or (one != one and other != other):  # both are nan
        return True
    if isinstance(one, int) and isinstance(other, int):
        return False
    return bool(abs(one - other) <= ROUNDING * max(abs(one), abs(other)) < math.inf)


def _is_array(value: Any) -> bool:
    """Return whether a value is an array or a scalar of NumPy, or a tensor of torch."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    kinds = (
        *((numpy.ndarray, numpy.generic) if numpy else ()),
        *((torch.Tensor,) if torch else ()),
    )
    return isinstance(value, kinds)


def _same_arrays(one: Any, other: Any) -> bool:
    import numpy as np

    try:
        left, right = (np.asarray(_on_host(value)) for value in (one, other))
    except (TypeError, ValueError):
        return False
    if left.shape != right.shape:
        return False
    if left.dtype.kind not in "fc" and right.dtype.kind not in "fc":
        return bool(np.array_equal(left, right))
    if left.dtype.kind not in "biufc" or right.dtype.kind not in "biufc":
        return False
    floats = [array.dtype for array in (left, right) if array.dtype.kind in "fc"]
    rounding = math.sqrt(max(float(np.finfo(dtype).eps) for dtype in floats))
    finite = np.abs(left[np.isfinite(left)])
    largest = float(finite.max()) if finite.size else 0.0
    return bool(np.allclose(left, right, rtol=rounding, atol=rounding * largest, equal_nan=True))


def _on_host(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def function(place: Mapping[str, Any], loader: str = "") -> Function:
    """Return a function.

    Parameters
    ----------
    place : mapping of str to object
        ``module``, ``attribute``, and what else the loader wants to know.
    loader : str
        File of a module with ``Place`` and ``load(place)``, as
        `harness.experiments.user.loading`; where none is given, the module is imported by its name.

    Raises
    ------
    LookupError
        If the module has no such function.
    """
    module = _loaded(place, loader) if loader else importlib.import_module(place["module"])
    found = getattr(module, place["attribute"], None)
    if not callable(found):
        raise LookupError(f"{place['module']} has no function {place['attribute']!r}")
    return found  # type: ignore[no-any-return]


def _loaded(place: Mapping[str, Any], loader: str) -> ModuleType:
    """Import a module as cells do, by the file that does it: the harness need not be here."""
    name = f"{__package__}.loading"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, loader)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    loading: Any = sys.modules[name]
    known = {**place, "path": tuple(place.get("path", ()))}
    return loading.load(loading.Place(**known))  # type: ignore[no-any-return]


def arguments(
    function: Function, given: Sequence[Any], known: Mapping[str, Callable[[], Any]]
) -> Arguments:
    """Return what a function is called with: what is given, then by name what it asks for.

    Parameters
    ----------
    function : callable
        Whose arguments they are.
    given : sequence
        Its first arguments.
    known : mapping of str to callable
        Makes each of those that may be asked for: seed, rng, and the params.

    Raises
    ------
    TypeError
        If they do not fit the function; the text has its name and its arguments.
    """
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # one of C that does not tell
        return tuple(given), {}
    asked = list(signature.parameters.values())[len(given) :]
    named = [one.name for one in asked if one.name in known and one.kind in _BY_NAME]
    by_name = {name: known[name]() for name in named}
    try:
        signature.bind(*given, **by_name)
    except TypeError as error:
        name = getattr(function, "__name__", "the function")
        some = f"{len(given)} from setup" if given else "nothing from setup"
        beside = f"; by name it can have {', '.join(known)}"
        text = f"{name}{signature} cannot be called: {error}; it is given {some}{beside}"
        raise TypeError(text) from None
    return tuple(given), by_name


_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
