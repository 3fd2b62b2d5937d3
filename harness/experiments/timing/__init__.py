"""How long things take: epochs, steps, inference, neighbour search, single operations.

Every clock is read after the device has finished, warm-up is discarded, raw samples are kept and
metrics are their medians. A cell runs alone, with the threads its suite declares: the libraries'
pools do not meet, the clock starts when the process is idle, and a cell that was disturbed is
measured again (`harness.alone`).

``train`` times whole epochs (order drawn, batches gathered and moved, steps taken; one
synchronization at each end), and apart from them single steps, because a synchronization per step
would slow the epochs. Its warm-up is `timing.warmup` bursts of `WARMUP_STEPS` steps: a whole epoch
warms nothing that a burst does not. ``step`` times single steps only, `timing.warmup` discarded
and `timing.repeats` kept, each with the drawing and gathering of its batch, as the published
loops have it. ``neighbors`` times whole searches over data that lie on the device. ``kernel``
times one operation on data that lie there; its results are held to a reference when the clock has
stopped, since the reference keeps processors busy for a while after it is done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from harness.alone import Traits, Watch, had_company, until_alone, wait_until_idle
from harness.backends.host import limit_threads
from harness.backends.protocol import Backend, Handle, Memory
from harness.config.experiments import Settings, Timing
from harness.config.kinds import Kind, kinds_of
from harness.datasets.parts import parts
from harness.datasets.scaling import Scaler
from harness.devices import DEVICES
from harness.environment import cores
from harness.errors import UsageError
from harness.experiments import batches, tasks
from harness.experiments.batches import Index
from harness.experiments.experiment import Context, Experiment
from harness.experiments.tasks import Task, check_neighbors, features
from harness.experiments.timing.kernels import workload as kernel_workload
from harness.timing import Samples, measure
from harness.types import Array, Outcome

WARMUP_STEPS = 20
"""Steps of one warm-up burst of workload ``train``; no more than an epoch has."""
STEPS = 100
"""Single steps timed by workload ``train``: as many, or an epoch's, but at least the repeats."""
LATENCY_WARMUP = 20
LATENCIES = 200
"""Predictions of one example, discarded and timed."""
WATCH = Watch()
ORDINARY = Traits()


@dataclass(frozen=True)
class Setup:
    """What a workload is to time, with how many threads, and what watches over it."""

    timing: Timing
    threads: int
    watch: Watch


def run(context: Context, watch: Watch = WATCH) -> Outcome:
    """Time the workload of ``[timing]``, again where other work disturbed it.

    Raises
    ------
    UsageError
        If a table that the workload needs is missing.
    """
    timing = context.settings.timing
    if timing is None:
        raise UsageError("experiment 'timing' must be given the table [timing]")
    setup = Setup(timing, timing.threads or cores(), watch)
    # NumPy's BLAS keeps one thread where another library is timed; its own backend asks for more.
    limit_threads(1)
    context.backend.threads(setup.threads)
    # A script's stream goes on from draw to draw: measured twice, it would not be that script.
    budget = context.budget if context.streams.script is None else 0.0
    return until_alone(lambda: WORKLOADS[timing.workload](context, setup), watch, budget)


class _Loop:
    """A training loop that can be run a given number of steps further."""

    def __init__(self, context: Context, transfer: str, task: Task, x: Array, y: Array) -> None:
        rng = context.streams.generator("shuffle")
        self._network = task.network
        self._rows: Iterator[Index] = batches.draw(task.train, len(x), rng, y)
        self._feed = batches.feed(transfer, context.backend, context.device, x, y)
        self._loss: Handle = np.float64("nan")

    def steps(self, count: int) -> None:
        """Take `count` steps; the loss stays on the device, so that nothing waits for it."""
        for _ in range(count):
            x, y = self._feed(next(self._rows))
            self._loss = self._network.step(x, y)

    def loss(self, backend: Backend) -> float:
        """Return the loss of the last step."""
        return float(backend.array(self._loss))


