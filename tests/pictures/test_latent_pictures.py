"""Pictures of autoencoders: the network both ways, and codes in a plane."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pellucid import VariationalAutoencoder
from pellucid.formatting import number
from pellucid.networks import Dense, Network, Sigmoid
from pellucid.pictures.latent_space import (
    axes_of_cloud,
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
