"""`PolynomialBasis`: names, orders of terms, choices of terms, and learning on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from pellucid import LeastSquares, LogisticClassifier, PolynomialBasis, Ridge
from pellucid.errors import (
    HyperparameterError,
    ShapeError,
    TooFewRowsError,
    TooFewRowsWarning,
    TooLargeError,
)
from pellucid.features.polynomial_fit import fit_polynomial

pytestmark = pytest.mark.filterwarnings("ignore::pellucid.errors.TooFewRowsWarning")
CORNERS = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
XOR = np.array([1.0, -1.0, -1.0, 1.0])


def rows(n: int = 30, d: int = 2, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)) * 10 + 100


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(0, 4), st.booleans(), st.booleans())
def test_equals_scikit_learns(d: int, order: int, constant: bool, interactions: bool) -> None:
    if order == 0 and not constant:
        return
    X = rows(5, d)
    X[0] = 0.0
    mine = PolynomialBasis(
        order, include_constant=constant, terms="interactions" if interactions else "all"
    ).fit_transform(X)
    theirs = PolynomialFeatures(
        order, include_bias=constant, interaction_only=interactions
    ).fit_transform(X)
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_names_follow_the_order_of_terms() -> None:
    """5.2.1.5-order-of-terms."""
    by_degree = PolynomialBasis(2).fit(rows()).get_feature_names_out(["a", "b"])
    assert by_degree.tolist() == ["1", "a", "b", "a²", "a·b", "b²"]
    fastest = PolynomialBasis(2, term_order="first fastest").fit(rows())
    assert fastest.get_feature_names_out(["a", "b"]).tolist() == ["1", "a", "a²", "b", "a·b", "b²"]
    scaled = PolynomialBasis(1, domain="scaled").fit(rows()).get_feature_names_out(["a", "b"])
    assert scaled.tolist() == ["1", "z(a)", "z(b)"]


def test_powers_of_single_inputs_only() -> None:
    """5.2.1.3-squares-without-cross-terms: an ellipse's axes stay those of the inputs."""
    basis = PolynomialBasis(2, terms="axes").fit(rows())
    assert basis.get_feature_names_out(["a", "b"]).tolist() == ["1", "a", "b", "a²", "b²"]
    h = Ridge(lam=1e-6).fit(basis.transform(CORNERS), XOR)
    np.testing.assert_allclose(h.predict(basis.transform(CORNERS)), 0, atol=1e-9)


def test_a_count_that_explodes_is_told_before_it_does() -> None:
    """§5.2.1: the message tells how many there would be."""
    with pytest.raises(HyperparameterError, match=r"C\(110, 10\) = 46,897,636,623,981 features"):
        PolynomialBasis(10).fit(np.zeros((2, 100)))


def test_what_is_counted_is_what_would_be_made() -> None:
    """Products of different inputs are few where all monomials are too many."""
    assert PolynomialBasis(3, terms="interactions").fit(np.zeros((2, 60))).exponents_.shape[0] == (
        1 + 60 + 60 * 59 // 2 + 60 * 59 * 58 // 6
    )
    with pytest.raises(HyperparameterError, match="166,751 features; at most 50,000"):
        PolynomialBasis(3, terms="interactions").fit(np.zeros((2, 100)))
    with pytest.raises(HyperparameterError, match="their table has 400,020,000 exponents"):
        PolynomialBasis(1).fit(np.zeros((2, 20_000)))


def test_rows_that_memory_cannot_hold_are_told_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    basis = PolynomialBasis(3).fit(rows())
    monkeypatch.setattr("pellucid.features.memory_limit.total_memory", lambda: 1 << 20)
    with pytest.raises(TooLargeError, match=r"20,000 rows of 10 features take .* GiB"):
        basis.transform(rows(20_000))


def test_as_many_features_as_rows_are_warned_of() -> None:
    """5.2.1.4-too-many-features: 20 points with order 20 are 21 coefficients."""
    with pytest.warns(TooFewRowsWarning, match="makes 21 features of 20 rows"):
        basis = PolynomialBasis(20).fit(np.linspace(-1, 1, 20)[:, None])
    assert "21 features of 20 rows" in str(basis.explain())
    assert PolynomialBasis(18).fit(np.linspace(-1, 1, 20)[:, None]).warnings_ == []


