"""The report of a fit on images: what it says are the numbers of the fit."""

from __future__ import annotations

import numpy as np

from pellucid.data.image_files import ImageSet
from pellucid.formatting import number
from pellucid.jobs.fit.fit_images import fit_images
from pellucid.jobs.fit.fit_result import Settings
from pellucid.report.image_report import render_images


def test_the_page_says_what_was_measured_and_shows_the_mistakes() -> None:
    """Bright left halves against bright right halves, some of them hard to tell."""
    rng = np.random.default_rng(0)
    images = rng.normal(size=(120, 4, 4, 1))
    images[:60, :, :2] += 0.7
    images[60:, :, 2:] += 0.7
    given = ImageSet(images, np.repeat(["left", "right"], 60), "side", "120 images", "sides.npz")
    result = fit_images(given, Settings("sides.npz", model="network"))
    page = render_images(result)
    right = float(np.mean(result.predictions == result.labels))
    assert result.errors["accuracy"] == right
    assert result.interval[0] < right < result.interval[1]
    for said in (
        "Images of sides.npz",
        "120 images",
        f"{right:.1%} of the answers are right",
        f"{result.training_errors['accuracy']:.2%}",
        f"{result.interval[0]:.1%} to {result.interval[1]:.1%}",
        number(result.errors["nll"]),
        number(result.errors_baseline["nll"]),
    ):
        assert said in page
    mistakes = page.partition("Errors on images never used")[2]
    assert '<figure><div class="wide big"' in mistakes  # a picture as wide as the page
