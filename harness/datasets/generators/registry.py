"""Generators by name."""

from __future__ import annotations

from harness.datasets.generators import images, labels, lines
from harness.datasets.generators.recipe import Recipe
from harness.registry import Registry

GENERATORS: Registry[Recipe] = Registry(
    "generator",
    (
        ("linear", lines.LINEAR),
        ("polynomial", lines.POLYNOMIAL),
        ("images", images.IMAGES),
        ("xor", labels.XOR),
        ("circle", labels.CIRCLE),
        ("classes", labels.CLASSES),
        ("noise_images", images.NOISE_IMAGES),
    ),
)
