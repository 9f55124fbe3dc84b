r"""LaTeX as input: what people paste is the formula that they would type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.calculus import check_gradient_answer, derive, read
from pellucid.calculus.language.latex_input import plain_text
from pellucid.errors import FormulaError, ShapeError

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
        # a command takes the one token that follows
        (r"\frac12 \lambda", "lam/2"),
        (r"\tfrac\lambda2", "lam/2"),
        (r"\sqrt{\lambda} \exp{\lambda} - \exp{\lambda}", "sqrt(lam)*exp(lam) - exp(lam)"),
        (r"(\exp{\lambda})^2 + \lambda^{-2}", "exp(lam)^2 + lam^(-2)"),
        (r"\frac1{10}\lambda", "lam/10"),
        (r"\sqrt2 \lambda", "sqrt(2)*lam"),
        (r"\sqrt[3]{\lambda}", "pow(lam, 1/3)"),
        # functions
        (r"\operatorname{Tr}(A)", "tr(A)"),
        (r"\operatorname{trace} A A", "tr(A*A)"),
        (r"\sin 2\lambda", "sin(2*lam)"),
        (r"\sin\lambda\cos\lambda", "sin(lam)*cos(lam)"),
        (r"\log_2 \lambda", "log(lam)/log(2)"),
        (r"\max\{0, \lambda\}", "max(0, lam)"),
        (r"\sigma'(u)", "sigmoid(u) .* (1 - sigmoid(u))"),
        (r"e^{-\lambda}", "exp(-lam)"),
        (r"\ln|A|", "log(det(A))"),
        (r"||x||^2", "norm2(x)^2"),
        # transposes
        (r"A^{-\top}", "inv(A)'"),
        (r"A^{\mathsf T}", "A'"),
        (r"A^\mathrm{T}", "A'"),
    ],
)
def test_latex_is_what_would_be_typed(latex: str, typed: str) -> None:
    where = WHERE + ", theta_0: scalar, f: function"
    assert str(read(latex, where)) == str(read(typed, where))


def test_layers_keep_their_superscripts() -> None:
    assert plain_text(r"W^{(1)} A^{(l-1)}") == "W^(1) * A^(l-1)"


@pytest.mark.parametrize("sign", ["ϕ", "µ", "ϵ", "ϑ", "ℓ", "φ", "ϱ", "Ω"])
def test_greek_variants_are_names(sign: str) -> None:
    found = derive(f"{sign}'*{sign}", sign)
    assert found.check.agrees
    assert "Check" in str(found)


def test_an_accent_makes_another_name() -> None:
    found = derive(r"\|\hat{y} - y\|^2", r"\hat{y}", r"\hat{y}: n×1, y: n×1")
    assert str(found.expression) == "2*(y_hat - y)"
    assert r"\hat{y}" in found.latex
    assert str(derive("norm2(x̂ - x)^2", "x").expression) == "-2*(x_hat - x)"


def test_bars_mean_what_they_stand_around() -> None:
    assert read(r"\ln|\Sigma|", "Sigma: d×d").shape == (1, 1)
    assert str(read(r"|\lambda|", "lam: scalar")) == "abs(lam)"
    with pytest.raises(ShapeError, match="its length or"):
        read(r"|\mathbf{x}|", "x: d")


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
        # what may be read in two ways
        (r"\sin^{-1}(\lambda)", "inverse function", "^"),
        (r"f^{-1}(x)", "may be a power", "^"),
        (r"\lambda x^10", "first digit", "10"),
        (r"\theta_10", "first digit", "10"),
        (r"\frac{a}{b}{x+y}z", "print braces", "{"),
        (r"\log\lambda / 2", "Where does the argument", "/"),
        (r"\|x\|^2/2\lambda", "below the line", r"\lambda"),
        (r"\sum (x-y)^2", "Where does this sum end", r"\sum"),
        (r"\operatorname{Var}(x)", "no function", None),
        (r"\mathbf{x} - x", "bold and plain", None),
        (r"\epsilon + \varepsilon", "two spellings", None),
        (r"\theta_{i+1}", "letters and digits", "+"),
        (r"\frac{dL}{dw}", "derivative", None),
        (r"h_\theta(x)", "may be a function", "("),
        (r"\Delta x", "factor or part", "x"),
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


@pytest.mark.parametrize(
    ("bold", "plain"),
    [
        (r"\mathbf{x}^\top \mathbf{A} \mathbf{x}", "x'*A*x"),
        (r"\|\mathbf{X}\boldsymbol{\theta} - \mathbf{y}\|^2 + \|\boldsymbol{\theta}\|^2",
         "norm2(X*theta - y)^2 + norm2(theta)^2"),
        (r"\mathbf{w}^T \mathbf{w} + \mathbf{w}^T \bar{w}", "w'*w + w'*w_bar"),
    ],
)  # fmt: skip
def test_a_bold_letter_may_stand_more_than_once(bold: str, plain: str) -> None:
    """Def 463: bold throughout is one style; only bold beside plain is two."""
    assert str(read(bold)) == str(read(plain))
    with pytest.raises(FormulaError, match="both bold and plain"):
        read(r"\mathbf{x}^\top \mathbf{x} + x^\top a")
