"""Facts of an MLP at other sizes than the document's, against arithmetic written out."""

import math

import pytest
from experiment_fakes import images
from facts_played import play

pytest.importorskip("torch")


def test_shapes_follow_the_sizes():
    found = play("mlp_shapes", inputs=6, units=4, outputs=3)
    assert (found["weight1_rows"], found["weight1_columns"]) == (4, 6)
    assert (found["weight2_rows"], found["weight2_columns"]) == (3, 4)
    assert found["parameter_count"] == 4 * 6 + 4 + 3 * 4 + 3


@pytest.mark.parametrize(("examples", "rows"), [(1003, 64), (128, 64), (5, 64), (129, 64)])
def test_lengths_are_ceilings(examples, rows):
    found = play("loader_length", examples=examples, rows=rows)
    assert found["length"] == math.ceil(examples / rows)
    assert found["length_of_double"] == math.ceil(examples / (2 * rows))


def test_a_wrapped_loader_moves_each_batch_when_it_is_asked_for():
    found = play("device_loader", examples=10, rows=4)
    assert (found["batches"], found["moved_in_all"]) == (3, 3)
    assert (found["moved_before_request"], found["moved_after_first_request"]) == (0, 1)
    assert play("device_loader", examples=4, rows=4)["most_alive_in_a_loop"] == 1


def test_the_default_range_of_weights_is_that_of_the_inputs():
    found = play("first_layer_range", rows=20, units=500, dataset=images())
    assert found["largest_weight"] == pytest.approx(1 / math.sqrt(16), rel=0.01)
    assert found["weight_deviation"] == pytest.approx(1 / math.sqrt(3 * 16), rel=0.05)


def test_labels_of_either_form_cost_what_their_type_says():
    found = play("label_formats", outputs=7)
    assert (found["index_bytes"], found["one_hot_bytes"]) == (8, 7 * 4)
    assert found["numbers_ratio"] == 7
    assert (found["index_raises"], found["float_index_raises"]) == (0, 1)


def test_frozen_layers_stay_and_the_others_do_not():
    found = play("frozen_layer", inputs=6, units=4, outputs=3)
    assert found["first_layer_change"] == 0 < found["second_layer_change"]
    assert found["trained_tensors"] == 2
