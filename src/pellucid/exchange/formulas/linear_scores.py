"""Linear models as formulas: u = θᵀφ + θ₀.

Notes: KE 45, KE 152, Def 170, Clar 174
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.exchange.formulas.expressions import Constant, Expression, Product, dot
from pellucid.exchange.formulas.program import Program


def linear_scores(model: Any, features: Sequence[Expression]) -> list[Expression]:
    """A score an output of a fitted linear model.

    Notes: KE 45
    """
    coef = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64))
    offsets = np.broadcast_to(np.ravel(np.asarray(model.intercept_, dtype=float)), len(coef))
    return [
        dot(weights, features, float(offset))
        for weights, offset in zip(coef.tolist(), offsets.tolist(), strict=True)
    ]


def monomials(
    program: Program, chosen: Any, features: Sequence[Expression], names: Sequence[str]
) -> list[Expression]:
    """The inputs, then the products that were chosen of them.

    Notes: Def 187
    """
    inputs: list[Expression] = [
        feature if isinstance(feature, Constant) else program.bind("f", feature, str(name))
        for feature, name in zip(features, names, strict=True)
    ]
    products = [Product((inputs[i], inputs[j])) for i, j in chosen.pairs_.tolist()]
    return [*inputs, *products]
