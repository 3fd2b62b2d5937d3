"""What is known of getting numbers out of tensors, without asking PyTorch."""

import pytest
from facts_played import play

pytest.importorskip("torch")


def test_numpy_refuses_what_still_has_a_graph():
    found = play("extraction", inputs=3)
    assert found["list_length"] == 3
    assert found["attached_numpy_raises"] == found["item_of_many_raises"] == 1
    assert found["detached_numpy_raises"] == found["detached_requires_grad"] == 0


def test_an_array_and_its_tensor_are_one_memory():
    assert set(play("numpy_bridge", rows=3, inputs=2).values()) == {1.0}


def test_a_format_of_three_holds_three_digits():
    assert list(play("log_format").values()) == [3, 3, 3, 4]


def test_scores_and_probabilities_have_one_largest_class():
    found = play("argmax", rows=1000, outputs=10)
    assert found == {
        "is_most_probable": 1,
        "differs_from_argmax_of_scores": 0,
        "is_whole": 1,
        "highest": 9,
    }
