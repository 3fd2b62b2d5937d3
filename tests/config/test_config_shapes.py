"""Where layers may stand, and what they make of a shape."""

import pytest

from harness.config.layers import Conv2d, Flatten, Linear, MaxPool2d
from harness.config.model import Model
from harness.config.shapes import ShapeError, layers_of, parameter_count, place


def shapes(*layers, shape=(3, 32, 32)):
    model = Model(layers=(*layers, Flatten(), Linear(out=4)))
    return [step.shape_out for step in place(model, shape, 4)][: len(layers)]


@pytest.mark.parametrize(
    ("layer", "out"),
    [
        (Conv2d(out=5, kernel=7, padding=3), (5, 32, 32)),
        (Conv2d(out=5, kernel=7), (5, 26, 26)),
        (Conv2d(out=5, kernel=3, stride=2), (5, 15, 15)),
        (Conv2d(out=5, kernel=3, stride=2, padding=1), (5, 16, 16)),
        (MaxPool2d(), (3, 16, 16)),
        (MaxPool2d(kernel=3), (3, 10, 10)),
    ],
)
def test_windows_give_the_shapes_torch_gives(layer, out):
    assert shapes(layer) == [out]


def test_a_convolutions_parameters_are_counted():
    layers = (Conv2d(out=32, kernel=7, padding=3), MaxPool2d(), Flatten(), Linear(out=10))
    placed = place(Model(layers=layers), (3, 32, 32), 10)
    assert parameter_count(placed) == 32 * 3 * 7 * 7 + 32 + 10 * 32 * 16 * 16 + 10
    bare = place(Model(layers=(Conv2d(out=2, kernel=1, bias=False), Flatten())), (1, 1, 1), 2)
    assert parameter_count(bare) == 2


@pytest.mark.parametrize("layer", [Conv2d(out=5, kernel=3), MaxPool2d()])
def test_windows_must_meet_images(layer):
    with pytest.raises(ShapeError, match=r"must get images .* got \(3072,\)") as error:
        shapes(Flatten(), layer)
    assert error.value.layer == 1


@pytest.mark.parametrize("layer", [Conv2d(out=5, kernel=7, padding=1), MaxPool2d(kernel=7)])
def test_a_kernel_must_fit_its_input(layer):
    with pytest.raises(ShapeError, match=r"at most as large .* got 7"):
        shapes(layer, shape=(1, 4, 9))


def test_a_linear_layer_must_be_flattened_to():
    with pytest.raises(ShapeError, match="flat"):
        shapes(Conv2d(out=5, kernel=3), Linear(out=3))


def test_dropout_of_the_short_form_follows_every_activation():
    layers = layers_of(Model(hidden=(4, 3), dropout=0.25), 2)
    kinds = ["flatten", "linear", "relu", "dropout", "linear", "relu", "dropout", "linear"]
    assert [layer.type for layer in layers] == kinds
    assert {layer.rate for layer in layers if layer.type == "dropout"} == {0.25}


def test_a_model_without_biases_has_weights_alone():
    placed = place(Model(hidden=(6,), biases=False), (3,), 2)
    assert parameter_count(placed) == 6 * 3 + 2 * 6
    assert parameter_count(place(Model(hidden=(6,)), (3,), 2)) == 6 * 3 + 6 + 2 * 6 + 2
