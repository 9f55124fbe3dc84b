"""NIST's certified least-squares sets: correct digits (LRE) of the worst coefficient. KE 62"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import LeastSquares, PolynomialBasis
from pellucid.errors import ConditionWarning
from pellucid.features.polynomial_fit import fit_polynomial

SETS: dict[str, Any] = json.loads((Path(__file__).parent / "nist.json").read_text())


def correct_digits(found: Any, certified: Any) -> float:
    found, certified = np.asarray(found), np.asarray(certified)
    error = np.abs(found - certified) / np.abs(certified)
    return float(np.minimum(-np.log10(np.maximum(error, 1e-15)), 15).min())


def raw_columns(entry: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, bool]:
    X, k = np.array(entry["x"], dtype=float), len(entry["coefficients"])
    if "polynomial" in entry["model"]:
        X = PolynomialBasis(order=k - 1, include_constant=False).fit_transform(X)
    return X, np.array(entry["y"], dtype=float), k == X.shape[1] + 1


@pytest.mark.parametrize("name", SETS)
def test_raw_columns_keep_seven_and_a_half_digits(name: str) -> None:
    X, y, offset = raw_columns(SETS[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        model = LeastSquares(fit_intercept=offset).fit(X, y)
    found = [model.intercept_, *model.coef_] if offset else model.coef_
    assert correct_digits(found, SETS[name]["coefficients"]) >= 7.5


@pytest.mark.parametrize("name", [n for n in SETS if "polynomial" in SETS[n]["model"]])
def test_the_polynomial_route_keeps_nine_digits(name: str) -> None:
    entry = SETS[name]
    X, y = np.array(entry["x"], dtype=float), np.array(entry["y"], dtype=float)
    fit = fit_polynomial(X, y, len(entry["coefficients"]) - 1)
    assert correct_digits(fit.coefficients, entry["coefficients"]) >= 9


@pytest.mark.parametrize("name", [n for n in SETS if "polynomial" not in SETS[n]["model"]])
def test_the_linear_sets_keep_nine_digits(name: str) -> None:
    X, y, offset = raw_columns(SETS[name])
    model = LeastSquares(fit_intercept=offset).fit(X, y)
    found = [model.intercept_, *model.coef_] if offset else model.coef_
    assert correct_digits(found, SETS[name]["coefficients"]) >= 9


def test_filip_is_warned_about() -> None:
    X, y, _ = raw_columns(SETS["filip"])
    with pytest.warns(ConditionWarning, match="nearly dependent"):
        model = LeastSquares().fit(X, y)
    assert model.solver_ == "qr"
    assert "nearly dependent" in str(model.explain())
