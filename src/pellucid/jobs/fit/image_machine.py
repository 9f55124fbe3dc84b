"""The machine of images: a fitted network that predicts from archives and arrays.

Notes: §1.0.5, §1.0.7, Def 6
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.data.image_files import is_image_file, read_images
from pellucid.errors import ShapeError
from pellucid.explanation import Explanation


@dataclass(frozen=True)
class ImageMachine:
    """What `pellucid fit` leaves behind for images.

    Parameters
    ----------
    model : estimator
        A fitted classifier.
    shape : tuple of int
        (h, w, c) of the images it reads.
    evidence : dict
        Figures of the fit.

    Notes: §1.0.7
    """

    reads_images: ClassVar[bool] = True

    model: Any
    shape: tuple[int, ...]
    evidence: dict[str, Any]

    def predict_probabilities(self, source: Any) -> NDArray[np.float64]:
        """The chance of each class, m×k, columns as the model's classes.

        Parameters
        ----------
        source : path of a .npz, or array m×h×w or m×h×w×c

        Raises
        ------
        ShapeError
            For images of another size.
        """
        images = read_images(source).images if is_image_file(source) else np.asarray(source)
        images = images[..., None] if images.ndim == 3 else images
        if images.shape[1:] != tuple(self.shape):
            raise ShapeError(
                f"The model reads images of {'×'.join(map(str, self.shape))}; these are "
                f"{'×'.join(map(str, images.shape[1:]))}."
            )
        return np.asarray(self.model.predict_proba(images.reshape(len(images), -1)))

    def predict(self, source: Any) -> NDArray[Any]:
        """The likeliest class of each image, (m,)."""
        likeliest = self.predict_probabilities(source).argmax(axis=1)
        return np.asarray(self.model.classes_[likeliest])

    def answers(self, source: Any) -> dict[str, Any]:
        """Columns of `pellucid predict`: `prediction`, and one `probability_CLASS` a class."""
        p = self.predict_probabilities(source)
        classes = [str(label) for label in self.model.classes_]
        columns: dict[str, Any] = {"prediction": [classes[i] for i in p.argmax(axis=1)]}
        return columns | {f"probability_{label}": p[:, i] for i, label in enumerate(classes)}

    def explain(self) -> Explanation:
        """The figures of the fit, and the model's own explanation."""
        facts = tuple((label, str(value)) for label, value in self.evidence.items())
        problem = f"Which of {len(self.model.classes_)} classes an image shows."
        return Explanation(
            "Telling images apart", problem=problem, happened=facts, notes="§1.0.5, Def 445",
            parts=(self.model.explain(),),
        )  # fmt: skip
