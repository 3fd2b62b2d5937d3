"""What kind of number a case's metrics are: its experiment's word, or the suite's own."""

import pytest
from suite_texts import DIGITS, load_suite, suite_text

from harness.plan.expand import expand

TEXT = suite_text(
    "tiny",
    DIGITS,
    """\
[model]
hidden = [16]
[train]
loss = "cross_entropy"
optimizer = { name = "sgd", lr = 0.1 }
epochs = 3
[[grid]]
backend = ["numpy"]
batch_size = [16, 32]
""",
)
OWN = '[kinds]\ntest_accuracy = "count"\n'
TORCH = '[seeds]\nrng = "torch"\nstep = {}\n'


@pytest.fixture
def cases(tmp_path):
    return lambda text: expand(load_suite(tmp_path, text)).full.cases


def test_an_experiment_says_what_its_metrics_are(cases):
    for case in cases(TEXT):
        assert case.kind("train_loss") == "positive"
        assert case.kind("parameters") == "fixed"
        assert case.kind("test_accuracy") == "real"  # of 360 pictures


def test_an_accuracy_over_few_pictures_is_a_share(cases):
    few = TEXT.replace('dataset = "digits"', 'dataset = "digits"\nn_test = 200')
    assert few != TEXT
    assert [case.kind("test_accuracy") for case in cases(few)] == ["share"] * 2


def test_the_suite_has_the_last_word_on_what_it_names(cases):
    for plain, own in zip(cases(TEXT), cases(TEXT + OWN), strict=True):
        assert own.kind("test_accuracy") == "count" != plain.kind("test_accuracy")
        assert {**own.kinds, "test_accuracy": plain.kind("test_accuracy")} == plain.kinds


def test_what_nobody_knows_is_a_real_number_and_diverging_is_a_bit(cases):
    case, _ = cases(TEXT)
    assert case.kind("unheard_of") == "real"
    assert case.kind("diverged") == "binary"


def test_where_every_run_repeats_its_draws_all_is_fixed(cases):
    for case in cases(TEXT + TORCH.format(0)):
        assert set(case.kinds.values()) == {"fixed"}
        assert case.kind("diverged") == "binary"
    for case in cases(TEXT + TORCH.format(1)):
        assert case.kind("train_loss") == "positive"


def test_even_there_the_suite_has_the_last_word(cases):
    for case in cases(TEXT + TORCH.format(0) + OWN):
        assert case.kind("test_accuracy") == "count"
        assert case.kind("train_loss") == "fixed"


def test_a_kind_is_no_part_of_an_id(cases):
    ids = [case.id for case in cases(TEXT)]
    assert [case.id for case in cases(TEXT + OWN)] == ids
    assert [case.id for case in cases(TEXT + OWN.replace("count", "share"))] == ids
