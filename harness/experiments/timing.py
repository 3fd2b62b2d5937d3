"""How long things take: epochs, steps, inference, neighbour search, single operations.

Every clock is read after the device has finished, warm-up is discarded, raw samples are kept and
metrics are their medians. A cell runs alone, with the threads its suite declares.

``train`` times whole epochs (order drawn, batches gathered and moved, steps taken; one
synchronization at each end), and apart from them single steps, because a synchronization per step
would slow the epochs. Its warm-up is `timing.warmup` bursts of `WARMUP_STEPS` steps: a whole epoch
warms nothing that a burst does not. ``step`` times single steps only, `timing.warmup` discarded
and `timing.repeats` kept, each with the drawing and gathering of its batch, as the published
loops have it. ``neighbors`` times whole searches over data that lie on the device. ``kernel``
times one operation on data that lie there, once its results are held to a reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from harness.backends.base import Backend, Handle, Memory
from harness.config.other import Timing
from harness.datasets.parts import parts
from harness.datasets.scaling import Scaler
from harness.environment import cores
from harness.errors import UsageError
from harness.experiments import workload
from harness.experiments.base import Context, Experiment, Settings
from harness.experiments.kernels import workload as kernel_workload
from harness.experiments.knn import check_neighbors, features
from harness.experiments.workload import Index, Workload
from harness.timing import Samples, measure
from harness.types import Array, Outcome

WARMUP_STEPS = 20
"""Steps of one warm-up burst of workload ``train``; no more than an epoch has."""
STEPS = 100
"""Single steps timed by workload ``train``: as many, or an epoch's, but at least the repeats."""
LATENCY_WARMUP = 20
LATENCIES = 200
"""Predictions of one example, discarded and timed."""


def run(context: Context) -> Outcome:
    """Time the workload of ``[timing]``.

    Raises
    ------
    UsageError
        If a table that the workload needs is missing.
    """
    timing = context.settings.timing
    if timing is None:
        raise UsageError("experiment 'timing' must be given the table [timing]")
    context.backend.threads(timing.threads or cores())
    return WORKLOADS[timing.workload](context, timing)


class _Loop:
    """A training loop that can be run a given number of steps further."""

    def __init__(self, context: Context, transfer: str, work: Workload, x: Array, y: Array) -> None:
        rng = context.streams.generator("shuffle")
        self._network = work.network
        self._rows: Iterator[Index] = workload.batches(work.train, len(x), rng, y)
        self._feed = workload.feed(transfer, context.backend, context.device, x, y)
        self._loss: Handle = np.float64("nan")

    def steps(self, count: int) -> None:
        """Take `count` steps; the loss stays on the device, so that nothing waits for it."""
        for _ in range(count):
            x, y = self._feed(next(self._rows))
            self._loss = self._network.step(x, y)

    def loss(self, backend: Backend) -> float:
        """Return the loss of the last step."""
        return float(backend.array(self._loss))


def _train(context: Context, timing: Timing) -> Outcome:
    work = workload.build(context, "workload 'train'")
    x, y = work.examples()
    loop = _Loop(context, timing.transfer, work, x, y)
    steps = workload.steps_per_epoch(work.train, len(x))
    for _ in range(timing.warmup):
        loop.steps(min(WARMUP_STEPS, steps))
    epochs, peak = _with_peak(context, lambda: _times(context, loop, steps, timing.repeats))
    single = _times(context, loop, 1, max(timing.repeats, min(STEPS, steps)))
    latency = _latency(context, work, x[:1])
    examples = workload.examples_per_epoch(work.train, len(x))
    return _outcome(
        context,
        {"epoch_s": epochs, "step_s": single, "latency_s": latency},
        {"throughput": examples / epochs.median, **peak, "train_loss": loop.loss(context.backend)},
    )


def _step(context: Context, timing: Timing) -> Outcome:
    work = workload.build(context, "workload 'step'")
    loop = _Loop(context, timing.transfer, work, *work.examples())
    loop.steps(timing.warmup)
    single, peak = _with_peak(context, lambda: _times(context, loop, 1, timing.repeats))
    return _outcome(context, {"step_s": single}, {**peak, "train_loss": loop.loss(context.backend)})


