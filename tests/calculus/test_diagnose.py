"""A learner's answer: right, and every way of being wrong.

Notes: §2.6, Concept 56, Clarification 464
"""

from __future__ import annotations

import json

import pytest

from pellucid.calculus import check_gradient_answer
from pellucid.errors import FormulaError

RIDGE = "norm2(X'*theta - y)^2/n + lam*norm2(theta)^2"
FIT = "norm2(X'*theta - y)^2/n"


@pytest.mark.parametrize(
    ("formula", "by", "answer", "verdict", "words"),
    [
        ("norm2(X'*theta - y)^2", "theta", "2*X*(X'*theta-y)", "right", "agrees"),
        (RIDGE, "theta", "2/n*X*X'*theta - 2*X*y/n + lam*theta*2", "right", "agrees"),
        (RIDGE, "theta", "(2*X*(X'*theta-y)/n + 2*lam*theta)'", "transposed", "(1×d)"),
        ("tr(A*B)", "A", "B", "transposed", "input"),
        ("logdet(P)", "P", "inv(P)", "transposed", "transpose"),
        (RIDGE, "theta", "-2*X*(X'*theta-y)/n - 2*lam*theta", "wrong sign", "sign"),
        (RIDGE, "theta", "2*X*(X'*theta-y)/n - 2*lam*theta", "wrong sign", "2 λ θ"),
        (FIT, "theta", "2*X*(X'*theta-y)", "missing factor", "1/n"),
        (FIT, "theta", "X*(X'*theta-y)/n", "missing factor", "by 2."),
        (FIT, "theta", "X*(X'*theta-y)", "missing factor", "2/n"),
        (RIDGE, "theta", "2*X*(X'*theta-y)/n + lam*theta", "missing factor", "2 λ θ"),
        (RIDGE, "theta", "2*X*(X'*theta-y)/n + 2*theta", "missing factor", "lam"),
        ("sum(sigmoid(W'*x))", "x", "W*sigmoid(W'*x)", "missing factor", "1 - σ"),
        (RIDGE, "theta", "2*X*(X'*theta-y)/n", "missing term", "2 λ θ"),
        (FIT, "theta", "2*(X'*theta-y)/n", "wrong shape", "(n×1)"),
        (FIT, "theta", "2*(X'*theta-y)*X/n", "scalar habit", "do not commute"),
        ("norm2(A*x-b)^2", "x", "2*A*(A*x-b)", "scalar habit", "A)'"),
        ("x'*A*x", "x", "2*A*x", "scalar habit", "(A + Aᵀ) x"),
        (FIT, "theta", "X*X*theta", "wrong shape", "conform"),
        ("norm2(x)^2", "x", "exp(x)", "wrong", "2 x"),
        (FIT, "theta", "(X*X'*theta)'", "wrong shape", "and its values are wrong as well"),
        ("norm2(x)^2", "x", "3.7*x", "missing factor", "by 20/37."),
        ("norm2(x)^2", "x", "6.1*x", "missing factor", "by 0.327869."),
    ],
)
def test_verdicts(formula: str, by: str, answer: str, verdict: str, words: str) -> None:
    found = check_gradient_answer(formula, by, answer)
    assert (found.verdict, found.right) == (verdict, verdict == "right")
    assert words in found.message
    assert "worked out from the formula" in str(found)
    json.dumps(found.as_dict())
    assert verdict in found._repr_html_()


def test_unknown_functions_are_judged_too() -> None:
    where = "W: m×n, A: m, L: scalar function"
    right = "A*(f'(W'*A) .* L'(f(W'*A)))'"
    assert check_gradient_answer("L(f(W'*A))", "W", right, where).right
    wrong = check_gradient_answer("L(f(W'*A))", "W", "A*L'(f(W'*A))'", where)
    assert wrong.verdict == "missing factor"
    assert "f'" in wrong.message


def test_strange_names_are_refused() -> None:
    with pytest.raises(FormulaError, match="uses m"):
        check_gradient_answer(FIT, "theta", "2*X*(X'*theta-y)/m")


@pytest.mark.parametrize(
    ("formula", "answer", "says"),
    [
        ("norm2(w)", "2*w", "powers were confused"),
        ("norm2(w)^2", "w/norm2(w)", "powers were confused"),
        ("norm2(w)^3", "2*w", "powers were confused"),
        ("norm2(X'*w - y)", "2*X*(X'*w - y)", "powers were confused"),
        ("norm1(w)", "2*w", ""),
        ("lam*norm2(w)", "2*lam*w", "powers were confused"),
        ("log(norm2(w)^2)", "2*w", "is missing"),
    ],
)
def test_a_length_and_its_square_are_told_apart(formula: str, answer: str, says: str) -> None:
    found = check_gradient_answer(formula, "w", answer, "w: d×1, X: d×n, y: n×1, lam: scalar")
    assert found.verdict == ("missing factor" if says else "wrong"), found.message
    assert says in found.message
