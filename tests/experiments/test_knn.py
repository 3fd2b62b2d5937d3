import numpy as np
import pytest
from experiment_fakes import FakeBackend, context, images, targets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Knn
from harness.errors import UsageError
from harness.experiments import knn

RAW = Data(dataset="fake", scale="raw")


def run(table, dataset=None, backend=None):
    dataset = images() if dataset is None else dataset
    return knn.run(context(dataset, backend or FakeBackend(), data=RAW, knn=table))


def naive_vote(row, k):
    votes = [int(label) for label in row[:k]]
    return min(set(votes), key=lambda label: (-votes.count(label), label))


def rows(part):
    return part.reshape(len(part), -1).astype(np.float64)


@given(
    labels=hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 8), st.integers(1, 12)),
        elements=st.integers(0, 3),
    ),
    data=st.data(),
)
def test_vote_is_the_naive_vote_for_every_k(labels, data):
    width = labels.shape[1]
    ks = data.draw(st.lists(st.integers(1, width), min_size=1, max_size=4))
    winners = knn.vote(labels, ks, classes=4)
    assert list(winners) == sorted(set(ks))
    for k, winner in winners.items():
        assert winner.tolist() == [naive_vote(row, k) for row in labels]


def test_the_smallest_label_wins_a_tie_though_it_is_farther():
    winners = knn.vote(np.array([[3, 3, 1, 1, 0]]), [1, 2, 3, 4, 5], classes=4)
    assert [int(winners[k][0]) for k in (1, 2, 3, 4, 5)] == [3, 3, 3, 1, 1]


@pytest.mark.parametrize("k", [1, 2, 3, 5, 10])
def test_predictions_are_those_of_scikit_learn(k):
    # The default vote of scikit-learn also gives a tie to the smallest label.
    dataset = images(n_train=200, n_test=80)
    reference = KNeighborsClassifier(k, algorithm="brute").fit(
        rows(dataset.x_train), dataset.y_train
    )
    outcome = run(Knn(n_neighbors=(k,)), dataset)
    expected = reference.predict(rows(dataset.x_test))
    assert outcome.arrays["predictions"].tolist() == expected.tolist()
    assert outcome.metrics[f"accuracy_k{k}"] == np.mean(expected == dataset.y_test)


def test_one_search_answers_every_k():
    backend = FakeBackend()
    outcome = run(Knn(n_neighbors=(10, 1, 5)), backend=backend)
    assert backend.named("neighbors") == [((60, 16), (20, 16), 10, "no_loop")]
    assert outcome.series["accuracy"].x == [1.0, 5.0, 10.0]
    assert outcome.series["accuracy"].y == [outcome.metrics[f"accuracy_k{k}"] for k in (1, 5, 10)]


def test_the_arrays_are_those_of_the_best_k():
    dataset = images()
    outcome = run(Knn(n_neighbors=(1, 3, 5, 10)), dataset)
    arrays, metrics = outcome.arrays, outcome.metrics
    best = int(metrics["best_k"])
    accuracy = {k: metrics[f"accuracy_k{k}"] for k in (1, 3, 5, 10)}
    assert best == min(k for k in accuracy if accuracy[k] == max(accuracy.values()))
    assert metrics["best_accuracy"] == accuracy[best] == arrays["correct"].mean()
    assert arrays["labels"].tolist() == dataset.y_test.tolist()
    assert ((arrays["predictions"] == arrays["labels"]) == arrays["correct"]).all()
    assert arrays["correct"].dtype == arrays["predictions"].dtype == np.uint8


def test_the_smallest_of_equally_good_k_is_best():
    assert knn.best_of({1: 0.2, 5: 0.4, 3: 0.4, 10: 0.3}) == 3


def test_nearest_distance_is_kept_for_every_test_image():
    dataset = images()
    outcome = run(Knn(n_neighbors=(3,)), dataset)
    apart = rows(dataset.x_test)[:, np.newaxis] - rows(dataset.x_train)
    nearest = np.sqrt((apart**2).sum(axis=2)).min(axis=1)
    kept = outcome.arrays["nearest_distance"]
    assert kept.dtype == np.float32
    np.testing.assert_allclose(kept, nearest, rtol=1e-6)
    assert outcome.metrics["nearest_distance"] == pytest.approx(nearest.mean(), rel=1e-6)


def test_cross_validation_is_that_of_scikit_learn():
    dataset = images(n_train=103)  # not a multiple of the folds
    outcome = run(Knn(n_neighbors=(5, 1), cv_folds=5), dataset)
    for column, k in enumerate((1, 5)):
        scores = cross_val_score(
            KNeighborsClassifier(k, algorithm="brute"),
            rows(dataset.x_train),
            dataset.y_train,
            cv=KFold(5),
        )
        assert outcome.arrays["cv_fold_accuracy"][:, column].tolist() == scores.tolist()
        assert outcome.metrics[f"cv_accuracy_k{k}"] == pytest.approx(scores.mean(), rel=1e-12)
    assert set(outcome.metrics) == {"cv_accuracy_k1", "cv_accuracy_k5", "best_k"}
    assert outcome.series["cv_accuracy"].x == [1.0, 5.0]


def test_cross_validation_never_looks_at_the_test_images():
    dataset = images()
    backend = FakeBackend()
    run(Knn(n_neighbors=(1,), cv_folds=3), dataset, backend)
    assert backend.named("neighbors") == [((40, 16), (20, 16), 1, "no_loop")] * 3


def test_the_panel_holds_images_and_their_neighbours():
    dataset = images(shape=(3, 4, 4))
    arrays = run(Knn(n_neighbors=(1,), panel=2), dataset).arrays
    assert arrays["panel_images"].shape == (2, 4, 4, 3)
    assert arrays["panel_neighbors"].shape == (2, 5, 4, 4, 3)
    assert arrays["panel_images"].dtype == arrays["panel_neighbors"].dtype == np.uint8
    order = np.argsort(
        ((rows(dataset.x_test[:1]) - rows(dataset.x_train)) ** 2).sum(axis=1), kind="stable"
    )
    expected = dataset.x_train[order[:5]].transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(arrays["panel_neighbors"][0], expected)
    assert arrays["panel_neighbor_labels"][0].tolist() == dataset.y_train[order[:5]].tolist()
    assert arrays["panel_labels"].tolist() == dataset.y_test[:2].tolist()


def test_the_digests_tell_other_data_apart():
    first, again = run(Knn(), images()).digests, run(Knn(), images()).digests
    other = run(Knn(), images(n_train=59)).digests
    assert first == again
    assert first["data"] != other["data"]
    assert set(first) == {"data", "neighbors"}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Knn(n_neighbors=(61,)), r"at most 60.* got 61"),
        (Knn(n_neighbors=(49,), cv_folds=5), r"at most 48.* got 49"),
        (Knn(n_neighbors=()), "at least one k"),
        (Knn(cv_folds=61), "2 to 60, got 61"),
        (Knn(cv_folds=1), "2 to 60, got 1"),
    ],
)
def test_what_cannot_be_answered_is_refused(table, words):
    with pytest.raises(UsageError, match=words):
        run(table)


def test_regression_targets_are_refused():
    with pytest.raises(UsageError, match="must be given classes, got targets of float32"):
        run(Knn(), targets())


def test_a_panel_of_features_is_refused():
    dataset = images(shape=(7,))
    with pytest.raises(UsageError, match=r"panel must be 0 .*\(7,\)"):
        run(Knn(panel=3), dataset)


def test_missing_tables_are_named():
    with pytest.raises(UsageError, match=r"\[data\] and \[knn\]"):
        knn.run(context(images(), FakeBackend()))


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
