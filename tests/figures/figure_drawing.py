"""Figures of constructed suites, drawn."""

import fake_suites

from harness import figures
from harness.config.claim import Figure


def table(**keys):
    plain = fake_suites.figure("f", keys.pop("kind"), "A figure", **keys)
    return Figure.model_validate(plain, strict=False)


def draw(suite, archive, figure=None, theme=figures.LIGHT):
    return figures.draw(figure or suite.figures[0], suite, archive.records, archive, theme)
