"""What in two records and their environments is likely to have made a stage differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.audit.stages import Stage
from harness.types import Environment, Record

_READERS = ("pillow", "torchvision", "pandas", "pyarrow", "numpy", "scikit-learn")
_STREAMS = ("numpy", "torch")
_COMPUTE = (
    *("accelerators", "driver", "torch", "torch_build", "numpy", "blas", "blas_threads"),
    *("processor", "cpu_flags", "cores", "machine", "scipy", "scikit-learn", "system", "python"),
)
_BEARING: Mapping[str, tuple[str, ...]] = {
    "data": _READERS,
    "initial weights": _STREAMS,
    "batch order": _STREAMS,
}
"""Which facts of an environment bear on a stage, the likeliest first; `_COMPUTE` on all others."""
_CODE = ("harness", "commit", "edits")
_MOST = 3
NOTHING = (
    "nothing that is recorded: code that draws or waits for something besides its seed, "
    "or an order of execution that is not fixed"
)


def likely(stage: Stage, one: Record, other: Record, here: Environment, there: Environment) -> str:
    """Return in words what is likely to have made a stage differ."""
    found = list(_of_records(stage, one, other))
    bearing = _BEARING.get(stage.name, _COMPUTE)
    found += _of_facts(bearing, here, there)
    if not found:
        found += _of_code(here, there)
    return "; ".join(found[:_MOST]) or NOTHING


def _of_records(stage: Stage, one: Record, other: Record) -> Iterator[str]:
    if stage.name == "data" and one.data and other.data and one.data != other.data:
        a, b = one.data.used, other.data.used
        yield f"other contents of the data set {a}" if a == b else f"data: {a}, then {b}"
    devices = [str(record.axes.get("device", "")) for record in (one, other)]
    if devices[0] != devices[1] and stage.name not in _BEARING:
        yield f"device: {devices[0]}, then {devices[1]}"
    if one.mode != other.mode and stage.name not in _BEARING:
        yield f"trained {_mode(one)}, then {_mode(other)}"
    if one.code != other.code:
        names = sorted(n for n in {*one.code, *other.code} if one.code.get(n) != other.code.get(n))
        yield f"code: {', '.join(names[:_MOST])} edited"


def _mode(record: Record) -> str:
    return "beside other cells" if record.mode else "alone"


def _of_facts(names: tuple[str, ...], here: Environment, there: Environment) -> Iterator[str]:
    for name in names:
        a, b = here.facts.get(name), there.facts.get(name)
        if a is not None and b is not None and a != b:
            yield f"{name}: {_told(name, a, b)}"


def _told(name: str, a: str, b: str) -> str:
    """Return a fact of each; of a list of words those that only one has."""
    if name != "cpu_flags":
        return f"{a or 'none'}, then {b or 'none'}"
    had, has = set(a.split()), set(b.split())
    return ", ".join([*(f"no {flag} then" for flag in sorted(had - has)),
                      *(f"{flag} then" for flag in sorted(has - had))][:_MOST])  # fmt: skip


def _of_code(here: Environment, there: Environment) -> Iterator[str]:
    """Tell what of the harness's own code was another, when nothing else was."""
    changed = list(_of_facts(_CODE, here, there))
    if changed:
        yield from changed
    elif "yes" in (here.facts.get("dirty"), there.facts.get("dirty")):
        yield "code of the harness that was edited and not committed"
