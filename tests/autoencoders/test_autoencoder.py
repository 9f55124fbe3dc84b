"""Trained autoencoders: losses, gradients, halves, bad input, noise, draws."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import kl_div
from scipy.stats import norm

from pellucid import (
    Autoencoder,
    DenoisingAutoencoder,
    FewLabelClassifier,
    LinearAutoencoder,
    VariationalAutoencoder,
)
from pellucid.autoencoders import CodeSample, ReconstructionLoss, generate_near
from pellucid.errors import (
    FramingError,
    HyperparameterError,
    NetworkWarning,
    ShapeError,
    SingularWarning,
)
from pellucid.losses import LOSSES, sigmoid, softmax
from pellucid.networks import Mode
from pellucid.storage import load_model, save_model

QUICK: dict[str, Any] = {"hidden": (8,), "epochs": 4, "batch_size": 20}


def cloud(seed: int = 0, n: int = 60, d: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 2)) @ rng.normal(size=(2, d)) + 0.1 * rng.normal(size=(n, d))


def mixed(seed: int = 0, n: int = 60) -> np.ndarray:
    """Two numbers, one yes-or-no, one category of three."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=n)
    numbers = np.column_stack([10 * t + 3, t**2])
    return np.column_stack([numbers, t > 0, np.eye(3)[np.digitize(t, [-0.5, 0.5])]])


MIXED = ReconstructionLoss(6, (2,), ((3, 4, 5),))
VALUE = jax.jit(MIXED.value)


def test_the_loss_is_a_sum_of_squares_never_divided_by_d() -> None:
    """8.2-squared-error-loss"""
    x, rebuilt = np.array([[1.0, 2.0, 3.0]]), np.array([[1.5, 2.0, 1.0]])
    assert ReconstructionLoss(3).value(rebuilt, x).tolist() == [4.25]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999))
def test_mixed_losses_are_those_of_the_columns(seed: int) -> None:
    """8.2-mixed-losses"""
    z, x = np.random.default_rng(seed).normal(size=(5, 6)), mixed(seed, 5)
    with jax.enable_x64(True):
        found = np.asarray(VALUE(z, x))
    by_hand = (
        ((z[:, :2] - x[:, :2]) ** 2).sum(axis=1)
        + LOSSES["nll"](sigmoid(z[:, 2]), x[:, 2])
        + LOSSES["nllm"](softmax(z[:, 3:]), x[:, 3:])
    )
    np.testing.assert_allclose(found, by_hand, rtol=1e-9)


@pytest.mark.parametrize("penalty", ["", "sparse", "prior"])
def test_slopes_equal_those_of_jax_and_of_small_differences(penalty: str) -> None:
    """8.2-training"""
    loss = ReconstructionLoss(6, (2,), ((3, 4, 5),), penalty, 0.7)
    rng = np.random.default_rng(1)
    g = rng.normal(size=(4, 6 + (4 if penalty else 0)))
    y = np.pad(mixed(1, 4), ((0, 0), (0, g.shape[1] - 6)))
    y[0, 3:6] = 0  # a category that is missing costs nothing
    with jax.enable_x64(True):
        value, slope = jax.jit(loss.value), np.asarray(jax.jit(loss.slope)(g, y))
        by_jax = jax.jit(jax.grad(lambda g: loss.value(g, y).sum()))(g)
        np.testing.assert_allclose(slope, by_jax, atol=1e-12)
        h = 1e-6
        for j in range(g.shape[1]):
            step = np.eye(g.shape[1])[j] * h
            difference = (value(g + step, y) - value(g - step, y)) / (2 * h)
            np.testing.assert_allclose(slope[:, j], difference, atol=1e-6)
    assert (slope[0, 3:6] == 0).all()


def test_the_prior_costs_the_divergence_of_normals() -> None:
    """8.5.1.1-variational"""
    m, s, t = 0.7, 0.4, np.linspace(-8, 8, 40_001)
    loss = ReconstructionLoss(1, penalty="prior", weight=1.0)
    with jax.enable_x64(True):
        found = float(loss.of_code(np.array([[0.0, m, 2 * np.log(s)]]))[0])
    exact = np.trapezoid(kl_div(norm.pdf(t, m, s), norm.pdf(t)), t)  # both integrate to 1
    assert found == pytest.approx(exact, rel=1e-6)


