"""Scenarios of tensors and their layouts: attributes, images, sequences, rows of unequal length."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "scalar_rank": "fixed",
        "batch_rank": "fixed",
        "batch_size": "fixed",
        "float_is_float32": "fixed",
        "whole_is_int64": "fixed",
        "on_asked_device": "fixed",
        "created_on_cpu": "fixed",
    },
    backends=["torch"],
)
def tensor_attributes(rng: Generator, device: str) -> Mapping[str, float]:
    """What a tensor of whole and of broken numbers knows of itself."""
    import torch

    setup = Setup(rng, device)
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


@harness.experiment(
    metrics={"tensor_raises": "fixed", "nested_raises": "fixed"},
    backends=["torch"],
)
def jagged() -> Mapping[str, float]:
    """Rows of unequal length: as a tensor, and as a nested tensor."""
    import torch

    rows = [[1.0, 2.0], [3.0]]
    return {
        "tensor_raises": raises(lambda: torch.tensor(rows)),
        "nested_raises": raises(lambda: torch.nested.nested_tensor(rows, layout=torch.jagged)),
    }


@harness.experiment(
    metrics={
        "channels_first_raises": "fixed",
        "channels_last_raises": "fixed",
        "out_channels_dimension": "fixed",
    },
    backends=["torch"],
)
def image_layout(rng: Generator, device: str) -> Mapping[str, float]:
    """A convolution of 3 channels on pictures of layout NCHW and NHWC."""
    from torch import nn

    setup = Setup(rng, device)
    conv = nn.Conv2d(3, 8, 3).to(setup.device)
    channels_first, channels_last = setup.normal(2, 3, 32, 30), setup.normal(2, 32, 30, 3)
    out = conv(channels_first)
    return {
        "channels_first_raises": raises(lambda: conv(channels_first)),
        "channels_last_raises": raises(lambda: conv(channels_last)),
        "out_channels_dimension": tuple(out.shape).index(8),
    }


@harness.experiment(
    metrics={
        "sequences_by_default": "fixed",
        "sequences_batch_first": "fixed",
        "transformer_batch_first": "fixed",
    },
    backends=["torch"],
)
def sequence_layout(rng: Generator, device: str) -> Mapping[str, float]:
    """Which dimension a recurrent layer and attention take for the batch by default.

    Both get 5 x 7 inputs; the hidden state has one entry per sequence.
    """
    from torch import nn

    setup = Setup(rng, device)
    x = setup.normal(5, 7, 16)
    rnn = nn.RNN(16, 4).to(setup.device)
    first = nn.RNN(16, 4, batch_first=True).to(setup.device)
    encoder = nn.TransformerEncoderLayer(16, 4)
    return {
        "sequences_by_default": rnn(x)[1].shape[1],
        "sequences_batch_first": first(x)[1].shape[1],
        "transformer_batch_first": bool(encoder.self_attn.batch_first),
    }


@harness.experiment(
    metrics={
        "raises": "fixed",
        "right_rows": "fixed",
        "swapped_rows": "fixed",
        "reshaped_rows": "fixed",
        "reshaped_difference": "positive",
    },
    backends=["torch"],
)
def swapped_dimensions(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """Sequences (rows, 10, 16) through a linear layer and a mean over time, dimensions swapped.

    ``reshaped_*`` swaps back by ``reshape``, which gives the wanted shape and mixes the sequences.
    """
    import torch

    setup = Setup(rng, device, rows=rows)
    x, weight = setup.normal(setup.rows, 10, 16), setup.normal(4, 16)

    def scores(sequences: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(sequences, weight).mean(dim=1)

    swapped = x.transpose(0, 1)
    mixed = scores(swapped.reshape(x.shape))
    return {
        "raises": raises(lambda: scores(swapped)),
        "right_rows": scores(x).shape[0],
        "swapped_rows": scores(swapped).shape[0],
        "reshaped_rows": mixed.shape[0],
        "reshaped_difference": float((mixed - scores(x)).abs().max() / scores(x).abs().max()),
    }


@harness.experiment(
    metrics={
        "weight_rows": "fixed",
        "weight_columns": "fixed",
        "bias_size": "fixed",
        "vectors_last": "fixed",
        "vectors_rows": "fixed",
        "sequences_last": "fixed",
        "sequences_kept": "fixed",
    },
    backends=["torch"],
)
def leading_dimensions(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """A linear layer 512 to 128 on a batch of vectors and on a batch of sequences."""
    from torch import nn

    setup = Setup(rng, device, rows=rows)
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


@harness.experiment(
    metrics={
        "difference": "fixed",
        "column_raises": "fixed",
        "column_difference": "fixed",
        "viewed_difference": "fixed",
    },
    backends=["torch"],
)
def explicit_bias(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """A bias of the wrong length, and one that broadcasts by mistake, with and without view."""
    setup = Setup(rng, device, rows=rows)
    x, bias = setup.normal(setup.rows, 4), setup.normal(4)
    square = setup.normal(4, 4)
    column = bias.view(-1, 1)
    return {
        "difference": float((x + bias - (x + bias.view(1, -1))).abs().max()),
        "column_raises": raises(lambda: square + column),
        "column_difference": float((square + column - (square + bias)).abs().max()),
        "viewed_difference": float((square + column.view(1, -1) - (square + bias)).abs().max()),
    }


@harness.experiment(
    metrics={"vector_raises": "fixed", "scalar_raises": "fixed", "moved_raises": "fixed"},
    backends=["torch"],
)
def mixed_addition(rng: Generator, device: str) -> Mapping[str, float]:
    """Add a vector, and a scalar, that lie on the host to a vector on the device."""
    import torch

    setup = Setup(rng, device)
    there, vector = setup.normal(3), setup.normal(3).cpu()
    return {
        "vector_raises": raises(lambda: there + vector),
        "scalar_raises": raises(lambda: there + torch.tensor(2.0)),
        "moved_raises": raises(lambda: there + vector.to(setup.device)),
    }
