"""What has a picture beside its words: estimators once fitted, and results.

Notes: §1.0.7
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# The floor above draws; it is named here as text, and read when a picture is asked for.
PICTURES = "pellucid.pictures.estimator_pictures"


class PictureMixin:
    """Abstract: `picture()` of whatever `pictures.estimator_pictures` knows how to draw."""

    def picture(self) -> Any:
        """The picture that shows most of what was found, as a Matplotlib figure.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        FramingError
            When things of this kind have no picture; the message says why, and what to look at.
        sklearn.exceptions.NotFittedError
            Of an estimator, before `fit`.
        """
        return import_module(PICTURES).picture(self)


def picture_html(thing: Any) -> str:
    """The picture as an SVG for a notebook; nothing where there is none."""
    found: str = import_module(PICTURES).inline_svg(thing)
    return found