def test_a_draw_has_the_mean_and_deviation_the_encoder_names() -> None:
    """8.5.1.1-variational, 8.5.1.1-code-two"""
    x = np.tile(np.array([[2.0, 2 * np.log(0.5)]], np.float32), (4000, 1))
    assert (CodeSample().forward({}, x, Mode())[0] == 2.0).all()
    drawn = np.asarray(CodeSample().forward({}, x, Mode(True, jax.random.key(0)))[0])
    assert abs(drawn.mean() - 2) < 0.05
    assert abs(drawn.std() - 0.5) < 0.03


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 3)])
def test_a_code_is_drawn_from_as_many_means_as_variances(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="of even length"):
        CodeSample().out_shape(shape)


@pytest.mark.parametrize(
    "model",
    [
        Autoencoder(2, **(QUICK | {"hidden": ()})),
        Autoencoder(2, **QUICK, code_activation="tanh", output_activation="tanh"),
        Autoencoder(2, **QUICK, sparsity=0.1),
        VariationalAutoencoder(2, **QUICK),
        DenoisingAutoencoder(2, **QUICK),
    ],
    ids=lambda model: repr(model)[:60],
)
def test_halves_in_series_are_the_whole_network(model: Any) -> None:
    """8.1.2-encoder-and-decoder, 8.1.3-one-layer, 8.1.4-general, 8.1.4-code-not-output"""
    X = np.tanh(cloud())
    model.set_params(standardize=False).fit(X)
    code = model.encode(X)
    assert code.shape == (60, 2)
    whole = np.asarray(model.network_.predict(model.params_, X.astype(np.float32)))
    np.testing.assert_allclose(model.reconstruct(X), whole[:, :6], atol=1e-5)
    assert (model.transform(X) == code).all()
    assert (model.inverse_transform(code) == model.decode(code)).all()
    by_hand = ((X - model.reconstruct(X)) ** 2).sum(axis=1)
    np.testing.assert_allclose(model.losses(X), by_hand, rtol=1e-5)
    assert (model.reconstruct(X) != X).any()  # x̃ is not x


def test_one_layer_each_way_has_the_shapes_of_the_notes() -> None:
    """8.1.3-three-numbers, 8.1.1-image-to-two"""
    for d, k in ((10, 3), (784, 2)):
        model = Autoencoder(k, hidden=(), epochs=1).fit(np.random.default_rng(0).random((12, d)))
        first, last = model.params_
        assert first["W"].shape == (d, k)
        assert last["W"].shape == (k, d)
        assert first["W0"].shape == (k,)
        assert last["W0"].shape == (d,)


def test_ten_numbers_become_four() -> None:
    """8.0.2-ten-to-four"""
    X = np.random.default_rng(0).normal(size=(20, 10))
    assert LinearAutoencoder(4).fit(X).encode(X).shape == (20, 4)


def test_chances_are_decoded_where_columns_are_chances() -> None:
    """8.2-mixed-losses"""
    X = mixed()
    model = Autoencoder(
        2, hidden=(16,), epochs=150, step_size=0.01, binary=(2,), categories=((3, 4, 5),)
    ).fit(X)
    rebuilt = model.reconstruct(X)
    assert ((rebuilt[:, 2] >= 0) & (rebuilt[:, 2] <= 1)).all()
    np.testing.assert_allclose(rebuilt[:, 3:].sum(axis=1), 1)
    assert (rebuilt[:, 3:].argmax(axis=1) == X[:, 3:].argmax(axis=1)).mean() > 0.9
    assert abs(rebuilt[:, 0].mean() - X[:, 0].mean()) < 1.5  # in the column's own units
    assert model.losses_by_column(X).shape == X.shape


def test_convolutions_read_images_of_any_size(tmp_path: Any) -> None:
    """8.1.4-general"""
    images = np.random.default_rng(0).random((30, 7, 6))
    model = Autoencoder(3, filters=(2, 3), hidden=(5,), epochs=2).fit(images)
    assert model.image_shape_ == (7, 6, 1)
    assert model.reconstruct(images).shape == (30, 42)
    save_model(model, tmp_path / "m")
    assert (load_model(tmp_path / "m").encode(images) == model.encode(images)).all()
    with pytest.raises(ShapeError, match="fitted on images"):
        model.encode(images[:, :6])


