"""What an audit says of one cell: what its two records are promised to share, and do.

Where they differ it names what in the records and their environments is likely to be the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.audit.stages import Arrays, Stage, stages
from harness.devices import DEVICES
from harness.types import Environment, Record

Outcome = Literal["equal", "broken", "differs", "only times", "not run"]

Promise = Literal["bits", "distribution"]
"""All stages, bit for bit; or numbers of one distribution over seeds."""
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


@dataclass(frozen=True)
class Finding:
    """What became of one cell.

    Attributes
    ----------
    one : Record
        As it was stored, or on the first machine.
    outcome : {'equal', 'broken', 'differs', 'only times', 'not run'}
        Bit for bit equal; not so, though that is promised; not so, and it need not be; nothing but
        times to compare; or not compared, for the `reason`.
    promise : {'bits', 'distribution'}
        What the two were promised to have in common.
    stages : int
        How many were compared.
    first : Stage or None
        The first that differs.
    cause : str
        What is likely to have made it differ.
    reason : str
        Why nothing was compared.
    other : Record or None
        The other record.
    """

    one: Record
    outcome: Outcome
    promise: Promise = "bits"
    stages: int = 0
    first: Stage | None = None
    cause: str = ""
    reason: str = ""
    other: Record | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it."""
        first = self.first
        return {
            "suite": self.one.suite,
            "cell": self.one.cell,
            "case": self.one.case,
            "axes": dict(self.one.axes),
            "seed": self.one.seed,
            "outcome": self.outcome,
            "promise": self.promise,
            "stages": self.stages,
            "first": first and {"stage": first.name, "one": first.one, "other": first.other},
            "cause": self.cause,
            "reason": self.reason,
        }


def compared(
    one: Record,
    other: Record,
    here: Environment,
    there: Environment,
    *,
    timed: bool = False,
    arrays: Arrays = lambda record, name: "",  # noqa: ARG005 - none can be read
) -> Finding:
    """Hold two records of one cell against each other, stage by stage.

    Parameters
    ----------
    one, other : Record
        The first, and the one that came after or from elsewhere.
    here, there : Environment
        Where each was measured.
    timed : bool
        Whether the cells time something.
    arrays : callable
        Returns the digest of an array of one of the records, ``""`` where it cannot be read.
    """
    if other.status not in ("ok", "diverged"):
        return Finding(one, "not run", reason=f"{other.status}: {other.reason}", other=other)
    promise = promised(one, other, here, there)
    found = list(stages(one, other, timed=timed, arrays=arrays))
    first = next((stage for stage in found if not stage.same), None)
    if first is None:
        told: Outcome = "only times" if len(found) == 1 else "equal"
        return Finding(one, told, promise, len(found), other=other)
    cause = likely(first, one, other, here, there)
    told = "broken" if promise == "bits" else "differs"
    return Finding(one, told, promise, len(found), first, cause, other=other)


def promised(one: Record, other: Record, here: Environment, there: Environment) -> Promise:
    """Return what holds between two records, given where each was measured.

    On a processor, in one environment class, a cell repeats bit for bit, however many run beside
    it. An accelerator adds in an order of its own, and so may another library, processor or number
    of cells that are trained together.
    """
    devices = {str(record.axes.get("device", "")) for record in (one, other)}
    host = len(devices) == 1 and all(_is_host(name) for name in devices)
    same = here.klass == there.klass and one.mode == other.mode
    return "bits" if host and same and _one_count(here, there) else "distribution"


def _is_host(device: str) -> bool:
    """Whether what computes is the processor; an experiment without a device has no other."""
    return not device or DEVICES.get(device).host


def _one_count(here: Environment, there: Environment) -> bool:
    """Whether the BLAS has as many threads in both; older snapshots do not say."""
    known = {e.facts["blas_threads"] for e in (here, there) if "blas_threads" in e.facts}
    return len(known) < 2


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
