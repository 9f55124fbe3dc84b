"""Experiments on codes: traversal, grid, zero and mean, class averages, downstream tasks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import Autoencoder, LinearAutoencoder
from pellucid.autoencoders import (
    class_averages,
    decoded_grid,
    downstream_accuracy,
    traversal,
    zero_and_mean,
)
from pellucid.autoencoders.downstream import balanced_sample
from pellucid.errors import HyperparameterError, ShapeError

X = np.random.default_rng(0).normal(size=(80, 3)) @ np.diag([3.0, 2.0, 0.1]) + [5.0, 0.0, 1.0]


class AsFirstColumn:
    """Encoder a = x₁ and decoder x̃ = (a, 2a): perfect on the rows of the spec, and not centred."""

    decoder_weights_ = np.array([[1.0, 2.0]])

    def encode(self, rows: np.ndarray) -> np.ndarray:
        return rows[:, :1]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return codes @ self.decoder_weights_


def test_zero_is_the_mean_only_where_codes_are_centred() -> None:
    """8.3.2-zero-is-not-mean, 8.3.2-zero-decode, 8.3.2-zero-decode-condition"""
    rows = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    found = zero_and_mean(AsFirstColumn(), rows)
    assert found.zero.tolist() == [0.0, 0.0]
    assert found.mean.tolist() == found.of_mean_code.tolist() == [2.0, 4.0]
    assert found.linear
    assert not found.centred
    assert "Decode the mean code" in found.conclusion
    centred = zero_and_mean(LinearAutoencoder(1).fit(rows), rows)
    np.testing.assert_allclose(centred.zero, centred.mean)
    assert centred.centred


def test_zero_of_a_network_is_no_average() -> None:
    """8.3.2-zero-decode-condition"""
    deep = Autoencoder(2, hidden=(8,), epochs=2).fit(X)
    assert "Not linear" in zero_and_mean(deep, X).conclusion
    plain = Autoencoder(2, hidden=(), epochs=2).fit(X)
    assert zero_and_mean(plain, X).linear


def test_a_traversal_varies_one_number() -> None:
    """8.3.2-traversal"""
    model = LinearAutoencoder(2).fit(X)
    found = traversal(model, X, entry=1, row=3, steps=5)
    assert (found.codes[:, 0] == model.encode(X)[3, 0]).all()
    assert (np.diff(found.values) > 0).all()
    np.testing.assert_allclose(found.rows, model.decode(found.codes))
    np.testing.assert_allclose(found.effect, np.ptp(found.values) * model.components_[1])
    with pytest.raises(HyperparameterError, match="entry goes from 0 to 1"):
        traversal(model, X, entry=2)


def test_a_grid_covers_the_plane_of_codes() -> None:
    """8.3.2-latent-scatter"""
    model = LinearAutoencoder(2).fit(X)
    codes, rows = decoded_grid(model, X, 4)
    assert codes.shape == (4, 4, 2)
    assert rows.shape == (4, 4, 3)
    assert (np.diff(codes[0, :, 0]) > 0).all()
    assert (np.diff(codes[:, 0, 1]) < 0).all()  # the first row is the highest
    np.testing.assert_allclose(rows[1, 2], model.decode(codes[1, 2][None])[0])
    with pytest.raises(ShapeError, match=r"two numbers of a code, and this model's has 1"):
        decoded_grid(LinearAutoencoder(1).fit(X), X)


@pytest.mark.parametrize("entries", [(0, 7), (0, 0), (-1, 0), (0, 1.0), (0,), 1])
def test_a_grid_varies_two_different_numbers_of_a_code(entries: Any) -> None:
    model = LinearAutoencoder(2).fit(X)
    with pytest.raises(HyperparameterError, match="two different places of a code, from 0 to 1"):
        decoded_grid(model, X, entries=entries)
    with pytest.raises(HyperparameterError, match="steps is a whole number ≥ 1; got 0"):
        decoded_grid(model, X, 0)


def test_class_averages_and_whether_they_are_typical() -> None:
    """8.4.5-class-average, 8.4.5-average-not-typical"""
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.column_stack([np.cos(t), np.sin(t), 0 * t])
    blob = np.array([8.0, 8.0, 1.0]) + 0.1 * np.random.default_rng(0).normal(size=(60, 3))
    rows, y = np.vstack([ring, blob]), np.repeat(["ring", "blob"], 60)
    found = {each.label: each for each in class_averages(LinearAutoencoder(2).fit(rows), rows, y)}
    np.testing.assert_allclose(found["ring"].row, [0, 0, 0], atol=0.1)
    assert not found["ring"].typical
    assert found["ring"].rows == 60
    with pytest.raises(ShapeError, match="labels of shape"):
        class_averages(LinearAutoencoder(2).fit(rows), rows, y[:3])


def test_downstream_accuracy_grows_to_that_of_the_rows() -> None:
    """8.3.3-downstream"""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 3], 40)
    corners = np.array([[0, 0, 0], [4, 0, 0], [0, 4, 0], [0, 0, 4.0]])
    rows = np.column_stack([corners[y], np.zeros((160, 2))]) + 0.3 * rng.normal(size=(160, 5))
    one, three, whole = downstream_accuracy(rows, y, [1, 3])
    assert one.accuracy < three.accuracy
    assert three.accuracy == pytest.approx(whole.accuracy, abs=0.03)
    assert (three.k, whole.k, whole.coded) == (3, 5, False)
    few = downstream_accuracy(rows, y, [3], labelled=4)[0]
    assert few.labelled == 4
    with pytest.raises(HyperparameterError, match="labelled"):
        downstream_accuracy(rows, y, [1], labelled=0)


def test_labels_are_drawn_in_turn() -> None:
    """8.3.3-few-labels"""
    y = np.array([0] * 50 + [1] * 5 + [2] * 5)
    drawn = balanced_sample(y, np.arange(60), 6, seed=0)
    assert np.bincount(y[drawn]).tolist() == [2, 2, 2]
