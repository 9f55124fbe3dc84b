"""Pictures of autoencoders: the network both ways, and codes in a plane."""

from __future__ import annotations

import numpy as np

from pellucid.networks import Dense, Network, Sigmoid
from pellucid.pictures.latent import axes_of_cloud, kept_by_column, latent_map
from pellucid.pictures.networks import zoom


def test_one_layer_each_way_is_drawn_with_its_code_between() -> None:
    """8.1.3-one-layer-figure: d = 5 inputs, k = 3 numbers in the middle, 5 outputs."""
    network = Network([Dense(3), Sigmoid(), Dense(5)], "square", in_shape=5)
    figure = zoom(network, "network")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) >= 5 + 3 + 5
    assert words


def test_every_row_is_a_point_of_the_map() -> None:
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
    shares = kept_by_column(["mass", "length"], [0.9, 0.4])
    assert {text.get_text() for text in shares.axes[0].get_yticklabels()} >= {"mass", "length"}
