import pytest
from experiment_fakes import CountingBackend, context, images

from harness.config.experiments import Knn, Probe, Timing
from harness.config.model import Model
from harness.config.train import Train
from harness.experiments import registry

MODEL = Model(hidden=(8,))
TRAIN = Train(loss="cross_entropy", lr=0.1, epochs=1, batch_size=16)
CASES = [
    ("knn", {"knn": Knn(n_neighbors=(1, 5))}),
    ("knn", {"knn": Knn(n_neighbors=(1, 5), panel=2)}),
    ("knn", {"knn": Knn(n_neighbors=(1, 5), cv_folds=3)}),
    ("timing", {"timing": Timing(repeats=1)}),
    ("timing", {"timing": Timing(repeats=1, workload="step")}),
    ("timing", {"timing": Timing(repeats=1, workload="neighbors"), "knn": Knn()}),
    ("probe", {"probe": Probe(name="parameters")}),
    ("probe", {"probe": Probe(name="memory")}),
]


@pytest.mark.parametrize(("name", "tables"), CASES)
def test_an_experiment_leaves_what_it_says(name, tables):
    experiment = registry.get(name)
    names, said = set(), set()
    for device in ("cpu", "cuda"):
        cell = context(images(), CountingBackend(), device, model=MODEL, train=TRAIN, **tables)
        outcome = experiment.run(cell)
        names |= {*outcome.metrics, *outcome.series, *outcome.arrays}
        said |= experiment.produces(cell.settings)
    assert names == said
