"""What an evaluation may ask for, held against scikit-learn and numbers made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from experiment_fakes import context, images, targets
from sklearn import metrics as oracle

from harness import backends
from harness.config.layers import BatchNorm, Dropout, Flatten, Linear, ReLU
from harness.config.model import Model
from harness.config.train import Evaluation, Train
from harness.datasets.dataset import Dataset
from harness.errors import UsageError
from harness.experiments.train import evaluation as module
from harness.experiments.train import produces, run, scores
from harness.experiments.train.evaluation import Shown, inverted, moved
from harness.experiments.train.scores import Scores

BACKENDS = ("numpy", "torch")
RNG = np.random.default_rng(0)
Y = RNG.integers(4, size=60)
OUTPUTS = RNG.integers(6, size=(60, 4)).astype(float)  # with ties
DROPPING = Model(layers=(Flatten(), Linear(out=32), Dropout(rate=0.5), ReLU(), Linear(out=4)))
NORMED = Model(layers=(Flatten(), Linear(out=8), BatchNorm(), ReLU(), Linear(out=4)))


def of(outputs: np.ndarray, y: np.ndarray, **options: Any) -> dict[str, float]:
    evaluation = Evaluation(name="e", **options)
    found = scores.metrics(Scores(outputs, y, 0.25), evaluation)
    classes = outputs.shape[1] if np.issubdtype(y.dtype, np.integer) else 0
    assert set(found) <= scores.names(evaluation, classes)
    assert found.pop("e_loss") == 0.25
    return {name.removeprefix("e_"): value for name, value in found.items()}


def evaluate(
    backend: str, model: Model, *evaluations: Evaluation, **train: Any
) -> dict[str, float]:
    settings = {"loss": "cross_entropy", "lr": 0.01, "epochs": 2, "batch_size": 10, **train}
    tables = {"model": model, "train": Train(evaluate=evaluations, **settings)}
    cell = context(images(), backends.get(backend), **tables)
    outcome = run(cell)
    assert {*outcome.metrics} <= produces(cell.settings)
    return dict(outcome.metrics)


def test_recalls_are_those_of_scikit_learn() -> None:
    found = of(OUTPUTS, Y, recall=True)
    predicted = OUTPUTS.argmax(axis=1)
    each = oracle.recall_score(Y, predicted, average=None)
    assert [found[f"recall_{label}"] for label in range(4)] == pytest.approx(list(each))
    assert found["macro_recall"] == pytest.approx(oracle.balanced_accuracy_score(Y, predicted))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_top_k_is_that_of_scikit_learn(k: int) -> None:
    apart = OUTPUTS + np.linspace(0, 0.5, OUTPUTS.size).reshape(OUTPUTS.shape)
    expected = oracle.top_k_accuracy_score(Y, apart, k=k)
    assert of(apart, Y, top_k=k)[f"top{k}_accuracy"] == pytest.approx(expected)


def test_the_first_of_top_k_is_the_accuracy_even_with_ties() -> None:
    found = of(OUTPUTS, Y, top_k=1)
    assert found["top1_accuracy"] == found["accuracy"]
    assert of(np.full((60, 4), np.nan), Y, top_k=3)["top3_accuracy"] == 0


def test_confusions_are_counted_both_ways() -> None:
    table = oracle.confusion_matrix(Y, OUTPUTS.argmax(axis=1))
    expected = (table[1, 3] + table[3, 1]) / (table[1].sum() + table[3].sum())
    assert of(OUTPUTS, Y, confusions=((1, 3),)) == {
        "accuracy": pytest.approx(np.trace(table) / 60),
        "confused_1_3": pytest.approx(expected),
    }


def test_accuracies_of_batches_weigh_a_small_last_batch_like_the_others() -> None:
    outputs, y = np.eye(2)[[0, 0, 0, 0, 1]], np.array([0, 0, 0, 1, 1])
    found = of(outputs, y, batch_size=4)
    assert found == {"accuracy": 0.8, "batch_accuracy": (0.75 + 1) / 2}


def test_a_threshold_parts_one_output_into_two_classes() -> None:
    outputs = np.array([[0.1], [0.5], [0.6], [0.9], [np.nan], [np.nan]])
    y = np.array([[0.0], [0.0], [1.0], [0.0], [0.0], [1.0]])
    found = of(outputs, y, threshold=0.5, recall=True)
    assert found == {
        "accuracy": pytest.approx(3 / 6),
        "recall_0": pytest.approx(2 / 4),
        "recall_1": pytest.approx(1 / 2),
        "macro_recall": pytest.approx(0.5),
    }
    assert of(outputs, y) == {}


@pytest.mark.parametrize("backend", BACKENDS)
def test_inverted_images_are_those_of_an_inverted_test_set(backend: str) -> None:
    dataset = images()
    swapped = replace(dataset, x_test=255 - dataset.x_test)
    model, train = Model(hidden=()), {"loss": "cross_entropy", "lr": 0.01, "epochs": 2}

    def accuracy(data: Dataset, **options: Any) -> dict[str, float]:
        table = Train(evaluate=(Evaluation(name="e", **options),), **train)
        return dict(run(context(data, backends.get(backend), model=model, train=table)).metrics)

    assert accuracy(dataset, inverted=True) == accuracy(swapped)
    assert accuracy(dataset)["e_loss"] != accuracy(swapped)["e_loss"]


def test_only_pixels_can_be_inverted() -> None:
    with pytest.raises(UsageError, match="inverted must be false"):
        inverted(np.zeros((2, 3), np.float32))


def test_a_shift_moves_images_and_empties_what_they_leave() -> None:
    image = np.arange(1, 13, dtype=np.uint8).reshape(1, 1, 3, 4)
    np.testing.assert_array_equal(
        moved(image, (1, -2))[0, 0], [[0, 0, 0, 0], [3, 4, 0, 0], [7, 8, 0, 0]]
    )
    np.testing.assert_array_equal(moved(moved(image, (0, 1)), (0, -1))[..., :3], image[..., :3])
    assert moved(image, (0, 0)) is image
    with pytest.raises(UsageError, match=r"shift must be \[0, 0\] for examples that are not"):
        moved(np.zeros((3, 2)), (0, 1))


def test_evaluations_of_some_labels_see_only_those() -> None:
    each = tuple(Evaluation(name=f"of_{k}", labels=(k,), recall=True) for k in range(4))
    found = evaluate("numpy", Model(hidden=()), Evaluation(name="all", recall=True), *each)
    for k in range(4):
        assert found[f"of_{k}_accuracy"] == found[f"of_{k}_recall_{k}"] == found[f"all_recall_{k}"]
    with pytest.raises(UsageError, match=r"must find examples of the classes \(9,\) there"):
        evaluate("numpy", Model(hidden=()), Evaluation(name="none", labels=(9,)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_dropout_stays_on_in_mode_train(backend: str) -> None:
    modes = (Evaluation(name="off"), Evaluation(name="on", mode="train"))
    found = evaluate(backend, DROPPING, *modes, lr=1e-9)
    assert found["off_loss"] != found["on_loss"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_evaluation_in_mode_train_leaves_statistics_alone(backend: str) -> None:
    first, last = Evaluation(name="first"), Evaluation(name="last", batch_size=1000)
    batches = Evaluation(name="batches", mode="train", batch_size=5)
    found = evaluate(backend, NORMED, first, batches, last)
    assert found["first_loss"] == found["last_loss"] != found["batches_loss"]


def test_backends_agree_in_every_mode() -> None:
    evaluations = (
        Evaluation(name="a", mode="train", batch_size=5, recall=True),
        Evaluation(name="b", shift=(1, 0), top_k=2),
    )
    ours, theirs = (evaluate(b, NORMED, *evaluations, dtype="float64") for b in BACKENDS)
    assert ours == {name: pytest.approx(value, rel=1e-9) for name, value in theirs.items()}


def test_every_name_is_said_before() -> None:
    options = Evaluation(
        name="e", batch_size=7, top_k=2, recall=True, confusions=((0, 1),), part="train"
    )
    found = evaluate("numpy", Model(hidden=()), options)
    assert {name for name in found if name.startswith("e_")} == scores.names(options, 4)


def test_targets_have_an_accuracy_only_with_a_threshold() -> None:
    plain = Evaluation(name="plain", part="train")
    evaluate_by = (plain, plain.model_copy(update={"name": "cut", "threshold": 1.0}))
    train = Train(loss="mse", lr=0.5, epochs=200, batch_size="full", evaluate=evaluate_by)
    data = targets()
    cell = context(data, backends.get("numpy"), model=Model(hidden=()), train=train)
    found = run(cell).metrics
    assert "plain_accuracy" not in found
    assert found["cut_accuracy"] > 0.9


def test_a_rounded_output_is_right_where_it_meets_its_target() -> None:
    outputs = np.array([[0.4], [1.6], [2.5], [-0.6], [7.2]])
    y = np.array([[0.0], [2.0], [3.0], [-1.0], [8.0]])
    assert of(outputs, y, rounded=True) == {"accuracy": pytest.approx(3 / 5)}  # 2.5 rounds to even
    assert of(outputs, y) == {}


def test_a_block_is_made_once() -> None:
    shown, made = Shown(), []

    def make() -> np.ndarray:
        made.append(len(made))
        return np.full(2, len(made))

    first = shown.block("a", 8, make)
    assert shown.block("a", 8, make) is first
    assert shown.block("b", 8, make) is not first
    assert made == [0, 1]


def test_what_would_take_too_much_memory_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 20)
    shown = Shown()
    kept, large = shown.block("a", 12, object), shown.block("b", 12, object)
    assert shown.block("b", 12, object) is not large
    assert shown.block("a", 12, object) is kept
    small = shown.block("c", 8, object)
    assert shown.block("c", 8, object) is small
