"""What the built-in experiments leave has a kind that somebody chose."""

import pytest

from harness.config.data import Data
from harness.config.settings import Settings
from harness.experiments import registry as experiments


@pytest.mark.parametrize(("examples", "kind"), [(299, "share"), (300, "real"), (None, "real")])
def test_an_accuracy_over_few_examples_is_a_share_whoever_measures_it(examples, kind):
    settings = Settings(data=Data(dataset="digits", n_test=examples))
    for name, metric in (("knn", "accuracy"), ("peer", "test_accuracy")):
        assert experiments.get(name).kinds(settings)[metric] == kind