def _train(context: Context, setup: Setup) -> Outcome:
    timing = setup.timing
    task = tasks.build(context, "workload 'train'")
    x, y = task.examples()
    loop = _Loop(context, timing.transfer, task, x, y)
    steps = batches.steps_per_epoch(task.train, len(x))
    idle_use = _idle(context, setup)
    for _ in range(timing.warmup):
        loop.steps(min(WARMUP_STEPS, steps))
    epochs, peak = _with_peak(context, lambda: _times(context, setup, loop, steps, timing.repeats))
    single = _times(context, setup, loop, 1, max(timing.repeats, min(STEPS, steps)))
    latency = _latency(context, setup, task, x[:1])
    examples = batches.examples_per_epoch(task.train, len(x))
    return _outcome(
        context,
        setup,
        idle_use,
        {"epoch_s": epochs, "step_s": single, "latency_s": latency},
        {"throughput": examples / epochs.median, **peak, "train_loss": loop.loss(context.backend)},
    )


def _step(context: Context, setup: Setup) -> Outcome:
    timing = setup.timing
    task = tasks.build(context, "workload 'step'")
    loop = _Loop(context, timing.transfer, task, *task.examples())
    idle_use = _idle(context, setup)
    loop.steps(timing.warmup)
    single, peak = _with_peak(context, lambda: _times(context, setup, loop, 1, timing.repeats))
    loss = {"train_loss": loop.loss(context.backend)}
    return _outcome(context, setup, idle_use, {"step_s": single}, {**peak, **loss})


def _neighbors(context: Context, setup: Setup) -> Outcome:
    timing = setup.timing
    data, knn, dataset = context.settings.data, context.settings.knn, context.dataset
    if data is None or knn is None or dataset is None:
        raise UsageError("workload 'neighbors' must be given [data] and [knn]; add them")
    backend, device, split = context.backend, context.device, parts(dataset, data)
    check_neighbors(knn, len(split.y_train))
    scaler = Scaler.of(data, split)
    train = backend.put(features(split.x_train, scaler), device)
    test = backend.put(features(split.x_test, scaler), device)
    k, implementation = max(knn.n_neighbors), knn.implementation
    idle_use = _idle(context, setup)
    search, peak = _with_peak(
        context,
        lambda: measure(
            lambda: backend.neighbors(train, test, k, implementation),
            synchronize=lambda: backend.synchronize(device),
            warmup=timing.warmup,
            repeats=timing.repeats,
            clock=setup.watch.clock,
        ),
    )
    return _outcome(context, setup, idle_use, {"seconds": search}, peak)


def _kernel(context: Context, setup: Setup) -> Outcome:
    prepared, timing = kernel_workload.prepare(context), setup.timing
    idle_use = _idle(context, setup)
    seconds, peak = _with_peak(
        context,
        lambda: measure(
            prepared.call,
            synchronize=lambda: context.backend.synchronize(context.device),
            warmup=timing.warmup,
            repeats=timing.repeats,
            clock=setup.watch.clock,
        ),
    )
    apart = {"disagreement": prepared.disagreement()}
    traits = Traits(sleeps=prepared.processes, queues=prepared.processes)
    return _outcome(context, setup, idle_use, {"seconds": seconds}, {**peak, **apart}, traits)


WORKLOADS: Mapping[str, Callable[[Context, Setup], Outcome]] = {
    "train": _train,
    "step": _step,
    "neighbors": _neighbors,
    "kernel": _kernel,
}


def _idle(context: Context, setup: Setup) -> float:
    """Wait for the device, then until the process is idle; return as `wait_until_idle` does."""
    context.backend.synchronize(context.device)
    return wait_until_idle(setup.watch)


def _times(context: Context, setup: Setup, loop: _Loop, steps: int, repeats: int) -> Samples:
    return measure(
        lambda: loop.steps(steps),
        synchronize=lambda: context.backend.synchronize(context.device),
        warmup=0,
        repeats=repeats,
        clock=setup.watch.clock,
    )


def _latency(context: Context, setup: Setup, task: Task, example: Array) -> Samples:
    """Time the prediction of one example, (1, *shape), that already lies on the device."""
    one = context.backend.put(example, context.device)
    return measure(
        lambda: task.network.predict(one),
        synchronize=lambda: context.backend.synchronize(context.device),
        warmup=LATENCY_WARMUP,
        repeats=LATENCIES,
        clock=setup.watch.clock,
    )


