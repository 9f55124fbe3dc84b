"""Images and labels from a NumPy archive (.npz), and what was found in it.

Notes: §9.0.3
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.former_names import renamed

IMAGE_NAMES = ("X", "images", "x", "x_train", "data")
LABEL_NAMES = ("y", "labels", "label", "target", "y_train")


@renamed(said="description")
@dataclass(frozen=True)
class ImageSet:
    """Images with the labels that a file has for them.

    Parameters
    ----------
    images : ndarray, n×h×w×c
        Numbers as they stand in the file.
    labels : ndarray of shape (n,) or None
    label_name : str
        The array that holds the labels; "" where there is none.
    description : str
        What was found, in a sentence.
    source : str
        Name of the file.

    Notes: §9.0.3
    """

    images: NDArray[Any]
    labels: NDArray[Any] | None
    label_name: str
    description: str
    source: str

    def __len__(self) -> int:
        return len(self.images)


def is_image_file(source: Any) -> bool:
    """Whether a source is a NumPy archive."""
    return isinstance(source, str | Path) and str(source).lower().endswith(".npz")


def read_images(path: str | Path, target: str | None = None) -> ImageSet:
    """Read an archive of images: `images` or `X`, n×h×w or n×h×w×c, and `labels` or `y`.

    Parameters
    ----------
    path : path
        A .npz file; arrays of Python objects, which could run code, raise an error.
    target : str, optional
        Name of the array of labels.

    Raises
    ------
    TableError
        When the file cannot be read, or its arrays are not images with labels.

    Notes: §9.0.3
    """
    path = Path(path)
    arrays = _arrays(path)
    images_name = _first(IMAGE_NAMES, arrays) or next(
        (name for name, array in arrays.items() if array.ndim in (3, 4)), ""
    )
    if not images_name or arrays[images_name].ndim not in (3, 4):
        held = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "nothing"
        raise TableError(
            f"{path.name} has no images: an array of n×height×width, or with channels last, called "
            f"images or X. It holds {held}."
        )
    images = arrays[images_name]
    if images.dtype.kind not in "buif" or not len(images):
        raise TableError(f"{path.name}: {images_name} must hold numbers, and at least one image.")
    if not np.isfinite(images).all():
        raise TableError(f"{path.name}: {images_name} holds numbers that are NaN or infinite.")
    if target is not None and target not in arrays:
        raise TableError(f"{path.name} has no array {target!r}; it has {', '.join(arrays)}.")
    labels_name = target or _first(LABEL_NAMES, arrays)
    labels = arrays[labels_name] if labels_name else None
    if labels is not None and labels.shape != (len(images),):
        raise TableError(
            f"{path.name}: {len(images):,} images but labels of shape {labels.shape}; one label an "
            "image is needed."
        )
    images = images[..., None] if images.ndim == 3 else images
    n, h, w, c = images.shape
    said = f"{n:,} images of {h}×{w}, {c} channel{'s' if c > 1 else ''} ({images_name})"
    said += f", labels in {labels_name!r}." if labels_name else ", no labels."
    return ImageSet(images, labels, labels_name, said, path.name)


def _first(names: tuple[str, ...], arrays: dict[str, Any]) -> str:
    return next((name for name in names if name in arrays), "")


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    if not path.is_file():
        raise TableError(f"There is no file {path}.")
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise TableError(f"Cannot read {path.name} as a NumPy archive: {error}.") from error
