"""Every backend that searches gives the k-NN experiment the same neighbours."""

import numpy as np
import pytest
from experiment_fakes import FakeBackend, context, images

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Knn
from harness.experiments import knn as knn

SEARCHES = [
    (name, implementation)
    for name in backends.names()
    if "knn" in backends.get(name).experiments
    for implementation in backends.get(name).implementations
]


@pytest.mark.parametrize(("name", "implementation"), SEARCHES)
def test_a_backend_gives_what_brute_force_gives(name, implementation):
    backend = backends.get(name)
    if reason := backend.absent("cpu"):
        pytest.skip(reason)
    dataset, data = images(n_train=150, n_test=40), Data(dataset="fake", scale="raw")
    ks = (1, 3, 10)
    table = Knn(n_neighbors=ks, implementation=implementation)
    got = knn.run(context(dataset, backend, data=data, knn=table))
    want = knn.run(context(dataset, FakeBackend(), data=data, knn=Knn(n_neighbors=ks)))
    assert got.metrics == pytest.approx(want.metrics, rel=1e-5)
    np.testing.assert_array_equal(got.arrays["predictions"], want.arrays["predictions"])
    assert got.digests["data"] == want.digests["data"]
