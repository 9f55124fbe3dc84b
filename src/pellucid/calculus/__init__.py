"""A symbolic matrix-calculus engine with shapes, in the notes' layout.

`derive("norm2(X'*theta - y)^2/n", "theta")` reads a formula, differentiates it, shows the steps,
checks the answer and writes the code.

Notes: §A.1
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from pellucid.calculus.algebra.expression import NOTATIONS
from pellucid.lazy import lazy_names

if TYPE_CHECKING:
    from pellucid.calculus.algebra.convexity import curvature
    from pellucid.calculus.algebra.expression import Expression, symbol
    from pellucid.calculus.algebra.reshaping import diagonal_vector, flattened, stacked
    from pellucid.calculus.checking.approximation import Approximation, approximate
    from pellucid.calculus.checking.diagnosis import Diagnosis, check_gradient_answer
    from pellucid.calculus.checking.linearity import derivative_operator, linearity
    from pellucid.calculus.codegen.objective import compile_objective
    from pellucid.calculus.derivation.chain_rule import Chain, chain
    from pellucid.calculus.derivation.derivation import Derivation, derive
    from pellucid.calculus.derivation.derivative import Derivative, differentiate
    from pellucid.calculus.derivation.layout import derivative_shape
    from pellucid.calculus.derivation.quadratic import ClosedForm, closed_form
    from pellucid.calculus.language.declarations import Declarations, declare
    from pellucid.calculus.language.reading import read

_HOMES = {
    "Approximation": "checking.approximation",
    "Chain": "derivation.chain_rule",
    "ClosedForm": "derivation.quadratic",
    "Declarations": "language.declarations",
    "Derivation": "derivation.derivation",
    "Derivative": "derivation.derivative",
    "Diagnosis": "checking.diagnosis",
    "Expression": "algebra.expression",
    "approximate": "checking.approximation",
    "chain": "derivation.chain_rule",
    "check_gradient_answer": "checking.diagnosis",
    "closed_form": "derivation.quadratic",
    "compile_objective": "codegen.objective",
    "curvature": "algebra.convexity",
    "declare": "language.declarations",
    "derivative_operator": "checking.linearity",
    "derivative_shape": "derivation.layout",
    "derive": "derivation.derivation",
    "diagonal_vector": "algebra.reshaping",
    "differentiate": "derivation.derivative",
    "flattened": "algebra.reshaping",
    "linearity": "checking.linearity",
    "read": "language.reading",
    "stacked": "algebra.reshaping",
    "symbol": "algebra.expression",
}
__all__ = [
    "Approximation",
    "Chain",
    "ClosedForm",
    "Declarations",
    "Derivation",
    "Derivative",
    "Diagnosis",
    "Expression",
    "approximate",
    "chain",
    "check_gradient_answer",
    "closed_form",
    "compile_objective",
    "curvature",
    "declare",
    "derivative_operator",
    "derivative_shape",
    "derive",
    "diagonal_vector",
    "differentiate",
    "flattened",
    "linearity",
    "read",
    "stacked",
    "symbol",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)


def _printed(module: str, name: str) -> Callable[[Expression], str]:
    """A notation that is imported when something is first printed in it."""

    def spelled(expression: Expression) -> str:
        printed: str = getattr(import_module(f"{__name__}.render.{module}"), name)(expression)
        return printed

    return spelled


NOTATIONS.update(text=_printed("text", "text"), latex=_printed("latex", "latex"))
