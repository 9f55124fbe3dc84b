"""The whole job for images: what is refused before anything is trained."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.image_files import ImageSet
from pellucid.errors import FramingError
from pellucid.jobs.fit.fit_images import fit_images
from pellucid.jobs.fit.fit_result import Settings


def test_a_class_of_one_image_is_named_as_a_person_writes_it() -> None:
    labels = np.array([5, 5, 6], np.uint8)
    found = ImageSet(np.zeros((3, 4, 4, 1)), labels, "y", "", "few.npz")
    with pytest.raises(FramingError, match="There is a single image of 6: none is left"):
        fit_images(found, Settings("images"))
