"""Where layers may stand, what they make of a shape, and how suites name them."""

import inspect

import pytest

from harness.config import layers
from harness.config.layers import (
    LAYERS,
    Conv2d,
    Flatten,
    Layer,
    LayerNorm,
    Linear,
    MaxPool2d,
    ReLU,
    ShapeMismatch,
)
from harness.config.model import Model, ShapeError, layers_of, parameter_count, place


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


def test_the_table_has_every_layer_of_the_module_by_its_type():
    classes = {found for _, found in inspect.getmembers(layers, inspect.isclass)}
    own = {found for found in classes if issubclass(found, Layer) and found is not Layer}
    assert set(LAYERS.values()) == own
    assert all(name == layer.kind() for name, layer in LAYERS.items())


@pytest.mark.parametrize("name", LAYERS)
def test_a_suite_names_a_layer_by_its_type_which_is_always_written_out(name):
    needed = {field: 2 for field, info in LAYERS[name].model_fields.items() if info.is_required()}
    model = Model.model_validate({"layers": ({"type": name, **needed},)})
    assert model.layers is not None
    assert isinstance(model.layers[0], LAYERS[name])
    assert model.settings() == {"layers": [{"type": name, **needed}]}


@pytest.mark.parametrize(
    ("layer", "shape", "out", "parameters"),
    [
        (ReLU(), (3, 4, 5), (3, 4, 5), {}),
        (Linear(out=2), (7,), (2,), {"weight": (2, 7), "bias": (2,)}),
        (Linear(out=2, bias=False), (7,), (2,), {"weight": (2, 7)}),
        (LayerNorm(), (7,), (7,), {"weight": (7,), "bias": (7,)}),
        (MaxPool2d(kernel=2), (3, 5, 4), (3, 2, 2), {}),
        (
            Conv2d(out=8, kernel=3, stride=2, padding=1),
            (3, 5, 6),
            (8, 3, 3),
            {"weight": (8, 3, 3, 3), "bias": (8,)},
        ),
    ],
)
def test_a_layer_knows_what_it_makes_of_a_shape(layer, shape, out, parameters):
    assert layer.shape_out(shape) == out
    assert layer.parameters(shape) == parameters


@pytest.mark.parametrize("layer", [Linear(out=2), LayerNorm()])
def test_a_layer_of_rows_takes_no_images(layer):
    with pytest.raises(ShapeMismatch, match=r"must get flat input .* got \(3, 4, 5\) instead"):
        layer.shape_out((3, 4, 5))
