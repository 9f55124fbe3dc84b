"""Curves: against plain ridge, on known truths, in what can be looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import CurvesClassifier, CurvesRegressor
from pellucid.additive import additive_curves
from pellucid.additive.curve_basis import interpolate_at_knots, learn_numeric_basis
from pellucid.additive.interactions import (
    coarse_cells,
    curvature_strength,
    interaction_strength,
    strongest_pairs,
)
from pellucid.additive.terms import (
    learn_terms,
    model_features,
    term_features,
    term_of_each_feature,
)
from pellucid.additive.variance_components import (
    LARGEST,
    TermFit,
    _solution,
    fit_likelihood_terms,
    fit_normal_terms,
)
from pellucid.data.column_values import Values, values_of
from pellucid.errors import ColumnError


def bent(n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, size=(n, 4))
    return X, np.sin(3 * X[:, 0]) + X[:, 1] ** 2 + rng.normal(size=n) * 0.2


@given(st.integers(0, 1_000), st.integers(2, 200), st.floats(0.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_waves_are_centred_and_of_their_size(seed: int, n: int, skew: float) -> None:
    """Under the rows' own shares the waves have mean 0, are orthogonal, and fall in size."""
    x = np.exp(skew * np.random.default_rng(seed).normal(size=n))
    learned = learn_numeric_basis(x, np.ones(n), 8)
    if learned["waves"].shape[1] < 2 or len(np.unique(x)) > 48:
        return
    features = interpolate_at_knots(learned["knots"], learned["waves"], x)
    gram = features.T @ features / n
    assert np.allclose(features.mean(axis=0), 0, atol=1e-8)
    assert np.allclose(gram, np.diag(np.diag(gram)), atol=1e-8)
    assert (np.diff(np.diag(gram)) <= 1e-12).all()


def test_the_weights_are_those_of_ridge_with_the_penalties_found() -> None:
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    B = model_features(h.terms_, values_of(h, X, fitting=False).X)
    lam = h.lams_[term_of_each_feature(h.terms_), 0]
    theta = np.linalg.solve(B.T @ B + np.diag(lam), B.T @ (y - y.mean()))
    assert np.allclose(theta, h.theta_[:, 0], atol=1e-8)


def test_a_column_that_says_nothing_gets_a_flat_curve() -> None:
    X, y = bent()
    sizes = CurvesRegressor().fit(X, y).importances()
    assert min(sizes["x0"], sizes["x1"]) > 10 * max(sizes["x2"], sizes["x3"])


def test_the_penalties_are_a_fixed_point() -> None:
    """Effective weights over squares of weights, times the noise, is the penalty itself."""
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    B = model_features(h.terms_, X)
    once = fit_normal_terms(B, y, np.ones(len(y)), term_of_each_feature(h.terms_))
    free = (once.lams[:, 0] < 1e5) & (once.effective_dimension[:, 0] > 0.5)
    left = y - y.mean() - B @ once.theta[:, 0]
    phi = left @ left / (len(y) - 1 - once.effective_dimension.sum())
    squares = np.bincount(term_of_each_feature(h.terms_), once.theta[:, 0] ** 2)
    assert free.sum() >= 2
    asked = phi * once.effective_dimension[free, 0] / squares[free]
    assert np.allclose(asked, once.lams[free, 0], rtol=0.05)


@pytest.mark.parametrize("k", [2, 3])
def test_the_gradient_of_the_likelihood_vanishes(k: int) -> None:
    rng = np.random.default_rng(1)
    B = rng.normal(size=(300, 5))
    B -= B.mean(axis=0)
    codes = (B[:, 0] + rng.normal(size=300) > 0) * rng.integers(1, k, 300)
    owners = np.array([0, 0, 1, 1, 2])
    found = fit_likelihood_terms(B, codes, k, np.ones(300), owners)
    u = B @ found.theta + found.offset
    if k == 2:
        g, truths = 1 / (1 + np.exp(-u)), (codes == 1)[:, None]
    else:
        e = np.exp(u)
        g, truths = e / e.sum(axis=1, keepdims=True), codes[:, None] == np.arange(k)
    gradient = B.T @ (truths - g) - found.lams[owners] * found.theta
    kept = found.lams[owners] < LARGEST * 300
    assert 2 <= kept.sum() < kept.size
    assert np.abs(gradient[kept]).max() < 0.05
    assert not found.theta[~kept].any()
    assert np.abs((truths - g).sum(axis=0)).max() < 0.05


