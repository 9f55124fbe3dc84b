"""Archives of images: what is found is said, and what is not is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.image_files import read_images
from pellucid.errors import TableError

IMAGES = np.arange(4 * 3 * 5, dtype=np.uint8).reshape(4, 3, 5)


@pytest.mark.parametrize("names", [("images", "labels"), ("X", "y")])
def test_images_and_labels_are_found(tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **{names[0]: IMAGES, names[1]: np.arange(4)})
    found = read_images(path)
    assert found.images.shape == (4, 3, 5, 1)
    assert found.description == f"4 images of 3×5, 1 channel ({names[0]}), labels in '{names[1]}'."
    assert len(found) == 4


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((4, 3))}, "has no images"),
        ({"other": np.zeros(4)}, r"It holds other \(4,\)"),
        ({"images": IMAGES, "labels": np.zeros(3)}, "one label an image"),
        ({"images": np.full((2, 2, 2), np.nan)}, "NaN"),
        ({"images": np.full((2, 2, 2), "a")}, "must hold numbers"),
        ({"images": IMAGES, "labels": np.array([None] * 4)}, "Cannot read"),
    ],
)
def test_what_does_not_serve_is_named(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    with pytest.raises(TableError, match=message):
        read_images(path)


def test_no_archive(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="There is no file"):
        read_images(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(TableError, match="Cannot read"):
        read_images(tmp_path / "text.npz")
    np.savez(tmp_path / "a.npz", images=IMAGES)
    with pytest.raises(TableError, match="no array 'kind'"):
        read_images(tmp_path / "a.npz", "kind")