def test_powers_beyond_the_largest_number_are_refused() -> None:
    """Not returned as infinity; on the scaled domain there is no such power."""
    X = rows() * [1.0, 1e150]
    with pytest.raises(HyperparameterError, match=r"order 3 of input 1 \(up to .*e\+152\)"):
        PolynomialBasis(3).fit_transform(X)
    assert np.isfinite(PolynomialBasis(3, domain="scaled").fit_transform(X)).all()
    scaled = PolynomialBasis(3, domain="scaled").fit(rows())
    with pytest.raises(HyperparameterError, match="far outside the range of the rows of the fit"):
        scaled.transform(X * 1e10)
    apart = np.diag([1e200, 1e200])  # no row holds both
    assert np.isfinite(PolynomialBasis(2, terms="interactions").fit_transform(apart)).all()


@pytest.mark.parametrize("domain", ["raw", "scaled"])
@pytest.mark.parametrize("term_order", ["degree", "first fastest"])
@pytest.mark.parametrize("terms", ["all", "interactions", "axes"])
def test_the_inputs_are_kept_in_the_features(domain: str, term_order: str, terms: str) -> None:
    """Keeping x in φ(x) loses nothing (§5.1.3)."""
    X = rows(40, 3)
    basis = PolynomialBasis(3, domain=domain, term_order=term_order, terms=terms)
    np.testing.assert_allclose(basis.inverse_transform(basis.fit_transform(X)), X, rtol=1e-14)
    with pytest.raises(ShapeError, match="columns"):
        basis.inverse_transform(X)
    with pytest.raises(HyperparameterError, match="order 0 keeps nothing"):
        PolynomialBasis(0).fit(X).inverse_transform(np.ones((2, 1)))


@pytest.mark.parametrize("terms", ["all", "axes"])
def test_axes_stand_in_the_order_asked_for(terms: str) -> None:
    basis = PolynomialBasis(2, terms=terms, term_order="first fastest").fit(rows())
    names = [n for n in basis.get_feature_names_out(["a", "b"]) if n != "a·b"]
    assert names == ["1", "a", "a²", "b", "b²"]


def test_the_quadratic_is_the_line_where_its_first_coefficient_is_zero() -> None:
    """5.0-quadratic-hypothesis: h(x) = Ax² + Bx + C (eq 5.1); A = 0 gives back Bx + C."""
    x = np.linspace(-2, 2, 9)[:, None]
    features = PolynomialBasis(2).fit_transform(x)
    A, B, C = 1.5, -2.0, 0.25
    np.testing.assert_allclose(features @ [C, B, A], A * x[:, 0] ** 2 + B * x[:, 0] + C)
    line = PolynomialBasis(1).fit_transform(x)
    assert (features @ [C, B, 0.0] == line @ [C, B]).all()


@pytest.mark.parametrize("k", [1, 4, 9])
def test_order_k_is_a_sum_of_powers_with_its_constant_inside(k: int) -> None:
    """5.0-order-k-polynomial: h(x) = θᵀφ(x) = Σ θᵢxⁱ from i = 0 (eq 5.3–5.4)."""
    x, theta = np.linspace(-1, 1, 30), np.random.default_rng(k).normal(size=k + 1)
    phi = PolynomialBasis(k).fit_transform(x[:, None])
    assert phi.shape == (30, k + 1)
    np.testing.assert_allclose(phi @ theta, np.polynomial.Polynomial(theta)(x))


def test_sample_polynomials() -> None:
    """5.2.1.1-sample-polynomials: of orders 0 to 3, recovered from their values."""
    x = np.linspace(-3, 3, 12)
    for theta in ([3.5], [-1, 2.5], [1, -10, 4.1], [-np.sqrt(2), 1, 8, 1], [2.0, 0.0, -1.0]):
        y = np.polynomial.Polynomial(theta)(x)
        np.testing.assert_allclose(
            fit_polynomial(x, y, len(theta) - 1).coefficients, theta, atol=1e-13
        )