def _with_peak(context: Context, timed: Callable[[], Samples]) -> tuple[Samples, dict[str, float]]:
    """Return the samples and, on a device that counts, ``device_peak``: bytes held at once.

    Data, weights and workspace that lie on the device are part of it.
    """
    backend, device = context.backend, context.device
    if not isinstance(backend, Memory):
        return timed(), {}
    backend.reset_peak(device)
    samples = timed()
    peak = backend.peak(device)
    return samples, {} if peak is None else {"device_peak": float(peak)}


def _outcome(
    context: Context,
    setup: Setup,
    idle_use: float,
    samples: Mapping[str, Samples],
    metrics: Mapping[str, float],
    traits: Traits = ORDINARY,
) -> Outcome:
    """Add the medians to `metrics`, and what is known of other work beside the clock."""
    medians = {name: taken.median for name, taken in samples.items()}
    return Outcome(
        metrics={**medians, **metrics, **_contention(context, setup, idle_use, samples, traits)},
        samples={name: taken.wall for name, taken in samples.items()},
    )


def _contention(
    context: Context, setup: Setup, idle_use: float, samples: Mapping[str, Samples], traits: Traits
) -> dict[str, float]:
    """Return ``alone`` and what it is computed from; shares are those of the first of `samples`.

    ``contended`` is said of cpu only: a process may sleep while an accelerator works.
    """
    first = next(iter(samples.values()))
    traits = traits if DEVICES.get(context.device).host else replace(traits, sleeps=True)
    company = had_company(idle_use, samples.values(), setup.threads, traits)
    found = {
        "wall_over_cpu": first.wall_over_cpu,
        "idle_use": idle_use,
        "alone": float(not company),
    }
    if not traits.sleeps:
        found["contended"] = float(first.contended)
    if not math.isnan(first.waited_share):
        found["waited"] = first.waited_share
    return found


_ALWAYS = frozenset(
    {"wall_over_cpu", "contended", "device_peak", "alone", "idle_use", "waited", "tries"}
)
METRICS: Mapping[str, frozenset[str]] = {
    "train": frozenset({"epoch_s", "step_s", "latency_s", "throughput", "train_loss"} | _ALWAYS),
    "step": frozenset({"step_s", "train_loss"} | _ALWAYS),
    "neighbors": frozenset({"seconds"} | _ALWAYS),
    "kernel": kernel_workload.METRICS | _ALWAYS,
}


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of the metrics that a cell can leave."""
    return METRICS[(settings.timing or Timing()).workload]


KINDS: Mapping[str, Kind] = {
    "contended": "binary",
    "alone": "binary",
    "tries": "count",
    "disagreement": "fixed",  # rounding, on which no draw has a say
    "*": "positive",
}


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    return kinds_of(produces(settings), KINDS)


def complaints(settings: Settings) -> Iterable[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    if kernel_workload.is_kernel(settings.timing):
        yield from kernel_workload.complaints(settings)
    elif settings.timing is not None and settings.data is None:
        workload = settings.timing.workload
        yield ("data",), f"the workload {workload!r} must have a [data] table"


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the workload knows: those of a kernel."""
    kernel = kernel_workload.is_kernel(settings.timing)
    return kernel_workload.reads(settings) if kernel else frozenset()


def revision(settings: Settings) -> int:
    """Return how often the workload alone changed what it measures.

    Until 1 the reference of a kernel was computed before the clock started, and the threads of
    NumPy's BLAS were still spinning beside the repeats.
    """
    return int(kernel_workload.is_kernel(settings.timing))


def offers(settings: Settings, backend: str, device: str) -> bool:
    """Whether a backend has what is to be timed, for a device."""
    if not kernel_workload.is_kernel(settings.timing):
        return True
    return kernel_workload.offers(settings, backend, device)


EXPERIMENT = Experiment(
    name="timing",
    version=1,
    tables=("data", "model", "train", "knn", "timing", "params"),
    requires=("timing",),
    run=run,
    alone=True,
    produces=produces,
    kinds=kinds,
    complaints=complaints,
    reads=reads,
    offers=offers,
    revision=revision,
)