def test_training_goes_on_where_it_stopped() -> None:
    X = cloud()
    warm = VariationalAutoencoder(1, hidden=(4,), epochs=3, warm_start=True).fit(X)
    first = list(warm.trace_["loss"])
    warm.fit(X)
    assert warm.n_iter_ == 6
    assert warm.trace_["loss"][:3] == first
    assert warm.trace_["loss"][-1] < first[-1]


def test_a_code_as_long_as_the_row_needs_to_be_asked_for() -> None:
    """8.3.1-code-length, 8.3.1-overcomplete"""
    X = cloud()
    with pytest.raises(HyperparameterError, match=r"no shorter than a row of 6 .* Take k < 6, or"):
        Autoencoder(6).fit(X)
    for alone in (Autoencoder(1), LinearAutoencoder(1)):
        with pytest.raises(HyperparameterError, match="cannot be shortened: give more columns, or"):
            alone.fit(X[:, :1])
    with pytest.warns(NetworkWarning, match="can copy"):
        Autoencoder(6, overcomplete=True, **QUICK).fit(X)
    sparse = Autoencoder(8, overcomplete=True, sparsity=2.0, hidden=(16,), epochs=60).fit(X)
    free = Autoencoder(8, overcomplete=True, input_noise=0.01, hidden=(16,), epochs=60).fit(X)
    assert np.abs(sparse.encode(X)).sum() < np.abs(free.encode(X)).sum() / 2
    assert "|aⱼ|" in str(sparse.explain())


def test_an_output_that_cannot_reach_the_rows_is_warned_of() -> None:
    """8.1.3-output-range"""
    X = cloud()
    with pytest.warns(NetworkWarning, match="cannot be reconstructed"):
        Autoencoder(1, **QUICK, output_activation="sigmoid").fit(X)
    Autoencoder(1, **QUICK, output_activation="sigmoid", standardize=False).fit(sigmoid(X))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"binary": (9,)}, "columns go from 0 to 5"),
        ({"binary": (2,), "categories": ((2, 3),)}, "named twice"),
        ({"binary": (0,)}, "holds 0 and 1"),
        ({"categories": ((2, 3, 4, 5),)}, "at most one of them"),
        ({"activation": ("relu", "tanh")}, "2 layer"),
        ({"activation": "magic"}, "activation"),
        ({"code_length": 0}, "code_length"),
        ({"sparsity": -1.0}, "sparsity"),
    ],
)
def test_bad_settings_are_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        Autoencoder(**(QUICK | change)).fit(mixed())


@pytest.mark.parametrize("cell", [-0.25, 1.5])
def test_a_binary_column_between_0_and_1_has_chances_and_no_other_cells(cell: float) -> None:
    rows = np.column_stack([np.linspace(0, 1, 8), np.arange(8.0)])
    Autoencoder(**(QUICK | {"binary": (0,), "epochs": 1})).fit(rows)
    rows[3, 0] = cell
    with pytest.raises(HyperparameterError, match=f"it goes from {min(0, cell):g} to "):
        Autoencoder(**(QUICK | {"binary": (0,)})).fit(rows)


