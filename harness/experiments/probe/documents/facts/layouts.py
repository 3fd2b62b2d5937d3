"""Scenarios of tensors and their layouts: attributes, images, sequences, rows of unequal length."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.experiments.probe.documents.facts.scenario import Scenario, Setup


def tensor_attributes(setup: Setup) -> Mapping[str, float]:
    """What a tensor of whole and of broken numbers knows of itself."""
    import torch

    scalar, whole = torch.tensor(0.5), torch.tensor([1, 2])
    batch = setup.normal(2, 3, 4, 5)
    return {
        "scalar_rank": scalar.dim(),
        "batch_rank": batch.dim(),
        "batch_size": batch.shape[0],
        "float_is_float32": scalar.dtype == torch.float32,
        "whole_is_int64": whole.dtype == torch.int64,
        "on_asked_device": batch.device.type == setup.device,
        "created_on_cpu": scalar.device.type == "cpu",
    }


def jagged(_setup: Setup) -> Mapping[str, float]:
    """Rows of unequal length: as a tensor, and as a nested tensor."""
    import torch

    rows = [[1.0, 2.0], [3.0]]
    return {
        "tensor_raises": _refused(lambda: torch.tensor(rows)),
        "nested_raises": _refused(lambda: torch.nested.nested_tensor(rows, layout=torch.jagged)),
    }


def image_layout(setup: Setup) -> Mapping[str, float]:
    """A convolution of 3 channels on pictures of layout NCHW and NHWC."""
    from torch import nn

    conv = nn.Conv2d(3, 8, 3).to(setup.device)
    channels_first, channels_last = setup.normal(2, 3, 32, 30), setup.normal(2, 32, 30, 3)
    out = conv(channels_first)
    return {
        "channels_first_raises": _refused(lambda: conv(channels_first)),
        "channels_last_raises": _refused(lambda: conv(channels_last)),
        "out_channels_dimension": tuple(out.shape).index(8),
    }


def sequence_layout(setup: Setup) -> Mapping[str, float]:
    """Which dimension a recurrent layer and attention take for the batch by default.

    Both get 5 x 7 inputs; the hidden state has one entry per sequence.
    """
    from torch import nn

    x = setup.normal(5, 7, 16)
    rnn = nn.RNN(16, 4).to(setup.device)
    first = nn.RNN(16, 4, batch_first=True).to(setup.device)
    encoder = nn.TransformerEncoderLayer(16, 4)
    return {
        "sequences_by_default": rnn(x)[1].shape[1],
        "sequences_batch_first": first(x)[1].shape[1],
        "transformer_batch_first": bool(encoder.self_attn.batch_first),
    }


def swapped_dimensions(setup: Setup) -> Mapping[str, float]:
    """Sequences (rows, 10, 16) through a linear layer and a mean over time, dimensions swapped.

    ``reshaped_*`` swaps back by ``reshape``, which gives the wanted shape and mixes the sequences.
    """
    import torch

    x, weight = setup.normal(setup.rows, 10, 16), setup.normal(4, 16)

    def scores(sequences: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(sequences, weight).mean(dim=1)

    swapped = x.transpose(0, 1)
    mixed = scores(swapped.reshape(x.shape))
    return {
        "raises": _refused(lambda: scores(swapped)),
        "right_rows": scores(x).shape[0],
        "swapped_rows": scores(swapped).shape[0],
        "reshaped_rows": mixed.shape[0],
        "reshaped_difference": float((mixed - scores(x)).abs().max() / scores(x).abs().max()),
    }


def leading_dimensions(setup: Setup) -> Mapping[str, float]:
    """A linear layer 512 to 128 on a batch of vectors and on a batch of sequences."""
    from torch import nn

    layer = nn.Linear(512, 128).to(setup.device)
    vectors, sequences = layer(setup.normal(setup.rows, 512)), layer(setup.normal(4, 7, 512))
    return {
        "weight_rows": layer.weight.shape[0],
        "weight_columns": layer.weight.shape[1],
        "bias_size": layer.bias.numel(),
        "vectors_last": vectors.shape[-1],
        "vectors_rows": vectors.shape[0],
        "sequences_last": sequences.shape[-1],
        "sequences_kept": tuple(sequences.shape[:2]) == (4, 7),
    }


def explicit_bias(setup: Setup) -> Mapping[str, float]:
    """A bias of the wrong length, and one that broadcasts by mistake, with and without view."""
    x, bias = setup.normal(setup.rows, 4), setup.normal(4)
    square = setup.normal(4, 4)
    column = bias.view(-1, 1)
    return {
        "difference": float((x + bias - (x + bias.view(1, -1))).abs().max()),
        "column_raises": _refused(lambda: square + column),
        "column_difference": float((square + column - (square + bias)).abs().max()),
        "viewed_difference": float((square + column.view(1, -1) - (square + bias)).abs().max()),
    }


def mixed_addition(setup: Setup) -> Mapping[str, float]:
    """Add a vector, and a scalar, that lie on the host to a vector on the device."""
    import torch

    there, vector = setup.normal(3), setup.normal(3).cpu()
    return {
        "vector_raises": _refused(lambda: there + vector),
        "scalar_raises": _refused(lambda: there + torch.tensor(2.0)),
        "moved_raises": _refused(lambda: there + vector.to(setup.device)),
    }


def _refused(action: Callable[[], object]) -> float:
    try:
        action()
    except (RuntimeError, ValueError, TypeError):
        return 1.0
    return 0.0


SCENARIOS: Mapping[str, Scenario] = {
    "tensor_attributes": Scenario(
        (
            "scalar_rank",
            "batch_rank",
            "batch_size",
            "float_is_float32",
            "whole_is_int64",
            "on_asked_device",
            "created_on_cpu",
        ),
        tensor_attributes,
    ),
    "jagged": Scenario(("tensor_raises", "nested_raises"), jagged),
    "image_layout": Scenario(
        ("channels_first_raises", "channels_last_raises", "out_channels_dimension"), image_layout
    ),
    "sequence_layout": Scenario(
        ("sequences_by_default", "sequences_batch_first", "transformer_batch_first"),
        sequence_layout,
    ),
    "swapped_dimensions": Scenario(
        (
            "raises",
            "right_rows",
            "swapped_rows",
            "reshaped_rows",
            "reshaped_difference",
        ),
        swapped_dimensions,
    ),
    "leading_dimensions": Scenario(
        (
            "weight_rows",
            "weight_columns",
            "bias_size",
            "vectors_last",
            "vectors_rows",
            "sequences_last",
            "sequences_kept",
        ),
        leading_dimensions,
    ),
    "mixed_addition": Scenario(("vector_raises", "scalar_raises", "moved_raises"), mixed_addition),
    "explicit_bias": Scenario(
        ("difference", "column_raises", "column_difference", "viewed_difference"), explicit_bias
    ),
}
