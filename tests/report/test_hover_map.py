"""The map of codes that one can rest the pointer on."""

from __future__ import annotations

import base64
import re

import numpy as np

from pellucid.report.hover_map import MOST_POINTS, hover_map, png


def test_points_tell_their_rows_and_nothing_runs() -> None:
    """8.1.1-latent-scatter-figure"""
    codes = np.random.default_rng(0).normal(size=(5, 2))
    drawn = hover_map(codes, ["a & b", "<script>x</script>", "c", "d", "e"], list("uvuvu"))
    assert drawn.count("<title>") == 5
    assert "<script" not in drawn
    assert "a &amp; b" in drawn
    assert drawn.count("●") == 2


def test_pictures_stand_in_the_frame_and_points_are_bounded() -> None:
    """8.1.1-image-figure"""
    n = MOST_POINTS + 50
    codes = np.random.default_rng(0).normal(size=(n, 2))
    drawn = hover_map(codes, ["row"] * n, images=np.zeros((n, 2, 2, 1)))
    assert drawn.count("<title>") == MOST_POINTS
    lefts = [float(x) for x in re.findall(r'<image x="([-\d.]+)"', drawn)]
    assert min(lefts) >= 0
    assert max(lefts) <= 640 - 84


def test_nothing_drawn_lies_on_a_picture() -> None:
    """What comes after the first picture is unfilled, but for the white ground of the others."""
    codes = np.random.default_rng(0).normal(size=(20, 2))
    drawn = hover_map(codes, ["row"] * 20, list("uv") * 10, np.ones((20, 2, 2, 1)))
    points, _, met = drawn.partition("<g ")
    assert points.count('fill="#') == 20
    assert set(re.findall(r'<(\w+)[^>]* fill="([^"]+)"', met)) == {("rect", "#fff")}
    assert ".hover g circle{fill:transparent" in drawn


def test_an_image_is_ink_on_paper() -> None:
    from io import BytesIO

    from PIL import Image

    address = png(np.array([[0.0, 255.0]])[..., None])
    image = Image.open(BytesIO(base64.b64decode(address.split(",")[1])))
    assert np.asarray(image).tolist() == [[255, 0]]
    assert png(np.zeros((2, 2, 3))).startswith("data:image/png;base64,")


def test_equal_codes_are_drawn() -> None:
    assert hover_map(np.zeros((3, 2)), ["a", "b", "c"]).count("<title>") == 3
