"""What the suites of this project leave has a kind that somebody chose."""

from pathlib import Path

import pytest

from harness.config import kinds
from harness.experiments import registry as experiments
from harness.plan.expand import expand
from harness.suite.load import find, load

SUITES = find([], Path(__file__).parents[2] / "suites")
BY_DEFAULT = {
    "knn": {"accuracy", "best_accuracy", "cv_accuracy", "cv_fold_accuracy"},
    "peer": {"test_accuracy", "train_accuracy", "validation_accuracy", "weight_0", "bias"},
}
"""Of what claims are about: accuracies over many examples and least-squares weights, whose runs
lie nearly normally."""


def by_k(name):
    """``accuracy_k5`` is an accuracy as well."""
    return name.partition("_k")[0]


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_everything_that_a_case_leaves_has_a_kind(path, plans):
    for case in plans[path.stem].full.cases:
        produces = experiments.of(case).produces
        if produces is not None:
            assert produces(case.settings) <= set(case.kinds)
            assert set(case.kinds.values()) <= set(kinds.KINDS)


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_what_claims_are_about_is_of_the_default_kind_only_where_that_is_meant(path, monkeypatch):
    monkeypatch.setattr(kinds, "DEFAULT", "by default")
    suite = load(path)
    claimed = {claim.metric for claim in suite.claims} - set(suite.kinds)
    for case in expand(suite).full.cases:
        if experiments.of(case).produces is None:
            continue  # a user's own: there the default is what the suite does not say otherwise
        found = {by_k(name) for name in claimed if case.kinds.get(name) == "by default"}
        assert found <= BY_DEFAULT.get(case.experiment, set())


@pytest.mark.parametrize(
    ("stem", "metric", "kind"),
    [
        ("least-squares", "test_loss", "positive"),
        ("signal-propagation", "variance_change", "real"),
        ("signal-propagation", "overflow_layer", "count"),
    ],
)
def test_what_a_probe_says_of_all_its_numbers_is_believed(plans, stem, metric, kind):
    probes = [case for case in plans[stem].full.cases if case.experiment == "probe"]
    assert {case.kinds[metric] for case in probes if metric in case.kinds} == {kind}
