"""Pictures of autoencoders: the network both ways, and codes in a plane."""

from __future__ import annotations

import math
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.offsetbox import AnnotationBbox
from sklearn.datasets import load_digits

from pellucid import VariationalAutoencoder
from pellucid.formatting import number
from pellucid.networks import Dense, Network, Sigmoid
from pellucid.pictures.latent_space import (
    MOST_IMAGES,
    axes_of_cloud,
    decoded_images,
    label_colour,
    latent_map,
    originals_and_reconstructions,
    point_and_distribution,
    sampling_pipeline,
    variance_explained_by_column,
)
from pellucid.pictures.networks import zoom


def test_one_layer_each_way_is_drawn_with_its_code_between() -> None:
    """8.1.3-one-layer-figure: d = 5 inputs, k = 3 numbers in the middle, 5 outputs."""
    network = Network([Dense(3), Sigmoid(), Dense(5)], "square", in_shape=5)
    figure = zoom(network, "network")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) >= 5 + 3 + 5
    assert words


def test_a_digit_of_28_by_28_is_drawn_pixel_by_pixel() -> None:
    """8.1.1-image-figure: the digit above, and below it what a code of it decodes to."""
    digits = np.kron(load_digits().images[:3], np.ones((3, 3)))  # 24×24
    digits = np.pad(digits, ((0, 0), (2, 2), (2, 2)))
    figure = originals_and_reconstructions(digits, {"of 2 numbers": digits / 2}, ["0", "1", "2"])
    drawn = [ax.images[0] for ax in figure.axes]
    assert [image.get_array().shape for image in drawn] == [(28, 28)] * 6
    np.testing.assert_array_equal(drawn[1].get_array(), digits[1])
    assert {image.get_clim() for image in drawn} == {(0.0, 16.0)}  # one scale of grey
    assert [ax.get_title(loc="left") for ax in figure.axes[:3]] == ["0", "1", "2"]


def test_a_code_is_a_point_or_a_normal_and_the_normal_is_drawn_from() -> None:
    """8.5.1.1-variational-figure: spike beside normal; x → distribution → sample → decode."""
    spike, bell = point_and_distribution(2.0, 0.5).axes
    np.testing.assert_array_equal(spike.lines[0].get_xdata(), [2, 2])
    x, height = bell.lines[0].get_data()
    assert x[np.argmax(height)] == pytest.approx(2, abs=0.02)
    assert np.trapezoid(height, x) == pytest.approx(1, abs=1e-3)
    X = np.random.default_rng(0).normal(size=(60, 3))
    model = VariationalAutoencoder(1, hidden=(4,), epochs=2).fit(X)
    (m,), (s,) = (part[0] for part in model.distribution(X[:1]))
    a = model.sample_codes(X[:1], 7)
    words = {t.get_text() for t in sampling_pipeline(model, X[0], seed=7).axes[0].texts}
    assert {f"m = {number(m)}, s = {number(s)}", f"a = {number(a[0, 0])}"} <= words
    made = ", ".join(number(v) for v in model.decode(a)[0])
    assert f"({made})" in words


def test_every_row_is_a_point_of_the_map() -> None:
    """8.3.2-latent-scatter"""
    codes = np.random.default_rng(0).normal(size=(40, 2))
    figure = latent_map(codes, np.repeat(["a", "b"], 20))
    drawn = [line.get_xdata() for line in figure.axes[0].lines if len(line.get_xdata()) == 20]
    np.testing.assert_allclose(np.sort(np.concatenate(drawn)), np.sort(codes[:, 0]))
    assert figure.axes[0].get_xlabel()


def test_axes_and_shares_are_labelled() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 2)) * [3.0, 1.0]
    figure = axes_of_cloud(X, np.eye(2), np.array([9.0, 1.0]), X.mean(axis=0))
    assert figure.axes[0].get_xlabel()
    shares = variance_explained_by_column(["mass", "length"], [0.9, 0.4])
    assert {text.get_text() for text in shares.axes[0].get_yticklabels()} >= {"mass", "length"}