def test_order_zero_is_the_constant_or_nothing() -> None:
    assert PolynomialBasis(0).fit_transform(rows()).tolist() == [[1.0]] * 30
    assert PolynomialBasis(0, include_constant=False).fit_transform(rows()).shape == (30, 0)


def test_coefficients_of_several_targets_translate_together() -> None:
    X = rows()
    basis = PolynomialBasis(2, domain="scaled", include_constant=False).fit(X)
    theta = np.random.default_rng(1).normal(size=(3, 5))
    coef, rest = basis.raw_coefficients(theta, [1.0, 2.0, 3.0])
    for t in range(3):
        one, left = basis.raw_coefficients(theta[t], t + 1.0)
        assert (coef[t] == one).all()
        assert rest[t] == left
    with pytest.raises(ShapeError, match="There are 5 features"):
        basis.raw_coefficients(np.zeros((2, 4)))


def test_exponents_of_one_input_are_the_orders() -> None:
    """5.2.1.1-orders-table: order k of one input is 1, x, …, x^k."""
    for k in range(4):
        assert PolynomialBasis(k).fit([[2.0]]).exponents_.ravel().tolist() == list(range(k + 1))


def test_xor_is_four_times_the_product() -> None:
    """5.2.1.6-xor-closed: 4x₁x₂ fits the corners exactly; a line does no better than chance."""
    model = make_pipeline(PolynomialBasis(2, include_constant=False), LeastSquares())
    with pytest.warns(UserWarning, match=r"singular|dependent|undetermined"):
        model.fit(CORNERS, XOR)
    np.testing.assert_allclose(model.predict(CORNERS), XOR, atol=1e-12)
    named = dict(
        zip(model[0].get_feature_names_out(["a", "b"]), model[-1].coef_.round(9), strict=True)
    )
    assert named["a·b"] == 4
    line = LogisticClassifier().fit(CORNERS, XOR)
    assert (line.predict(CORNERS) == XOR).mean() <= 0.75


@pytest.mark.parametrize("order", [1, 3, 6])
def test_coefficients_of_the_scaled_domain_translate_to_raw_powers(order: int) -> None:
    X = rows()
    scaled = PolynomialBasis(order, domain="scaled", include_constant=False).fit(X)
    theta = np.random.default_rng(1).normal(size=len(scaled.exponents_))
    wanted = scaled.transform(X) @ theta + 2.0
    coef, constant = scaled.raw_coefficients(theta, 2.0)
    raw = PolynomialBasis(order, include_constant=False).fit(X)
    assert (raw.exponents_ == scaled.exponents_).all()
    lost = 1e-15 * np.abs(raw.transform(X) * coef).sum(axis=1).max()
    np.testing.assert_allclose(raw.transform(X) @ coef + constant, wanted, atol=20 * lost)


def test_a_translation_that_needs_other_terms_is_refused() -> None:
    scaled = PolynomialBasis(2, terms="interactions", domain="scaled", include_constant=False)
    scaled.fit(rows())
    coef, constant = scaled.raw_coefficients([0.0, 0.0, 1.0])
    assert np.isfinite([*coef, constant]).all()
    with pytest.raises(ShapeError, match="There are 3 features"):
        scaled.raw_coefficients([1.0])


def test_a_polynomial_of_eight_digits_of_range_keeps_its_digits() -> None:
    """Order 8 about x = 1000: powers of the raw input agree to 24 digits and tell nothing."""
    x = np.linspace(1000, 1001, 40)
    y = (x - 1000.5) ** 3
    found = fit_polynomial(x, y, 3).coefficients
    np.testing.assert_allclose(found, [-(1000.5**3), 3 * 1000.5**2, -3001.5, 1.0], rtol=1e-9)


def test_too_few_rows_for_the_order() -> None:
    with pytest.raises(TooFewRowsError, match="Order 5 has 6 coefficients; 4 rows"):
        fit_polynomial([1.0, 2, 3, 4], [1.0, 2, 3, 4], 5)
