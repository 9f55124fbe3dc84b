"""The machine of images: a fitted network that predicts from archives and arrays.

Notes: §1.0.5, §1.0.7, Def 6
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.explanation import Explanation
from pellucid.jobs.machine_parts import facts_of, images_as_rows


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
        rows = images_as_rows(source, self.shape, "reads")
        return np.asarray(self.model.predict_proba(rows))

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
        problem = f"Which of {len(self.model.classes_)} classes an image shows."
        return Explanation(
            name="Telling images apart",
            problem=problem,
            happened=facts_of(self.evidence),
            notes="§1.0.5, Def 445",
            parts=(self.model.explain(),),
        )