@pytest.mark.parametrize(
    ("X", "says"),
    [
        (np.array([[1.0, 2.0, 3.0]]), "minimum of 2"),
        (np.array([[1.0, np.nan], [2.0, 1.0]]), "NaN"),
        (np.array([["a", "b"], ["c", ""]]), "could not convert|dtype"),
        (np.zeros((0, 3)), "0 sample"),
    ],
)
def test_bad_rows_are_refused(X: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Autoencoder(1, **QUICK).fit(X)


def test_constant_columns_and_equal_rows() -> None:
    X = np.column_stack([cloud(), np.full(60, 7.0)])
    model = Autoencoder(2, **QUICK).fit(X)
    assert np.isfinite(model.losses(X)).all()
    with pytest.warns(SingularWarning, match="nothing to encode"):
        Autoencoder(1, **QUICK).fit(np.ones((5, 3)))
    with pytest.raises(ShapeError, match="k = 2 numbers"):
        model.decode(np.zeros((1, 3)))


def test_pairs_of_noisy_and_clean_rows() -> None:
    """8.5.4-denoising"""
    clean = cloud(0, 200)
    noisy = clean + 0.5 * np.random.default_rng(1).normal(size=clean.shape)
    model = DenoisingAutoencoder(2, hidden=(16,), epochs=60, input_noise=0.0, step_size=0.01)
    cleaned = model.fit(noisy, clean=clean).reconstruct(noisy)
    assert ((cleaned - clean) ** 2).sum() < ((noisy - clean) ** 2).sum() / 1.5
    with pytest.raises(ShapeError, match="one clean row for each"):
        model.fit(noisy, clean=clean[:5])


def test_the_elbo_is_written_out() -> None:
    """8.5.1.1-variational"""
    X = cloud()
    model = VariationalAutoencoder(2, **QUICK, prior_weight=0.5).fit(X)
    m, s = model.distribution(X)
    each = (m**2 + s**2 - 1 - np.log(s**2)).sum(axis=1) / 2
    assert model.divergence_ == pytest.approx(each.mean())
    assert model.elbo_ == pytest.approx(-model.losses(X).mean() - 0.5 * each.mean())
    told = str(model.explain())
    assert "ELBO" in told
    assert "KL" in told


def test_a_heavier_prior_draws_codes_to_the_standard_normal() -> None:
    """8.5.1.1-variational"""
    X = cloud()
    given: dict[str, Any] = {"hidden": (8,), "epochs": 80, "step_size": 0.01}
    light = VariationalAutoencoder(1, **given, prior_weight=0.01).fit(X)
    heavy = VariationalAutoencoder(1, **given, prior_weight=100.0).fit(X)
    assert heavy.divergence_ < 0.1 < light.divergence_
    assert heavy.reconstruction_loss_ > light.reconstruction_loss_


def test_what_is_generated_says_so() -> None:
    """8.5.1-generative, 8.5.1-fictional, 8.5.1.1-output-differs"""
    X = cloud()
    model = VariationalAutoencoder(2, **QUICK).fit(X)
    made = generate_near(model, X, n=7, nudge=0.1)
    assert "GENERATED" in str(made)
    assert "not observed" in str(made)
    assert made.table(list("abcdef"))["generated"].all()
    np.testing.assert_allclose(made.rows, model.decode(made.codes))
    still = model.encode(X)[made.sources]
    assert 0 < np.abs(made.codes - still).max() < 1
    assert (model.sample_codes(X, 0) != model.sample_codes(X, 1)).any()
    assert len(model.generate(3)) == 3
    with pytest.raises(HyperparameterError, match="nudge"):
        generate_near(model, X, nudge=0.0)
    for none in (0, -1, 1.5):
        with pytest.raises(HyperparameterError, match=f"generate: .* ≥ 1; got {none}"):
            model.generate(none)  # type: ignore[arg-type]


def test_few_labels_are_spread_by_nearness() -> None:
    """8.3.3-few-labels"""
    rng = np.random.default_rng(0)
    X = np.repeat([[0.0, 0, 0], [9, 9, 0], [0, 9, 9]], 20, axis=0) + rng.normal(size=(60, 3))
    truth = np.repeat([0, 1, 2], 20)
    y = np.full(60, -1)
    y[[0, 20, 40]] = [0, 1, 2]
    h = FewLabelClassifier(LinearAutoencoder(2), unlabelled=-1).fit(X, y)
    assert (h.predict(X) == truth).all()
    assert h.n_rows_ == 60
    assert len(h.codes_) == 3
    assert "3 of 60 rows have labels" in str(h.explain())
    with pytest.raises(FramingError, match="no row is labelled"):
        FewLabelClassifier(unlabelled=-1).fit(X, np.full(60, -1))
    with pytest.raises(HyperparameterError, match="a label other than NaN, or None"):
        FewLabelClassifier(unlabelled=np.nan).fit(X, np.where(y < 0, np.nan, y))


@pytest.mark.parametrize("without", ["fit", "transform"])
def test_what_makes_the_codes_has_both_fit_and_transform(without: str) -> None:
    half = type("Half", (), {"fit": None, "transform": None})
    delattr(half, without)
    with pytest.raises(HyperparameterError, match="an estimator with fit and transform, or None"):
        FewLabelClassifier(half(), unlabelled=-1).fit(np.eye(3), [0, -1, 1])


def test_a_denoising_autoencoder_has_the_defaults_of_an_autoencoder() -> None:
    plain, denoising = Autoencoder().get_params(), DenoisingAutoencoder().get_params()
    assert denoising.pop("input_noise") > 0
    assert denoising.pop("validation") == 0  # rows with noise of their own tell when to stop
    assert denoising == {name: plain[name] for name in denoising}