@pytest.mark.parametrize("channels", [(), (2,)])
def test_images_stand_at_their_codes_and_none_over_another(channels: tuple[int, ...]) -> None:
    """Of two codes that are near to one another, one image is drawn."""
    images = np.arange(4 * 6 * math.prod(channels) * 5, dtype=float).reshape(5, 4, 6, *channels)
    images[4] = 7.0
    codes = np.array([[0.0, 0.0], [0.6, 0.8], [9.4, 0.8], [0.0, 9.2], [10.0, 10.0]])
    drawn = latent_map(codes, images=images).axes[0].artists
    boxes: Any = {box.xy: box.offsetbox for box in drawn if isinstance(box, AnnotationBbox)}
    assert {(9.4, 0.8), (0.0, 9.2), (10.0, 10.0)} < set(boxes)
    assert len(boxes) == 4
    ink = boxes[9.4, 0.8].get_data()
    assert ink.shape == (4, 6, 4)
    assert ink[0, 0].tolist() == [0.25, 0.31, 0.36, 0.0]
    assert ink[-1, -1].tolist() == [0.25, 0.31, 0.36, 1.0]
    assert not boxes[10.0, 10.0].get_data()[..., 3].any(), "what is all alike leaves no ink"
    assert {box.get_zoom() for box in boxes.values()} == {20 / 6}


@pytest.mark.parametrize(
    ("move", "drawn"), [((0.072, 0.0), 2), ((0.068, 0.0), 1), ((0.0, 0.087), 2), ((0.0, 0.083), 1)]
)
def test_images_are_near_within_their_own_width(move: tuple[float, float], drawn: int) -> None:
    """The corners of the map are far away, whatever is drawn in its middle."""
    corners, middle = [[0.0, 0.0], [1.0, 1.0]], np.array([0.5, 0.5])
    codes = np.array([*corners, middle, middle + move]) * [10, 30] - 3
    (axes,) = latent_map(codes, images=np.zeros((4, 2, 2))).axes
    assert sum(isinstance(each, AnnotationBbox) for each in axes.artists) == 2 + drawn


def test_so_many_images_are_drawn_and_no_more() -> None:
    codes = np.stack(np.meshgrid(np.arange(9.0), np.arange(9.0)), axis=-1).reshape(-1, 2)
    (axes,) = latent_map(codes, images=np.zeros((81, 2, 2))).axes
    assert sum(isinstance(each, AnnotationBbox) for each in axes.artists) == MOST_IMAGES


def test_rows_with_a_label_are_ringed() -> None:
    codes = np.arange(12.0).reshape(6, 2)
    ring = latent_map(codes, labelled_rows=[4, 1]).axes[0].lines[-1]
    np.testing.assert_array_equal(ring.get_xydata(), codes[[4, 1]])


def test_many_labels_have_colours_of_their_own() -> None:
    """Beyond the series, those of a palette of ten, and then of twenty."""
    for count in (2, 10, 11):
        assert len({label_colour(at, count) for at in range(count)}) == count
    assert label_colour(1, 10) == matplotlib.colormaps["tab10"](1)
    assert label_colour(1, 11) == matplotlib.colormaps["tab20"](1)


def test_a_grid_of_codes_is_one_sheet_of_images() -> None:
    """With codes, each image stands about its own."""
    grid = np.arange(2 * 3 * 4 * 5, dtype=float).reshape(2, 3, 4, 5)
    (bare,) = decoded_images(grid).axes
    sheet = np.asarray(bare.images[0].get_array())
    assert sheet.shape == (8, 15)
    np.testing.assert_array_equal(sheet[4:, 5:10], grid[1, 1])
    across, down = np.meshgrid([-1.0, 0.0, 1.0], [4.0, 2.0])
    figure = decoded_images(grid, np.stack([across, down], axis=-1))
    assert tuple(figure.axes[0].images[0].get_extent()) == (-1.5, 1.5, 1.0, 5.0)
    assert figure.get_size_inches().tolist() == pytest.approx([5.2, 5.2 * 8 / 15])
