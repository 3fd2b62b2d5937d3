"""Facts of linear regression: what they are where the answer is known by hand."""

import math

import pytest
from facts_played import play

pytest.importorskip("torch")


def test_the_published_shapes_multiply_only_when_transposed():
    found = play("manual_model", rows=5, inputs=3, outputs=2)
    assert found["untransposed_raises"]
    assert (found["output_rows"], found["output_columns"]) == (5, 2)
    # A square weight multiplies either way: the scenario does not answer yes by itself.
    assert not play("manual_model", rows=5, inputs=3, outputs=3)["untransposed_raises"]


def test_momentum_differs_from_the_classic_form_only_when_the_rate_changes():
    found = play("sgd_update", rows=4, inputs=6)
    assert found["classic_difference"] < 1e-12
    assert found["classic_difference_when_lr_falls"] > 1e-3


def test_float32_underflows_below_its_smallest_number():
    # 1e-45 is the smallest positive float32, to a digit; nine factors of 1e-5 still reach it.
    assert play("underflow")["float32_factors"] == 10


def test_a_hook_of_the_old_kind_sees_the_sum_not_the_layer():
    found = play("backward_hooks", rows=5, inputs=3, outputs=2)
    assert found["gradients_of_inputs"] == 3  # bias, input, transposed weight
    assert found["full_gradients_of_inputs"] == 1
    assert found["full_first_has_shape_of_input"]


def test_formulas_of_first_weights_to_sampling_error():
    found = play("init_formulas", inputs=400, outputs=300)
    assert found["xavier_over_root_two"] == pytest.approx(1, abs=0.02)
    assert found["xavier_over_plain"] == pytest.approx(math.sqrt(2), abs=0.02)
    assert found["kaiming_over_formula"] == pytest.approx(1, abs=0.02)
    assert found["default_over_kaiming"] == pytest.approx(math.sqrt(1 / 6), abs=0.02)


def test_a_broken_input_spoils_every_parameter():
    found = play("one_nan", rows=6, inputs=4, outputs=2)
    assert found["nan_share_of_parameters"] == 1
    assert not found["raises"]