def test_pairs_are_found_and_help() -> None:
    rng = np.random.default_rng(2)
    X = rng.uniform(-1, 1, size=(600, 6))
    y = X[:, 1] * X[:, 4] * 3 + X[:, 0] + rng.normal(size=600) * 0.1
    alone, paired = CurvesRegressor(), CurvesRegressor(pairs=3)
    fresh = rng.uniform(-1, 1, size=(300, 6))
    truth = fresh[:, 1] * fresh[:, 4] * 3 + fresh[:, 0]
    lost = [((m.fit(X, y).predict(fresh) - truth) ** 2).mean() for m in (alone, paired)]
    assert lost[1] < 0.05 * lost[0]
    assert "x1 × x4" in list(paired.importances())[:2]


def test_the_strongest_pair_is_that_of_the_product() -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 5))
    cells = [coarse_cells(X[:, j], False, np.ones(500)) for j in range(5)]
    residual = (X[:, 2] * X[:, 3])[:, None]
    curvature = np.full((500, 1), residual.var())
    assert strongest_pairs(cells, range(5), residual, curvature, 1) == [(2, 3)]


def test_a_curve_can_be_looked_at_and_adds_up() -> None:
    X, y = bent()
    h = CurvesRegressor().fit(X, y)
    total = h.theta_0_[0] + sum(
        np.interp(X[:, j], h.curve(j)["at"], h.curve(j)["adds"][:, 0]) for j in range(4)
    )
    assert np.allclose(total, h.predict(X), atol=1e-8)
    with pytest.raises(ColumnError, match="no curve of 'height'"):
        h.curve("height")


def test_categories_and_missing_values_of_a_frame() -> None:
    rng = np.random.default_rng(4)
    colour = rng.choice(["red", "blue", "tan"], 300)
    size = np.where(rng.uniform(size=300) < 0.2, np.nan, rng.normal(size=300))
    y = (colour == "red") * 2.0 + np.where(np.isnan(size), 3.0, size) + rng.normal(size=300) * 0.1
    frame = pd.DataFrame({"colour": colour, "size": size})
    h = CurvesRegressor().fit(frame, y)
    assert h.score(frame, y) > 0.98
    seen = dict(zip(h.curve("colour")["at"], h.curve("colour")["adds"][:, 0], strict=True))
    assert seen["red"] - seen["blue"] == pytest.approx(2.0, abs=0.1)
    odd = pd.DataFrame({"colour": ["green", None], "size": [0.0, 0.0]})
    assert np.isfinite(h.predict(odd)).all()


def test_chances_of_separable_classes_stay_finite() -> None:
    x = np.linspace(-1, 1, 60)[:, None]
    p = CurvesClassifier().fit(x, x[:, 0] > 0).predict_proba(x)
    assert np.isfinite(p).all()
    assert (p > 0).all()


@pytest.mark.parametrize("rank", [1, 3])
def test_a_singular_system_is_solved_by_its_pseudo_inverse(rank: int) -> None:
    half = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0], [2.0, 0.0, 1.0]])[:rank]
    A, b = half.T @ half, half.T @ np.arange(1.0, rank + 1)
    inverse = np.linalg.pinv(A, hermitian=True)
    solved, variances = _solution(A, b)
    np.testing.assert_allclose(solved, inverse @ b, atol=1e-9)
    np.testing.assert_allclose(variances, np.diag(inverse), atol=1e-9)


