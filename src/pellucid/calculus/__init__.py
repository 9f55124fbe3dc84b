"""A symbolic matrix-calculus engine with shapes, in the notes' layout.

`derive("norm2(X'*theta - y)^2/n", "theta")` reads a formula, differentiates it, shows the steps,
checks the answer and writes the code.

Notes: §A.1
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.calculus.approximation import Approximation, approximate
    from pellucid.calculus.bring_down import diagonal_vector, flattened, stacked
    from pellucid.calculus.chain_rule import Chain, chain
    from pellucid.calculus.compile import compile_objective
    from pellucid.calculus.convexity import curvature
    from pellucid.calculus.declarations import Declarations, declare
    from pellucid.calculus.derivation import Derivation, derive
    from pellucid.calculus.derivative import Derivative, differentiate
    from pellucid.calculus.diagnose import Diagnosis, check_gradient_answer
    from pellucid.calculus.expression import Expression, symbol
    from pellucid.calculus.linear_check import derivative_operator, linearity
    from pellucid.calculus.quadratic import ClosedForm, closed_form
    from pellucid.calculus.reading import read

_HOMES = {
    "Approximation": "approximation",
    "Chain": "chain_rule",
    "ClosedForm": "quadratic",
    "Declarations": "declarations",
    "Derivation": "derivation",
    "Derivative": "derivative",
    "Diagnosis": "diagnose",
    "Expression": "expression",
    "approximate": "approximation",
    "chain": "chain_rule",
    "check_gradient_answer": "diagnose",
    "closed_form": "quadratic",
    "compile_objective": "compile",
    "curvature": "convexity",
    "declare": "declarations",
    "derivative_operator": "linear_check",
    "derive": "derivation",
    "diagonal_vector": "bring_down",
    "differentiate": "derivative",
    "flattened": "bring_down",
    "linearity": "linear_check",
    "read": "reading",
    "stacked": "bring_down",
    "symbol": "expression",
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
    "derive",
    "diagonal_vector",
    "differentiate",
    "flattened",
    "linearity",
    "read",
    "stacked",
    "symbol",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
