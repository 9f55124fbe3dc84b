"""scikit-learn's own checks on the regression side, with no expected failures."""

from __future__ import annotations

import html
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from pellucid import (
    LeastSquares,
    MajorityBaseline,
    MeanBaseline,
    NearestNeighborClassifier,
    NearestNeighborRegressor,
    PolynomialBasis,
    RandomRegression,
    Ridge,
    RidgeCV,
)
from pellucid.errors import PellucidWarning

MEMBERS: list[BaseEstimator] = [
    LeastSquares(),
    MajorityBaseline(),
    MeanBaseline(),
    NearestNeighborClassifier(),
    NearestNeighborRegressor(),
    PolynomialBasis(),
    PolynomialBasis(domain="scaled"),
    RandomRegression(tries=50),
    Ridge(),
    Ridge(penalize_offset=True),
    RidgeCV(),
    RidgeCV(cv="loo"),
]


@pytest.mark.filterwarnings("default")
@parametrize_with_checks(MEMBERS)
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("member", MEMBERS, ids=repr)
def test_the_notebook_view_documents_parameters(member: Any) -> None:
    assert type(member).__doc__ is not None
    assert "{hyperparameters}" not in type(member).__doc__
    shown = html.unescape(member._repr_html_())
    for hyperparameter in type(member).hyperparameters:
        assert hyperparameter.meaning[:20] in shown


def test_our_warnings_are_one_family() -> None:
    assert issubclass(PellucidWarning, UserWarning)
