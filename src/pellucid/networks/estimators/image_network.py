"""Rows that are images: their shape, their flat form, and the layers that read them.

Notes: §9.0.3, Def 389, Def 445, Concept 446
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from math import isqrt, prod
from typing import Any

import numpy as np

from pellucid.data.scaling import Spread, pooled_moments, spread
from pellucid.errors import ShapeError
from pellucid.networks.estimators.network_estimator import ACTIVATION, NetworkEstimator
from pellucid.networks.layers.convolution import Convolution
from pellucid.networks.layers.layer import Layer, Shape, shape_text
from pellucid.networks.layers.max_pool import MaxPool
from pellucid.networks.layers.random_shift import RandomShift

LEAST_SIDE = 14  # pixels of a side for each pixel of shift


class ImageNetwork(NetworkEstimator):
    """Abstract: convolutions and pooling, then dense layers; rows are images, flat or not.

    Notes: Def 445, Concept 446
    """

    filters: Sequence[int]
    filter_size: int
    image_shape: Sequence[int] | None
    shift: int
    image_shape_: tuple[int, ...]
    _images: tuple[int, ...] | None

    def _flat(self, X: Any, fitting: bool = False) -> Any:
        dims = getattr(X, "ndim", 2)
        if fitting:
            self._images = None
        if dims not in (3, 4):
            return X
        X = np.asarray(X)
        shape = tuple(int(size) for size in X.shape[1:]) + ((1,) if dims == 3 else ())
        if fitting:
            self._images = shape
        elif hasattr(self, "params_") and shape != tuple(self.image_shape_):
            raise ShapeError(
                f"{type(self).__name__} was fitted on images of {shape_text(self.image_shape_)}; "
                f"these are {shape_text(shape)}."
            )
        return X.reshape(len(X), -1)

    def _shape_of_a_point(self, X: Any) -> Shape:
        seen, self._images = self._images, None
        self.image_shape_ = seen or self._image_shape(int(X.shape[1]))
        return self.image_shape_

    def _image_shape(self, d: int) -> Shape:
        given = self.image_shape
        if given is not None:
            shape = tuple(int(size) for size in given)
            shape = shape if len(shape) == 3 else (*shape, 1)
            if prod(shape) != d:
                raise ShapeError(
                    f"Images of {shape_text(shape)} have {prod(shape):,} numbers; a row has {d:,}."
                )
            return shape
        side = isqrt(d)
        return (side, side, 1) if side * side == d else (1, d, 1)

    def _hidden_layers(self, in_shape: Shape) -> list[Layer]:
        from pellucid.networks.layers.flatten import Flatten

        layers: list[Layer] = []
        sizes = list(in_shape[:2])
        side = min((size for size in sizes if size > 1), default=1)
        most = min(self.shift, side // LEAST_SIDE)
        if most:
            layers.append(RandomShift(most))
        for count in self.filters:
            layers.append(Convolution(int(count), self.filter_size, padding="same"))
            layers.append(ACTIVATION[self.activation])
            pool = tuple(min(2, size) for size in sizes)
            if max(pool) > 1:
                layers.append(MaxPool(pool))
            sizes = [size // step for size, step in zip(sizes, pool, strict=True)]
        return [*layers, Flatten("row"), *self._dense_layers()]

    def _standardize(self, X: Any, weights: Any) -> None:
        """Mean and deviation of each channel, over all its pixels."""
        channels = self.image_shape_[-1]
        count = X.shape[1] // channels
        found = spread(X, weights)
        parts = (part.reshape(count, channels) for part in astuple(found))
        mean, scale = pooled_moments(Spread(*parts))
        if not self.standardize:
            mean, scale = np.zeros(channels), np.ones(channels)
        self.mean_, self.scale_ = np.tile(mean, count), np.tile(scale, count)
