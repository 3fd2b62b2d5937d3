import inspect

import pytest

from harness.config import layers
from harness.config.layers import (
    LAYERS,
    Conv2d,
    Layer,
    LayerNorm,
    Linear,
    MaxPool2d,
    ReLU,
    ShapeMismatch,
)
from harness.config.model import Model


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
