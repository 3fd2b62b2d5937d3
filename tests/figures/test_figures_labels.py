import pytest

from harness.figures.labels import axis_title, entry, known, setting, short, shorts, title

LAPTOP = "x86_64-cpu AMD EPYC, 2 cores"
SERVER = "x86_64-cpu Intel(R) Xeon(R) Processor, 16 cores, cuda:NVIDIA H100 80GB HBM3"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("backend", "sklearn", "scikit-learn"),
        ("optimizer", "sgd dampening=0.9 momentum=0.9", "SGD, dampening 0.9, momentum 0.9"),
        ("activation", "leaky_relu", "leaky ReLU"),
        ("zero_grad", "each_update", "gradients cleared each update"),
        ("n_train", 5000, "N = 5,000"),
        ("lr", 0.01, "learning rate 0.01"),
        ("grad", True, "graph kept yes"),
    ],
)
def test_settings_are_written_in_words(name, value, words):
    assert setting(name, value) == words


def test_a_suite_calls_things_as_it_likes():
    words = {"n": "matrix size n", "seconds": "time of one product"}
    assert axis_title("n", words=words) == "Matrix size n"
    assert title("seconds", words) == "time of one product"
    assert title("seconds") == "time"
    assert entry("n", 5000) == "5,000"


def test_names_of_ours_have_words_and_others_have_not():
    assert known("train_loss")
    assert known("cv_accuracy_k10")
    assert not known("value_0")
    assert not known("darts")


def test_a_machine_is_the_device_that_ran():
    assert short("cpu", LAPTOP) == "2-core CPU"
    assert short("cpu", SERVER) == "16-core CPU"
    assert short("cuda", SERVER) == "H100"
    assert short("cuda", "x86_64-cpu Ryzen, 8 cores, cuda:NVIDIA GeForce RTX 4090") == "RTX 4090"


def test_machines_that_few_words_do_not_tell_apart_have_all_of_them():
    other = "x86_64-cpu Intel Xeon, 2 cores"
    found = shorts([("cpu", LAPTOP), ("cpu", other)])
    assert list(found.values()) == ["AMD EPYC, 2 cores, cpu", "Intel Xeon, 2 cores, cpu"]
