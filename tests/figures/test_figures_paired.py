"""Differences between cases at equal seeds."""

from dataclasses import replace

import fake_results as fake
import pytest
from figure_drawing import draw, table


def test_paired_differences_are_paired_by_seed():
    maker = fake.Maker()
    for seed in range(4):
        for optimizer, gain in (("sgd", 0.0), ("adam", 0.01)):
            if (seed, optimizer) != (3, "sgd"):
                maker.add(
                    "demo",
                    "train",
                    {"backend": "numpy", "device": "cpu", "optimizer": optimizer},
                    seed,
                    metrics={"test_accuracy": 0.9 + 0.05 * seed + gain * (1 + 0.1 * seed)},
                )
    figure = table(
        kind="paired",
        y="test_accuracy",
        where={"optimizer": "adam"},
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), maker.archive(), figure)
    label, mean, above, below, n = picture.numbers.rows[0]
    assert (label, above, below, n) == ("NumPy, CPU", "3", "0", "3 seeds")
    # 1.0, 1.1 and 1.2 points: t(0.975, 2) * 0.1 / sqrt(3) = 0.248
    assert mean == "1.1 points ± 0.2"


@pytest.mark.filterwarnings("error:constrained_layout not applied")
def test_paired_differences_of_machines_with_long_names_keep_their_axes():
    maker, long = (
        fake.Maker(),
        "x86_64-cpu Intel(R) Xeon(R) Processor, 16 cores, cuda:NVIDIA H100 80GB",
    )
    for environment in (fake.LAPTOP, fake.SERVER):
        for seed in range(3):
            for optimizer in ("sgd", "adam"):
                axes = {"backend": "torch", "device": "cuda", "optimizer": optimizer}
                maker.add(
                    "demo", "train", axes, seed,
                    environment=environment.id, metrics={"test_accuracy": 0.9 + 0.01 * seed},
                )  # fmt: skip
    archive = maker.archive()
    archive.environments[fake.SERVER.id] = replace(fake.SERVER, hardware=long)
    figure = table(
        kind="paired",
        y="test_accuracy",
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), archive, figure)
    assert "H100: 0 points" in picture.alt
    assert picture.svg


def test_an_ambiguous_pair_is_refused():
    maker = fake.Maker()
    maker.add("demo", "train", {"optimizer": "adam", "lr": 1}, metrics={"loss": 1.0})
    for lr in (1, 2):
        maker.add("demo", "train", {"optimizer": "sgd", "lr": lr}, metrics={"loss": 2.0})
    figure = table(
        kind="paired",
        y="loss",
        compare={"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}},
    )
    picture = draw(fake.suite_of(), maker.archive(), figure)
    assert "name more axes" in picture.alt
