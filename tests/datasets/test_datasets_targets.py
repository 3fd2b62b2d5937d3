"""Labels taken as the number to predict."""

import numpy as np
import pytest

from harness.config.data import Data, Synthetic
from harness.datasets import facts, load
from harness.datasets.dataset import Roots
from harness.errors import UsageError

LABELLED = Synthetic(generator="images", n_train=30, n_test=10, shape=(1, 4, 4), n_classes=5)


def both(table, **settings):
    data = [Data(dataset="synthetic", synthetic=table, **s) for s in ({}, settings)]
    return [load(d, Roots.find(None), np.random.default_rng(1)) for d in data]


def test_values_are_the_labels_as_one_column():
    plain, valued = both(LABELLED, targets="value")
    assert valued.y_train.dtype == np.float32
    assert valued.y_train.shape == (30, 1)
    np.testing.assert_array_equal(valued.y_train[:, 0], plain.y_train)
    np.testing.assert_array_equal(valued.y_test[:, 0], plain.y_test)
    np.testing.assert_array_equal(valued.x_train, plain.x_train)
    assert valued.used.fingerprint == plain.used.fingerprint


def test_there_is_one_output_then():
    data = Data(dataset="synthetic", synthetic=LABELLED, targets="value")
    known = facts(data, Roots.find(None), {})
    assert (known.outputs, known.classes) == (1, ())
    assert both(LABELLED, targets="value")[1].facts == known


def test_targets_that_are_no_labels_are_refused():
    with pytest.raises(UsageError, match="must be given class labels"):
        both(Synthetic(generator="linear"), targets="value")
