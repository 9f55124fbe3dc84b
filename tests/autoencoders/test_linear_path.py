"""At its defaults an autoencoder is no worse than the principal axes; better where rows bend."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from pellucid import (
    Autoencoder,
    DenoisingAutoencoder,
    LinearAutoencoder,
    VariationalAutoencoder,
)
from pellucid.errors import HyperparameterError


def held_out(model: Any, train: np.ndarray, test: np.ndarray) -> float:
    return float(((test - model.fit(train).reconstruct(test)) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("k", [8, 32])
def test_the_default_beats_the_axes_on_held_out_digits(k: int) -> None:
    rows = load_digits().data[np.random.default_rng(k).permutation(1797)]
    train, test = rows[:1200], rows[1200:]
    assert held_out(Autoencoder(k), train, test) < 0.85 * held_out(
        LinearAutoencoder(k), train, test
    )


def test_where_the_plane_is_all_there_is_the_axes_are_kept() -> None:
    random = np.random.default_rng(5)
    rows = random.normal(size=(160, 3)) @ random.normal(size=(3, 12))
    rows = (rows + 0.3 * random.normal(size=rows.shape)) / rows.std(axis=0)
    model, axes = Autoencoder(3), LinearAutoencoder(3)
    nearly = held_out(axes, rows[:100], rows[100:])
    assert held_out(model, rows[:100], rows[100:]) < 1.05 * nearly
    if model.best_epoch_ == 0:
        assert "principal axes, which are kept" in model.trace_["stopped"]


@pytest.mark.parametrize("given", [{}, {"sparsity": 1e-9}, {"hidden": ()}, {"input_noise": 1e-9}])
def test_before_the_first_step_it_is_the_axes(given: dict[str, Any]) -> None:
    """8.1.4, Concept 358: steps too small to matter leave principal component analysis."""
    rows = np.random.default_rng(0).normal(size=(40, 6)) * np.arange(1, 7)
    model = Autoencoder(2, epochs=1, step_size=1e-12, standardize=False, **given).fit(rows)
    axes = LinearAutoencoder(2).fit(rows)
    np.testing.assert_allclose(model.reconstruct(rows), axes.reconstruct(rows), atol=1e-4)
    np.testing.assert_allclose(model.encode(rows), axes.encode(rows), atol=1e-4)


def test_a_curve_whose_axes_say_nothing_is_followed() -> None:
    """Columns t and t² as wide as each other: one number, t, tells both, and no line is near it."""
    t = np.linspace(-1, 1, 1000)
    rows = np.column_stack([t, t**2])
    rows /= rows.std(axis=0)
    between = (rows[1:] + rows[:-1])[::7] / 2
    for seed in (0, 1):
        model = Autoencoder(1, activation="tanh", random_state=seed).fit(rows)
        assert model.losses(between).mean() < 0.1 * model.axes_loss_
        assert model.linear_path_ == any("branches" in own for own in model.params_)
        assert ("linear path was of no use" in model.trace_["stopped"]) != model.linear_path_


def test_columns_of_one_unit_share_one_scale_and_others_do_not() -> None:
    random = np.random.default_rng(0)
    pixels, table = random.integers(0, 256, (30, 4)), random.normal(size=(30, 4)) * [1, 90, 1e4, 5]
    model = Autoencoder(2, hidden=(4,), epochs=1)
    assert len(set(model.fit(pixels).scale_.tolist())) == 1
    assert len(set(model.fit(table).scale_.tolist())) == 4


def test_clean_rows_are_used_by_whichever_name() -> None:
    """Concept 377: fit(noisy, clean) is fit(noisy, clean=clean)."""
    random = np.random.default_rng(1)
    clean = np.outer(random.normal(size=80), np.ones(5))
    noisy = clean + random.normal(size=clean.shape)
    model = DenoisingAutoencoder(1, hidden=(4,), epochs=3, input_noise=0.0)
    named = model.fit(noisy, clean=clean).reconstruct(noisy)
    assert (model.fit(noisy, clean).reconstruct(noisy) == named).all()
    assert (model.fit(noisy).reconstruct(noisy) != named).any()
    with pytest.raises(HyperparameterError, match="given twice"):
        model.fit(noisy, clean, clean=clean)


@pytest.mark.parametrize("kind", [Autoencoder, DenoisingAutoencoder, VariationalAutoencoder])
def test_constructors_are_their_declarations(kind: Any) -> None:
    """Names, order and defaults of the signature are those of the one declaration."""
    signature = inspect.signature(kind).parameters.values()
    declared = {each.name: each.default for each in kind.hyperparameters}
    assert {each.name: each.default for each in signature} == declared
