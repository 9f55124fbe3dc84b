"""Chapter 5 outside coding: what the notes say of transformations, run as they say it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from pellucid import (
    BagOfWords,
    LeastSquares,
    LogisticClassifier,
    PolynomialBasis,
    RadialBasis,
    RadiusFeature,
    Ridge,
    SoftmaxClassifier,
)
from pellucid.data import noisy_line, ring_and_disc, waveform
from pellucid.errors import SingularWarning
from pellucid.features.radial_kernel import radial_features


@pytest.mark.parametrize(
    "features", [PolynomialBasis(3, include_constant=False), RadialBasis(12), RadiusFeature()]
)
@pytest.mark.parametrize("learner", [Ridge(lam=0.01), LogisticClassifier(), SoftmaxClassifier()])
def test_transformations_stand_before_any_linear_learner(features: object, learner: object) -> None:
    """5.0-composable-transformations: h(x) = θᵀφ(x) + θ₀, the learner untouched (Def 180)."""
    X, y = ring_and_disc(120)
    model = make_pipeline(clone(features), clone(learner)).fit(X, y)
    phi = clone(features).fit(X).transform(X)
    alone = clone(learner).fit(phi, y)
    assert (model.predict(X) == alone.predict(phi)).all()
    assert "linear machine bend" in str(model[0].explain()) or "Tell apart" in str(
        model[0].explain()
    )  # each transformation says what it is for (Def 178)


def test_input_features_and_transformed_features_have_names_of_their_own() -> None:
    """5.0-feature-names: xᵢ by its column, φ(x)ⱼ by what it is made of (Clar 179)."""
    X = pd.DataFrame(
        {"age": [1.0, 2.0, 4.0, 7.0, 9.0, 3.0], "dose": [5.0, 4.0, 4.0, 1.0, 0.0, 2.0]}
    )
    basis = PolynomialBasis(2, include_constant=False).fit(X)
    assert basis.feature_names_in_.tolist() == ["age", "dose"]
    made = ["age", "dose", "age²", "age·dose", "dose²"]
    assert basis.get_feature_names_out().tolist() == made
    table = basis.set_output(transform="pandas").transform(X)
    assert table.columns.tolist() == made
    assert (table["age·dose"] == X["age"] * X["dose"]).all()
    assert RadiusFeature(keep_inputs=True).fit(X).get_feature_names_out()[-1] == "radius"
    assert BagOfWords().fit(["a b"]).get_feature_names_out().tolist() == ["a", "b"]


def test_the_constant_stands_in_the_features_or_in_the_model() -> None:
    """5.1.2-one-constant-only: either way one function; both at once are warned of."""
    X, y = noisy_line(noise=0.2)
    inside = make_pipeline(PolynomialBasis(2), LeastSquares(fit_intercept=False)).fit(X, y)
    outside = make_pipeline(PolynomialBasis(2, include_constant=False), LeastSquares()).fit(X, y)
    np.testing.assert_allclose(inside.predict(X), outside.predict(X), atol=1e-12)
    np.testing.assert_allclose(inside[-1].coef_[0], outside[-1].intercept_, atol=1e-12)
    with pytest.warns(SingularWarning, match="column 0 follow from the others"):
        make_pipeline(PolynomialBasis(2), LeastSquares()).fit(X, y)


def test_a_perfect_training_fit_is_no_evidence() -> None:
    """5.2.1.2-perfect-fit: among the orders, training error chooses the worst (Concept 186)."""
    X, y = noisy_line(21)
    new, answers = np.linspace(-0.97, 0.97, 500)[:, None], 2 * np.linspace(-0.97, 0.97, 500) + 1
    errors = []
    for order in (1, 5, 18):
        basis = PolynomialBasis(order, include_constant=False, domain="scaled")
        h = make_pipeline(basis, Ridge(lam=1e-14)).fit(X, y)
        errors.append(
            [float(np.mean((h.predict(A) - b) ** 2)) for A, b in ((X, y), (new, answers))]
        )
    training, away = np.array(errors).T
    assert training.argmin() == 2 == away.argmax()
    assert training.argmax() == 0 == away.argmin()


def test_the_scale_of_the_inputs_decides_what_is_close() -> None:
    """5.2.2-input-scale: in other units the same rows have other neighbours."""
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    metres = radial_features(X, X, 1.0)
    centimetres = radial_features(X * [100, 1], X * [100, 1], 1.0)
    assert metres[0, 1] > metres[0, 2]
    assert centimetres[0, 1] < centimetres[0, 2]
    assert RadialBasis().fit_transform(X).shape == (3, 3)  # as many features as points


def test_training_on_features_is_training() -> None:
    """5.2.1.6-training-unchanged: closed form, descent and stochastic epochs on one basis."""
    X, y = waveform(400, frequency=2.0)
    phi = PolynomialBasis(3, include_constant=False, domain="scaled").fit_transform(X)
    answers = [
        Ridge(lam=0.001, algorithm=algorithm, max_iter=3000).fit(phi, y).predict(phi)
        for algorithm in ("closed form", "newton", "descent")
    ]
    for other in answers[1:]:
        np.testing.assert_allclose(other, answers[0], atol=1e-3)
