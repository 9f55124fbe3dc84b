r"""LaTeX as input: what people paste is the formula that they would type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.calculus import check_gradient_answer, derive, read
from pellucid.calculus.language.latex_input import plain_text
from pellucid.errors import FormulaError

WHERE = "X: d×n, y: n, theta: d, lam: scalar, A: m×m, W: m×k, x: m, u: k, v: k one-hot"


@pytest.mark.parametrize(
    ("latex", "typed"),
    [
        (r"\|X^\top\theta-y\|^2", "norm2(X'*theta - y)^2"),
        (r"\frac{1}{n}\lVert X^{\top} \theta - y \rVert_2^2", "norm2(X'*theta - y)^2/n"),
        (r"\frac1n \left\| X^T\theta - y \right\|^{2}", "norm2(X'*theta - y)^2/n"),
        (r"\lambda\|\boldsymbol{\theta}\|_1", "lam*norm1(theta)"),
        (r"\theta^\top X y", "theta'*X*y"),
        (r"x^\top A^{-1} x", "x'*inv(A)*x"),
        (r"\operatorname{tr}(A^\top A)", "tr(A'*A)"),
        (r"\log\det A", "log(det(A))"),
        (r"f'\left(f(u)\right)", "f'(f(u))"),
        (r"u \odot v", "u .* v"),
        (r"u^{\odot 2}", "u.^2"),
        (r"-v^\top\log\mathrm{softmax}(W^\top x)", "-v'*log(softmax(W'*x))"),
        (r"\sigma(u)", "sigmoid(u)"),
        (r"2\cdot\sqrt{x^\top x}", "2*sqrt(x'*x)"),
        (r"\exp(-\lambda) + |\lambda|", "exp(-lam) + abs(lam)"),
        (r"\tanh^2(\lambda)", "tanh(lam)^2"),
        (r"\theta_0 + \theta_{0}", "theta_0 + theta_0"),
    ],
)
def test_latex_is_what_would_be_typed(latex: str, typed: str) -> None:
    where = WHERE + ", theta_0: scalar, f: function"
    assert str(read(latex, where)) == str(read(typed, where))


def test_layers_keep_their_superscripts() -> None:
    assert plain_text(r"W^{(1)} A^{(l-1)}") == "W^(1) * A^(l-1)"


def test_it_serves_wherever_a_formula_is_read() -> None:
    ridge = r"\frac{1}{n}\|X^\top\theta-y\|^2 + \lambda\|\theta\|^2"
    assert str(derive(ridge, "theta").expression) == "2*X*(X'*theta - y)/n + 2*lam*theta"
    answer = r"\frac{2}{n}X(X^\top\theta-y) + 2\lambda\theta"
    assert check_gradient_answer(ridge, "theta", answer).right
    found = derive("norm2(X'*theta - y)^2/n", "theta", latex=True)
    assert check_gradient_answer(
        "norm2(X'*theta - y)^2/n", "theta", found.latex.split("=")[-1]
    ).right


@pytest.mark.parametrize(
    ("latex", "says", "caret"),
    [
        (r"\frac{1}{n", "is missing", None),
        (r"\sum_i \theta", "over an index is not read", r"\sum"),
        (r"\|X \theta", "is missing", None),
        (r"X^\top \theta)", "closes nothing", ")"),
        (r"X \mathbf{1}", "bold number", None),
        (r"\|\theta\|_\infty", "Norms are", r"\infty"),
        ("\\", "is not read", None),
    ],
)
def test_what_is_not_read_is_pointed_at(latex: str, says: str, caret: str | None) -> None:
    with pytest.raises(FormulaError) as problem:
        plain_text(latex)
    assert says in str(problem.value)
    if caret:
        line, marks = str(problem.value).splitlines()[-2:]
        assert line[marks.index("^") : marks.rindex("^") + 1] == caret


@given(st.text(alphabet=r"\frac{}()|^_'xθ12 top+-", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read("\\" + text, "x: n")
    except (FormulaError, ValueError):
        return
