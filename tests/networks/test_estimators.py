"""What the network estimators promise beyond scikit-learn's checks (tests/members.py)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from pellucid import (
    ConvNetClassifier,
    ConvNetRegressor,
    NetworkClassifier,
    NetworkRegressor,
    load_model,
    save_model,
)
from pellucid.descent.step_sizes import Cosine
from pellucid.errors import (
    ConvergenceWarning,
    FramingError,
    HyperparameterError,
    ShapeError,
    TableError,
)

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 3)) * [1.0, 100.0, 0.01] + 5.0
SCORE = (X - 5.0) @ [1.0, 0.01, 100.0]
LABELS = np.array(["low", "middle", "high"])[np.searchsorted([-1.0, 1.0], SCORE)]
LINES = np.zeros((40, 6, 6))
LINES[np.arange(40), np.arange(40) % 6, :] = 1.0
LINES[20:] = LINES[20:].transpose(0, 2, 1)
STANDING = np.arange(40) >= 20
SMALL: dict[str, Any] = {"hidden": (8,), "step_size": 0.01, "epochs": 20}


def test_labels_are_named_as_a_person_writes_them() -> None:
    short: Any = {"hidden": (2,), "epochs": 1}
    with pytest.raises(FramingError, match=r"the rows hold one class: 'low'\.$"):
        NetworkClassifier(**short).fit(X, np.full(len(X), "low"))
    told = r"label 'unheard' is not among the classes 'high', 'low', 'middle': give"
    with pytest.raises(FramingError, match=told):
        NetworkClassifier(**short).partial_fit(X, LABELS).partial_fit(X[:2], ["low", "unheard"])


def test_partial_fits_over_the_same_rows_are_epochs() -> None:
    h = NetworkClassifier(**SMALL)
    for _ in range(20):
        h.partial_fit(X, LABELS)
    assert h.n_iter_ == 20
    assert h.score(X, LABELS) > 0.85
    assert len(h.trace_["loss"]) == 20
    with pytest.raises(FramingError, match="not among the classes"):
        h.partial_fit(X[:2], ["low", "unheard"])
    g = NetworkRegressor(**SMALL)
    for _ in range(20):
        g.partial_fit(X, SCORE)
    assert g.score(X, SCORE) > 0.8


def test_a_warm_start_goes_on() -> None:
    h = NetworkClassifier(warm_start=True, **SMALL).fit(X, LABELS)
    first = h.trace_["loss"][-1]
    h.fit(X, LABELS)
    assert h.n_iter_ == 40
    assert h.trace_["loss"][-1] < first


def test_two_classes_take_a_sigmoid_and_more_a_softmax() -> None:
    """7.4-defaults-for-task."""
    two = NetworkClassifier(**SMALL).fit(X, SCORE > 0)
    three = NetworkClassifier(**SMALL).fit(X, LABELS)
    assert [type(h.network_.layers[-1]).__name__ for h in (two, three)] == ["Sigmoid", "Softmax"]
    assert [h.network_.loss for h in (two, three)] == ["nll", "nllm"]
    np.testing.assert_allclose(three.predict_proba(X).sum(axis=1), 1, rtol=1e-12)


def test_images_as_arrays_and_flat_rows_are_the_same() -> None:
    how: dict[str, Any] = {"filters": (4,), "hidden": (), "step_size": 0.02, "epochs": 20}
    h = ConvNetClassifier(**how).fit(LINES, STANDING)
    assert h.image_shape_ == (6, 6, 1)
    flat = ConvNetClassifier(image_shape=(6, 6), **how).fit(LINES.reshape(40, 36), STANDING)
    wanted = h.predict_proba(LINES)
    assert (flat.predict_proba(LINES[..., None]) == wanted).all()
    assert h.score(LINES, STANDING) == 1.0
    with pytest.raises(ShapeError, match="6×6×1; these are 5×5×1"):
        h.predict(np.zeros((1, 5, 5)))
    with pytest.raises(ShapeError, match="35 numbers; a row has 36"):
        ConvNetClassifier(image_shape=(5, 7), **how).fit(LINES.reshape(40, 36), STANDING)
    g = ConvNetRegressor(**how | {"epochs": 80}).fit(LINES, STANDING.astype(float))
    assert g.score(LINES, STANDING) > 0.9


def test_noise_dropout_and_early_stopping_reach_the_network(tmp_path: Path) -> None:
    """7.8.1.3-input-noise, 7.8.2-dropout: as layers; their files predict the same bits."""
    how = SMALL | {"step_size": Cosine(0.02, 200), "epochs": 200}
    h = NetworkClassifier(
        dropout=0.2, input_noise=0.1, validation=0.25, patience=3, gradient_norms=True, **how
    ).fit(X, LABELS)
    names = [type(layer).__name__ for layer in h.network_.layers]
    assert names == ["InputNoise", "Dense", "ReLU", "Dropout", "Dense", "Softmax"]
    assert h.n_iter_ < 200
    assert h.best_epoch_ == int(np.argmin(h.trace_["validation_loss"])) + 1
    assert np.shape(h.trace_["gradient_norms"]) == (h.n_iter_, 2)
    save_model(h, tmp_path / "h.pellucid")
    again = load_model(tmp_path / "h.pellucid")
    assert (again.predict_proba(X) == h.predict_proba(X)).all()
    assert again.step_size == h.step_size
    assert "after epoch" in str(again.explain())


def test_a_row_is_answered_alike_whoever_stands_beside_it() -> None:
    h = NetworkRegressor(**SMALL).fit(X, SCORE)
    together = h.predict(X)
    assert (np.array([h.predict(row[None])[0] for row in X[:9]]) == together[:9]).all()


def test_64_bits_and_divergence() -> None:
    h = NetworkRegressor(dtype="float64", **SMALL).fit(X, SCORE)
    assert h.params_[0]["W"].dtype == np.float64
    wild = clone(h).set_params(rule="gradient descent", step_size=1e12, dtype="float32")
    with pytest.warns(ConvergenceWarning, match="weights before it are kept"):
        wild.fit(X, SCORE)
    assert np.isfinite(wild.predict(X)).all()


def test_a_killed_fit_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    how = SMALL | {"checkpoint": str(tmp_path / "kept")}
    short = NetworkClassifier(**how | {"epochs": 5}).fit(X, LABELS)
    gone_on = NetworkClassifier(**how).fit(X, LABELS)
    assert short.n_iter_ == 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = NetworkClassifier(**SMALL).fit(X, LABELS)
    assert (gone_on.predict_proba(X) == plain.predict_proba(X)).all()


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1 / 3, 123.456, 1e6 + 0.1, -2.2, 255.0])
def test_a_constant_column_keeps_the_scale_1(value: float) -> None:
    """Rounding leaves a variance near 1e-33; by its root a new value would be blown up."""
    rows = np.column_stack([X, np.full(len(X), value)])
    h = NetworkRegressor(hidden=(4,), epochs=1).fit(rows, np.full(len(X), value))
    assert h.scale_[3] == 1
    assert h.target_scale_.tolist() == [1]
    new = rows[:2].copy()
    new[1, 3] += 0.1
    assert np.abs(h.predict(new) - value).max() < 10
    images = np.full((40, 6, 6, 2), value)
    images[..., 0] = LINES
    c = ConvNetClassifier(filters=(2,), hidden=(), epochs=1).fit(images, STANDING)
    assert c.scale_[1::2].tolist() == [1] * 36
    assert c.scale_[0] == pytest.approx(LINES.std())
    assert c.mean_[0] == pytest.approx(LINES.mean())


def test_a_checkpoint_never_hands_over_other_rows(tmp_path: Path) -> None:
    NetworkClassifier(**SMALL, checkpoint=str(tmp_path)).fit(X, LABELS)
    with pytest.raises(HyperparameterError, match="another training"):
        NetworkClassifier(**SMALL, checkpoint=str(tmp_path)).fit(X[:100], LABELS[:100])


ESTIMATORS = (NetworkClassifier, NetworkRegressor, ConvNetClassifier, ConvNetRegressor)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_constructors_say_what_is_declared(kind: Any) -> None:
    """Names, order and defaults of a signature are those of the one declaration."""
    import inspect

    taken = list(inspect.signature(kind).parameters.values())
    assert [(p.name, p.default) for p in taken] == [
        (declared.name, declared.default) for declared in kind.hyperparameters
    ]
    made = kind()
    assert all(getattr(made, p.name) == p.default for p in taken)


@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
@pytest.mark.parametrize("how", [{}, {"warm_start": True}, {"validation": 0.3, "patience": 2}])
def test_partial_fit_goes_on_from_the_fitted_weights(kind: Any, how: dict[str, Any]) -> None:
    """Def 312: one more epoch at a step of almost nothing leaves the outputs where they were."""
    y = LABELS if kind is NetworkClassifier else X[:, 0]
    h = kind(**SMALL | {"epochs": 30, **how}).fit(X, y)
    epochs, before = h.n_iter_, h._outputs(X)
    h.set_params(step_size=1e-12, validation=0.0).partial_fit(X, y)
    np.testing.assert_allclose(h._outputs(X), before, atol=1e-5)
    assert h.n_iter_ == epochs + 1
    assert h.partial_fit(X, y).n_iter_ == epochs + 2


@pytest.mark.parametrize("size", [1e300, 1e-300, 1.0])
@pytest.mark.parametrize("standardize", [True, "whole"])
def test_a_unit_of_the_columns_changes_no_prediction(size: float, standardize: Any) -> None:
    h = NetworkClassifier(**SMALL | {"epochs": 20}, standardize=standardize)
    wanted = h.fit(X, LABELS).predict_proba(X)
    np.testing.assert_allclose(h.fit(X * size, LABELS).predict_proba(X * size), wanted, atol=1e-4)


def test_a_row_out_of_all_scale_is_refused() -> None:
    h = NetworkClassifier(**SMALL | {"epochs": 1}).fit(X, LABELS)
    far = X.copy()
    far[3, 0] = 1e300
    with pytest.raises(TableError, match="Row 3 holds a number that is too large for float32"):
        h.predict(far)