@given(st.integers(0, 1_000), st.integers(1, 60), st.booleans())
@settings(max_examples=25, deadline=None)
def test_cells_are_of_equal_weight_or_of_the_commonest_categories(
    seed: int, n: int, category: bool
) -> None:
    """Missing rows lie apart; along an amount a cell holds a sixth of the weight, to one row."""
    rng = np.random.default_rng(seed)
    x = rng.choice(20, n).astype(float) if category else rng.normal(size=n)
    x[rng.uniform(size=n) < 0.2] = np.nan
    weights = rng.integers(1, 4, n).astype(float)
    cells = coarse_cells(x, category, weights)
    there = np.isfinite(x)
    assert ((cells == 0) == ~there).all()
    if category:
        met, place = np.unique(x[there], return_inverse=True)
        mass = np.bincount(place, weights[there], len(met))
        rank = {value: at for at, value in enumerate(met[np.argsort(-mass, kind="stable")])}
        assert (cells[there] == [1 + min(rank[value], 11) for value in x[there]]).all()
    elif there.any():
        order = np.argsort(x[there], kind="stable")
        assert (np.diff(cells[there][order]) >= 0).all()
        held = np.bincount(cells[there], weights[there])[1:]
        assert held.sum() == weights[there].sum()
        assert (held <= weights[there].sum() / 6 + 2 * weights[there].max()).all()
        assert held[held > 0].size >= min(6, there.sum() // 3)


@given(st.integers(0, 1_000), st.integers(4, 40), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_strengths_are_sums_of_squares_beyond_chance(seed: int, n: int, k: int) -> None:
    """Of cells and of lines and parabolas, against their definitions, output by output."""
    rng = np.random.default_rng(seed)
    residual, curvature = rng.normal(size=(n, k)) * 3, rng.uniform(0.1, 2, (n, k))
    cells = rng.integers(0, 5, n)
    used, inside = np.unique(cells), [cells == cell for cell in np.unique(cells)]
    df = max(len(used) - 1, 1)
    of_cells = [
        sum(min(residual[i, c].sum() ** 2 / curvature[i, c].sum(), 40.0) for i in inside)
        for c in range(k)
    ]
    expected = (max(of_cells) - df) / (2 * df) ** 0.5
    assert interaction_strength(cells, residual, curvature) == pytest.approx(expected)
    X, weights = rng.normal(size=(n, 3)), rng.uniform(0.5, 2, n)
    X[0, 1] = np.nan
    X[:, 2] = 0.0
    found = curvature_strength(X, weights, residual, curvature)
    for j in range(3):
        there = np.isfinite(X[:, j])
        x, w = X[there, j], weights[there]
        z = x - np.average(x, weights=w)
        z /= np.sqrt(np.average(z**2, weights=w)) or 1.0
        bent = np.clip(z, -3, 3) ** 2
        bent -= np.average(bent, weights=w)
        total = [
            sum(
                (r @ f) ** 2 / (v @ f**2) if f.any() else 0.0
                for f in (z, bent)
                for r, v in [(residual[there, c], curvature[there, c])]
            )
            for c in range(k)
        ]
        assert found[j] == pytest.approx((max(total) - 2) / 2)


@given(st.integers(0, 1_000), st.integers(2, 200), st.integers(1, 12))
@settings(max_examples=25, deadline=None)
def test_waves_begin_with_size_one_and_fall_by_their_roughness(
    seed: int, n: int, waves: int
) -> None:
    """Def 188: the first wave has mean square 1 over the rows where each knot is a value, the
    later ones as their roughness says; between knots all are straight lines; missing rows get 0."""
    rng = np.random.default_rng(seed)
    x, weights = rng.normal(size=n).round(1), rng.integers(1, 4, n).astype(float)
    learned = learn_numeric_basis(np.append(x, np.nan), np.append(weights, 2.0), waves)
    values = np.unique(x)
    if len(values) < 2:
        assert learned["waves"].shape == (1, 0)
        return
    assert learned["mean"] == pytest.approx(np.average(x, weights=weights))
    spread = np.average((x - learned["mean"]) ** 2, weights=weights) ** 0.5
    assert learned["deviation"] == pytest.approx(spread)
    knots, table = learned["knots"], learned["waves"]
    assert table.shape == (len(knots), min(waves, len(knots) - 1))
    assert {values[0], values[-1]} <= set(knots) <= set(values)
    assert len(knots) == min(len(values), 48) or len(values) > 48
    features = interpolate_at_knots(knots, table, x)
    if len(values) <= 48:
        squares = np.average(features**2, axis=0, weights=weights)
        assert squares[0] == pytest.approx(1.0)
        assert (np.diff(squares) < 0).all()
        ranks = np.searchsorted(values, x)
        assert np.allclose(features, table[ranks])
        between = interpolate_at_knots(knots, table, (knots[1:] + knots[:-1]) / 2)
        assert np.allclose(between, (table[1:] + table[:-1]) / 2)
    assert not interpolate_at_knots(knots, table, np.array([np.nan])).any()
    beyond = interpolate_at_knots(knots, table, np.array([values[0] - 9, values[-1] + 9]))
    assert np.allclose(beyond, table[[0, -1]])


@pytest.mark.parametrize("k", [1, 2, 3])
def test_what_a_pair_is_looked_for_in_is_the_gradient_and_its_variance(k: int) -> None:
    """KE 163: truth minus chance, each row by its weight; of numbers what the curves leave."""
    rng = np.random.default_rng(5)
    X, weights = rng.normal(size=(120, 2)), rng.integers(1, 4, 120).astype(float)
    h = CurvesRegressor() if k == 1 else CurvesClassifier()
    y = X[:, 0] + rng.normal(size=120) if k == 1 else rng.integers(0, k, 120)
    h.fit(X, y, sample_weight=weights)
    B = model_features(h.terms_, X)
    fitted = TermFit(h.theta_, h.theta_0_, h.lams_, h.effective_, 1, True)
    residual, spread = h._residuals(fitted, B, y, weights)
    if k == 1:
        left = y - h.predict(X)
        assert np.allclose(residual[:, 0], left * weights)
        assert np.allclose(spread[:, 0], weights * np.average(left**2, weights=weights))
    else:
        g = h.predict_proba(X)[:, 1:] if k == 2 else h.predict_proba(X)
        truths = y[:, None] == (np.array([1]) if k == 2 else np.arange(k))
        assert np.allclose(residual, (truths - g) * weights[:, None])
        assert np.allclose(spread, np.maximum(g * (1 - g), 1e-4) * weights[:, None])


def test_of_very_many_columns_those_that_tell_most_get_a_curve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(additive_curves, "MOST_CURVES", 3)
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({f"x{j}": rng.normal(size=300) for j in range(8)})
    frame["colour"] = rng.choice(["red", "blue", "tan"], 300)
    y = 2 * frame["x6"] - frame["x2"] ** 2 + 3.0 * (frame["colour"] == "red")
    assert set(CurvesRegressor().fit(frame, y).importances()) == {"x2", "x6", "colour"}


@pytest.mark.parametrize("levels", [2, 3, 40])
def test_a_pair_has_24_features_at_the_most_and_says_nothing_of_its_columns_alone(
    levels: int,
) -> None:
    """Products of the centred features of both, themselves centred under the weights."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"size": rng.normal(size=400)})
    frame["colour"] = [f"c{i}" for i in rng.integers(0, levels, 400)]
    weights = rng.integers(1, 3, 400).astype(float)
    y = frame["size"] * (frame["colour"] == "c1") * 3 + rng.normal(size=400) * 0.1
    h = CurvesRegressor(pairs=1).fit(frame, y, sample_weight=weights)
    pair = next(term for term in h.terms_ if term["kind"] == "pair")
    assert pair["columns"] == [0, 1]
    made = term_features(pair, values_of(h, frame, fitting=False).X)
    first, second = pair["keep"]
    assert made.shape == (400, len(first) * len(second))
    assert 1 <= made.shape[1] <= 24
    assert len(second) == {2: 1, 3: 3, 40: 6}[levels]
    assert np.allclose(weights @ made, 0, atol=1e-8)
    size, colour = (next(t for t in h.terms_ if t["columns"] == [c]) for c in (0, 1))
    assert len(set(first)) == len(first)
    assert size["kind"] == "line"
    assert colour["kind"] == "category"
    counts = np.bincount([int(c[1:]) for c in frame["colour"]], weights)
    if levels == 40:  # the commonest ones
        kept = [int(h.levels_[1][int(colour["places"][at])][1:]) for at in second]
        assert counts[kept].min() >= np.sort(counts)[-6]


def test_knots_of_many_values_hold_both_ends() -> None:
    knots = learn_numeric_basis(np.arange(500.0), np.ones(500), 3)["knots"]
    assert (knots[0], knots[-1], len(knots)) == (0.0, 499.0, 48)


def test_each_term_is_centred_at_the_weighted_mean_of_its_features() -> None:
    X, _ = bent(60)
    weights = np.random.default_rng(2).uniform(0.5, 3.0, 60)
    for term in learn_terms(Values(X, ("a", "b"), (None, None)), [0, 1], weights, 1):
        features = term_features(term, X)
        np.testing.assert_allclose(np.average(features, axis=0, weights=weights), 0, atol=1e-12)
