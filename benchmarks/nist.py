"""NIST's certified least-squares sets: correct digits of the worst coefficient."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression

from pellucid import LeastSquares, PolynomialBasis
from pellucid.features.polynomial_fit import fit_polynomial

DATA = Path(__file__).parents[1] / "tests" / "linear" / "nist.json"


def digits(found: Any, certified: Any) -> float:
    error = np.abs(np.asarray(found) - certified) / np.abs(certified)
    return float(np.clip(-np.log10(np.maximum(error, 1e-15)), 0, 15).min())


def lines() -> str:
    """A Markdown table."""
    out = [
        "| set | ours, polynomial route | ours, raw columns | scikit-learn, default tol | tol=0 |",
        "|---|---|---|---|---|",
    ]
    for name, entry in json.loads(DATA.read_text()).items():
        X, y = np.array(entry["x"], dtype=float), np.array(entry["y"], dtype=float)
        certified = np.array(entry["coefficients"])
        shown = []
        if "polynomial" in entry["model"]:
            order = len(certified) - 1
            shown.append(digits(fit_polynomial(X, y, order).coefficients, certified))
            X = PolynomialBasis(order=order, include_constant=False).fit_transform(X)
        offset = len(certified) == X.shape[1] + 1
        for model in (
            LeastSquares(fit_intercept=offset),
            LinearRegression(fit_intercept=offset),
            LinearRegression(fit_intercept=offset, tol=0),
        ):
            model.fit(X, y)
            found = [model.intercept_, *model.coef_] if offset else model.coef_
            shown.append(digits(found, certified))
        cells = [f"{v:.1f}" for v in shown]
        out.append(f"| {name} | {' | '.join(cells if len(cells) == 4 else [cells[0], *cells])} |")
    return "\n".join(out)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(lines())
