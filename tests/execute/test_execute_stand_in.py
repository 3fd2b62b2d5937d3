"""What a stand-in cannot serve is skipped; with the data that a suite names it stays an error."""

import pytest
from suite_texts import load_suite, suite_text

from harness.datasets.dataset import Roots
from harness.execute.protocol import Job
from harness.execute.worker import judged
from harness.plan.expand import expand

TABLES = """\
[data]
dataset = "{dataset}"
{data}

[model]
{model}

[train]
loss = "{loss}"
optimizer = {{ name = "sgd", lr = 0.1 }}
steps = 1
batch_size = {batch}
drop_last = true
evaluate = [{{ name = "test"{evaluate} }}]

[knn]
n_neighbors = [{k}]

[[grid]]
backend = ["numpy"]
device = ["cpu"]

[stand_in]
dataset = "digits"
"""
PLAIN = {
    "experiment": "train",
    "dataset": "mnist",
    "data": "",
    "model": "hidden = []",
    "loss": "cross_entropy",
    "batch": "32",
    "evaluate": "",
    "k": "1",
}
TOO_MUCH = {
    "training examples": {"data": "n_train = 20000"},
    "test examples": {"data": "n_test = 5000"},
    "validation examples": {"data": "n_validation = 5000"},
    "a share of one class": {"data": "majority = 0.999"},
    "a batch": {"batch": "5000"},
    "a picture": {"model": "layers = [" + '{ type = "max_pool2d", kernel = 2 }, ' * 4 + "]"},
    "neighbours": {"experiment": "knn", "k": "3000"},
    "a class": {"evaluate": ", labels = [11]"},
}


def jobs(folder, *, found, use=None, **changed):
    asked = PLAIN | changed
    text = suite_text("asks", TABLES.format(**asked), experiment=asked["experiment"])
    cells = expand(load_suite(folder, text, "asks")).at("quick", found=found).cells()
    roots = Roots(folder / "data", Roots.find().cache)
    return [Job("name", cell, roots, use or {}, 1) for cell in cells]


@pytest.mark.parametrize("asked", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_a_stand_in_cannot_serve_is_skipped_with_the_reason(asked, tmp_path):
    (job, *_) = jobs(tmp_path, found=False, **asked)
    answer = judged(job)
    assert answer.status == "skipped"
    assert answer.reason.startswith("digits stands in for mnist, and cannot serve this case: ")


@pytest.mark.parametrize("asked", TOO_MUCH.values(), ids=TOO_MUCH)
def test_the_same_of_the_data_that_a_suite_names_is_an_error(asked, tmp_path):
    (job, *_) = jobs(tmp_path, found=True, **{**asked, "dataset": "digits"})
    answer = judged(job)
    assert answer.status == "failed"
    assert "stands in" not in answer.reason


def test_a_stand_in_named_on_the_command_line_counts_as_one(tmp_path):
    (job, *_) = jobs(tmp_path, found=True, use={"mnist": "digits"}, data="n_train = 20000")
    answer = judged(job)
    assert (answer.status, answer.reason) == (
        "skipped",
        "digits stands in for mnist, and cannot serve this case: data.n_train must be at most the "
        "1437 training examples of the data set, got 20000",
    )


def test_other_mistakes_stay_errors_on_a_stand_in(tmp_path):
    (job, *_) = jobs(tmp_path, found=False, experiment="timing")
    assert judged(job).status == "failed"


def test_a_plain_case_runs_on_its_stand_in(tmp_path):
    assert {judged(job).status for job in jobs(tmp_path, found=False)} == {"ok"}
