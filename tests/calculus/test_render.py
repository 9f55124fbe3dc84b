"""How formulas are written: in LaTeX, as typed, and entry by entry.

Notes: Notation 57, Definition 463, KE 452
"""

from __future__ import annotations

import pytest

from pellucid.calculus import derive, read
from pellucid.calculus.language.declarations import declare
from pellucid.calculus.render.latex import latex
from pellucid.errors import FormulaError


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("(-1/2)^s", r"\left(-\frac{1}{2}\right)^{s}"),
        ("(1/2)^s", r"\frac{1}{2}^{s}"),
        ("s^(-2)", r"\frac{1}{s^{2}}"),
        ("f(x)", r"f\left(x\right)"),
        ("f'(x)", r"f'\left(x\right)"),
        ("vector(1, n)", r"\mathbf{1}"),
        ("vector(1, n)'", r"\mathbf{1}^{\top}"),
        ("matrix(1, n, k)", r"\mathbf{1}_{(n \times k)}"),
        ("theta_hat", r"\hat{\theta}"),
        ("theta_hat_1 + loss_a_b", r"\hat{\theta}_{1} + \mathrm{loss}_{a,b}"),
        ("W^(1)", "W^{1}"),
    ],
)
def test_latex(typed: str, written: str) -> None:
    where = "s: scalar, x: n, f: function, theta_hat: n, theta_hat_1: n, loss_a_b: n, W^(1): n×k"
    assert latex(read(typed, where)) == written


@pytest.mark.parametrize(
    ("typed", "simplified"),
    [
        ("1 ./ x ./ y", "x.^(-1) ./ y"),
        ("y ./ x ./ x", "y ./ x ./ x"),
        ("A^1", "A"),
        ("A^0", "eye(d)"),
        ("inv(inv(A))", "A"),
        ("inv(eye(d))*x", "x"),
        ("diag(vector(1, d))*x", "x"),
        ("diag(diag(x))", "x"),
        ("A[i, :]*x", "basis(i, d)'*A*x"),
        ("A[:, 2]", "A*basis(2, d)"),
        ("matrix(3)*x", "3*x"),
    ],
)
def test_what_is_typed_is_simplified(typed: str, simplified: str) -> None:
    assert str(read(typed, "x: d, y: d, A: d×d")) == simplified


@pytest.mark.parametrize(
    ("formula", "where", "element", "answer"),
    [
        ("s*x[2]", "x: n", "Σ_i x_i e_2_i", "x'*basis(2, n)"),
        ("sum(s*pow(x, p))", "x: n, p: scalar", "Σ_i (x_i)^{p}", "sum(x.^p)"),
        ("s*det(A)", "A: d×d", "det(A)", "det(A)"),
        ("sum(s*inv(A))", "A: d×d", "Σ_i Σ_j [inv(A)]_ij", "sum(inv(A))"),
        ("s*sqrt(t)", "t: scalar", "sqrt(t)", "sqrt(t)"),
        ("s*x'*x", "x: n", "Σ_i x_i^2", "norm2(x)^2"),
        ("s*norm2(A)^2", "A: d×k", "Σ_i Σ_j A_ij^2", "norm2(A)^2"),
        ("s*dot(A, B)", "A: d×k, B: d×k", "Σ_i Σ_j A_ij B_ij", "tr(A'*B)"),
        ("s*sum(A .* B .* C)", "A: d×k, B: d×k, C: d×k", "Σ_i Σ_j A_ij B_ij C_ij",
         "tr(A'*(B .* C))"),
        ("s*sum(A .* A .* A)", "A: d×k", "Σ_i Σ_j A_ij^3", "sum(A.^3)"),
        ("s*sum(diag(A))", "A: d×d", "Σ_i A_ii", "tr(A)"),
        ("s*tr(A)", "A: d×d", "Σ_i A_ii", "tr(A)"),
    ],
)  # fmt: skip
def test_by_element_and_as_an_array_it_is_the_same(
    formula: str, where: str, element: str, answer: str
) -> None:
    found = derive(formula, "s", f"s: scalar, {where}")
    assert found.element == f"∂f/∂s = {element}"
    assert str(found.expression) == answer
    assert found.check.agrees


def test_roots_of_sums_are_written_in_the_element_form() -> None:
    where = "A: m×d, x: d, b: n"
    found = derive("norm2(b)*A*x", "A", where)
    assert found.element == "∂f_k/∂A_ij = sqrt((Σ_l b_l^2)) x_j δ_ik"
    assert r"\sqrt{(\sum_{l} {{b}_{l}}^{2})}" in found.latex


def test_the_output_of_a_number_is_turned() -> None:
    """Def 463: rows follow the input, columns the output."""
    found = derive("s*x*y'", "s", "x: d, y: n, s: scalar")
    assert found.element == "∂f_ji/∂s = y_i x_j"


@pytest.mark.parametrize(
    ("formula", "by", "element"),
    [
        ("A*vector(1, r)", "A", "∂f_k/∂A_ij = δ_ik"),  # whatever j is
        ("tr(P)*x", "P", "∂f_k/∂P_ij = x_k δ_ij"),
        ("u'*windows(z, 2)*v", "z", "∂f/∂z_i = Σ_j Σ_k v_j u_k [i=j+k-1]"),
        ("u'*windows(z, 2)*v", "u", "∂f/∂u_i = Σ_j Σ_k v_j z_k [k=j+i-1]"),
        ("z'*band(u, 5)*v", "u", "∂f/∂u_i = Σ_j Σ_k v_j z_k [k=j+i-1]"),
        ("z'*spread(v, u)", "v", "∂f/∂v_i = Σ_j Σ_k z_k u_j [k=i+j-1]"),
        ("sum(band(u, 5))", "u", "∂f/∂u_i = Σ_j Σ_k [k=j+i-1]"),
    ],
)
def test_arrays_without_a_product_for_them_are_written_by_element(
    formula: str, by: str, element: str
) -> None:
    """KE 452: windows, bands and spread signals are sums over places that belong together."""
    found = derive(formula, by, "A: d×r, P: d×d, x: d, u: 2, v: 4, z: 5")
    assert found.element == element
    assert found.check.agrees
    assert str(found.derivative)


def test_sizes_of_one_are_no_axes() -> None:
    assert str(declare("W: d×1×n, V: 1×1×1, U: 2×3×1")) == "W: d×n, V: 1×1, U: 2×3"
    assert str(declare("n: scalar, x: n")) == "x: n×1"
    with pytest.raises(FormulaError, match="n is used both as a size and as an array"):
        declare("x: n, n: d")


@pytest.mark.parametrize(
    ("formula", "by", "words"),
    [
        ("y'*A*x", "x", "Linear: d(aᵀx)/dx = a"),
        ("A*x", "x", "Linear: d(Aᵀx)/dx = A"),
        ("A*x", "A", "Linear: write single entries"),
        ("y'*A*x", "A", "Linear: collect the coefficient of each entry."),
        ("A*B", "B", "Linear: every entry has a constant slope."),
    ],
)
def test_the_rule_of_a_linear_formula_is_named(formula: str, by: str, words: str) -> None:
    found = derive(formula, by, "A: m×n, B: n×k, x: n, y: m")
    assert any(step.what.startswith(words) for step in found.steps)