def _neighbors(context: Context, timing: Timing) -> Outcome:
    data, knn, dataset = context.settings.data, context.settings.knn, context.dataset
    if data is None or knn is None or dataset is None:
        raise UsageError("workload 'neighbors' must be given [data] and [knn]; add them")
    backend, device, split = context.backend, context.device, parts(dataset, data)
    check_neighbors(knn, len(split.y_train))
    scaler = Scaler.of(data, split)
    train = backend.put(features(split.x_train, scaler), device)
    test = backend.put(features(split.x_test, scaler), device)
    k, implementation = max(knn.n_neighbors), knn.implementation
    search, peak = _with_peak(
        context,
        lambda: measure(
            lambda: backend.neighbors(train, test, k, implementation),
            synchronize=lambda: backend.synchronize(device),
            warmup=timing.warmup,
            repeats=timing.repeats,
        ),
    )
    return _outcome(context, {"seconds": search}, peak)


def _kernel(context: Context, timing: Timing) -> Outcome:
    call, apart = kernel_workload.prepare(context)
    seconds, peak = _with_peak(
        context,
        lambda: measure(
            call,
            synchronize=lambda: context.backend.synchronize(context.device),
            warmup=timing.warmup,
            repeats=timing.repeats,
        ),
    )
    return _outcome(context, {"seconds": seconds}, {**peak, "disagreement": apart})


WORKLOADS: Mapping[str, Callable[[Context, Timing], Outcome]] = {
    "train": _train,
    "step": _step,
    "neighbors": _neighbors,
    "kernel": _kernel,
}


def _times(context: Context, loop: _Loop, steps: int, repeats: int) -> Samples:
    return measure(
        lambda: loop.steps(steps),
        synchronize=lambda: context.backend.synchronize(context.device),
        warmup=0,
        repeats=repeats,
    )


def _latency(context: Context, work: Workload, example: Array) -> Samples:
    """Time the prediction of one example, (1, *shape), that already lies on the device."""
    one = context.backend.put(example, context.device)
    return measure(
        lambda: work.network.predict(one),
        synchronize=lambda: context.backend.synchronize(context.device),
        warmup=LATENCY_WARMUP,
        repeats=LATENCIES,
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
    context: Context, samples: Mapping[str, Samples], metrics: Mapping[str, float]
) -> Outcome:
    """Put the medians beside `metrics`; the contention is that of the first of `samples`.

    ``contended`` is said of cpu only: a process may sleep while an accelerator works.
    """
    first = next(iter(samples.values()))
    doubt = {"wall_over_cpu": first.wall_over_cpu}
    if context.device == "cpu":
        doubt["contended"] = float(first.contended)
    medians = {name: taken.median for name, taken in samples.items()}
    return Outcome(
        metrics={**medians, **metrics, **doubt},
        samples={name: taken.wall for name, taken in samples.items()},
    )


_ALWAYS = {"wall_over_cpu", "contended", "device_peak"}
MEASURES: Mapping[str, frozenset[str]] = {
    "train": frozenset({"epoch_s", "step_s", "latency_s", "throughput", "train_loss"} | _ALWAYS),
    "step": frozenset({"step_s", "train_loss"} | _ALWAYS),
    "neighbors": frozenset({"seconds"} | _ALWAYS),
    "kernel": kernel_workload.MEASURES | _ALWAYS,
}


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of the metrics that a cell can leave."""
    return MEASURES[(settings.timing or Timing()).workload]


def complaints(settings: Settings) -> Iterable[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with the settings of a case, each with the key it concerns."""
    if kernel_workload.asked(settings.timing):
        yield from kernel_workload.complaints(settings)
    elif settings.timing is not None and settings.data is None:
        workload = settings.timing.workload
        yield ("data",), f"the workload {workload!r} must have a [data] table"


def reads(settings: Settings) -> frozenset[str]:
    """Return the keys of ``[params]`` that the workload knows: those of a kernel."""
    asked = kernel_workload.asked(settings.timing)
    return kernel_workload.reads(settings) if asked else frozenset()


def offers(settings: Settings, backend: str, device: str) -> bool:
    """Whether a backend has what is to be timed, for a device."""
    if not kernel_workload.asked(settings.timing):
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
    complaints=complaints,
    reads=reads,
    offers=offers,
)
