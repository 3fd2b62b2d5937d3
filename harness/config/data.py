"""The ``[data]`` table: which examples, how many, how scaled, how split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator

from harness.config.table import Amount, Count, Table, Width
from harness.words import plain

_NAME_BYTES, _PATH_BYTES = 255, 2000
"""No file system takes longer names, and few longer paths; the data folder comes before it."""

Scale = Literal["raw", "unit", "symmetric", "centered", "standard"]


class Synthetic(Table):
    """Data drawn from the cell's ``data`` stream.

    ``linear``: targets ``y = x @ coefficients + intercept + noise * N(0, 1)``, float32, shapes
    (n, d) and (n, 1); features on ``linspace(low, high, n)`` (one coefficient) or N(0, 1).
    ``images``: `n_classes` smooth random templates of `shape` plus N(0, noise * 255) pixels,
    clipped to 0-255, uint8. ``polynomial``: one x, uniform on [low, high), seen as the features
    x, x**2, ... x**degree; ``y = intercept + sum coefficients[i] * x**(i + 1) + noise``.
    ``xor``: the four points of {0, 1}**2, targets (4, 1) their exclusive or, 0 or 1. ``circle``:
    two features uniform on [-1, 1), targets (n, 1), 1 within `radius` of the origin. ``classes``:
    features N(0, 1) and labels uniform over `n_classes`, unrelated; with `leak` the label is
    appended one-hot to the features. ``noise_images``: the same as images of `shape`, float32.

    Of ``linear`` only: `n_features` appends features whose coefficients are zero, `correlation`
    is that of any two features, `feature_scales` and `feature_means` are laid over them before
    the targets are drawn, and a share `outliers` of the training targets is raised by
    `outlier_size`. `name` is what an axis of such tables calls one.
    """

    name: str = ""
    generator: Literal["linear", "images", "polynomial", "xor", "circle", "classes", "noise_images"]
    n_train: Count = 100
    n_test: Count = 100
    features: Literal["linspace", "normal"] = "linspace"
    low: float = 0.0
    high: float = 1.0
    coefficients: tuple[float, ...] = (1.0,)
    intercept: float = 0.0
    noise: float = Field(default=1.0, ge=0.0)
    n_features: Width | None = None
    correlation: float = Field(default=0.0, ge=0.0, le=1.0)
    feature_scales: tuple[float, ...] = ()
    feature_means: tuple[float, ...] = ()
    outliers: float = Field(default=0.0, ge=0.0, le=1.0)
    outlier_size: float = 10.0
    degree: Width = 1
    radius: float = Field(default=0.8, gt=0.0)
    leak: bool = False
    shape: tuple[Width, Width, Width] = (3, 32, 32)
    n_classes: Width = 10


class Data(Table):
    """Which examples a cell sees.

    `n_train` and `n_test` take the first so many images of the data set's own order, the way
    the source documents do. The validation images are the first or last `n_validation` of
    those training images, or a ``random`` choice of them, the same for every seed;
    `split` says whether training may draw them too (``leaky``).
    `scale`: ``raw`` keeps pixels 0-255 as float, ``unit`` divides by 255, ``symmetric`` maps
    them to [-1, 1], ``centered`` takes the mean training example off the raw values,
    ``standard`` also divides every feature by its standard deviation (1 where it is 0). The
    `statistics` of the last two come from the training examples, or, as a leak, from ``all``.
    `majority`: the share of class 0 among training and test examples, reached by leaving out
    examples of the other classes, or of class 0, evenly; None leaves the data as they are.
    `pixel_order`: ``permuted`` lays the values of every example out in one other order, the same
    for all examples and seeds, so that what lay side by side no longer does.
    `targets`: ``value`` takes the class label itself as the one number to predict, (n, 1), for
    regression losses.
    """

    dataset: str
    path: str | None = None
    scale: Scale = "raw"
    statistics: Literal["train", "all"] = "train"
    majority: float | None = Field(default=None, gt=0.0, lt=1.0)
    pixel_order: Literal["kept", "permuted"] = "kept"
    n_train: Count | None = None
    n_test: Count | None = None
    n_validation: Amount = 0
    validation: Literal["first", "last", "random"] = "last"
    split: Literal["clean", "leaky"] = "clean"
    targets: Literal["classes", "value"] = "classes"
    synthetic: Synthetic | None = None

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str | None) -> str | None:
        text = (path or "").encode(errors="replace")
        longest = max(map(len, text.split(b"/")))
        if plain(path or "") != (path or "") or longest > _NAME_BYTES or len(text) > _PATH_BYTES:
            raise ValueError(
                "must be a path that a system takes: no control codes, at most "
                f"{_NAME_BYTES} bytes a name and {_PATH_BYTES} in all"
            )
        return path

    def complaints(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with its keys taken together: a key, a sentence."""
        if (self.dataset == "synthetic") != (self.synthetic is not None):
            yield "synthetic", 'must be given for dataset = "synthetic" and for no other'
