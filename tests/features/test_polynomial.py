"""`PolynomialBasis`: names, orders of terms, choices of terms, and learning on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from pellucid import LeastSquares, LogisticClassifier, PolynomialBasis, Ridge
from pellucid.errors import HyperparameterError, ShapeError, TooFewRowsError
from pellucid.features.polynomial_fit import fit_polynomial

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
