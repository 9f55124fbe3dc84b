"""What the machines that jobs leave behind share: reading as in training, and their facts.

Notes: §1.0.7, Def 6
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.image_files import is_image_file, read_images
from pellucid.errors import ShapeError
from pellucid.formatting import number


def columns_wanted(
    schema: Sequence[dict[str, Any]], features: Sequence[str]
) -> list[dict[str, Any]]:
    """The entries of a schema that a machine needs to answer."""
    wanted = set(features)
    return [entry for entry in schema if entry["name"] in wanted]


def images_as_rows(source: Any, size: Sequence[int], verb: str) -> NDArray[np.float64]:
    """Images of the size of training as rows, m×(h·w·c).

    Parameters
    ----------
    source : path of a .npz, or array m×h×w or m×h×w×c
    size : sequence of int
        (h, w, c) of the images of training.
    verb : str
        What the model does with images, for the message: "reads", "encodes".

    Raises
    ------
    ShapeError
        For images of another size.
    """
    images = read_images(source).images if is_image_file(source) else np.asarray(source)
    images = images[..., None] if images.ndim == 3 else images
    if images.shape[1:] != tuple(size):
        raise ShapeError(
            f"The model {verb} images of {'×'.join(map(str, size))}; these are "
            f"{'×'.join(map(str, images.shape[1:]))}."
        )
    return np.asarray(images.reshape(len(images), -1))


def facts_of(evidence: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Figures of a fit as an explanation lists them."""
    return tuple(
        (label, number(value) if isinstance(value, float) else str(value))
        for label, value in evidence.items()
    )
