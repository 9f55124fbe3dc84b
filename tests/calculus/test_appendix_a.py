"""Appendix A row by row: kinds and their shapes, the chapter-7 derivatives, the worked examples.

Notes: A.1–A.9, Definition 463, Definition 465, Definition 467, Definition 471, Definition 472,
Concept 458, Concept 474, Notation 480, Notation 484, Notation 485, Notation 487, Concept 488
"""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.calculus import derive, differentiate, read
from pellucid.calculus.declarations import declare
from pellucid.calculus.emit_module import callable_for
from pellucid.calculus.layout import derivative_shape, legend
from pellucid.calculus.shapes import axes_of, kind_of
from pellucid.errors import FormulaError

S, V, W, M, N = (1, 1), ("m", 1), ("n", 1), ("r", "k"), ("p", "q")


@pytest.mark.parametrize(
    ("of", "by", "shape", "source"),
    [
        (S, S, (1, 1), "A.1.1"),
        (S, V, ("m", 1), "Definition 463"),
        (W, S, (1, "n"), "Definition 465"),
        (W, V, ("m", "n"), "Definition 467"),
        (M, S, ("k", "r"), "Definition 471"),
        (S, M, ("r", "k"), "Definition 472"),
        (W, M, ("r", "k", "n"), "Clarification 479"),
        (M, V, ("m", "r", "k"), "Clarification 479"),
        (M, N, ("p", "q", "r", "k"), "Clarification 479"),
    ],
)
def test_kinds_and_shapes(of, by, shape, source) -> None:
    assert derivative_shape(of, by) == shape
    assert source in legend(of, by)
    assert len(axes_of(shape)) == len(axes_of(of)) + len(axes_of(by))  # Concept 474
    if len(shape) == 2:
        assert derivative_shape(of, by, "numerator") == shape[::-1]  # Clarification 464


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(FormulaError, match="denominator or numerator"):
        derivative_shape(S, V, "sideways")


def test_words_for_kinds() -> None:
    assert [kind_of(s) for s in (S, V, (1, "n"), M, ("a", "b", "c"))] == [
        "scalar", "vector", "row vector", "matrix", "3-tensor",
    ]  # fmt: skip


def answer(formula: str, by: str, where: str) -> str:
    return str(derive(formula, by, where).expression)


def test_notation_480_to_487() -> None:
    layer = "W: m×n, A: m, W_0: n, L: scalar function"
    assert answer("L(A)", "A", "A: m, L: scalar function") == "L'(A)"
    assert answer("W'*A + W_0", "A", layer) == "W"
    assert answer("f(z)", "z", "z: n") == "diag(f'(z))"


def test_notation_484_condenses_without_loss() -> None:
    found = derive("W'*A", "W", "W: m×n, A: m")
    assert found.derivative.shape == ("m", "n", "n")
    assert str(found.condensed.expression) == "A"
    assert found.condensed.blocks == "[A 0 … 0; 0 A … 0; …; 0 0 … A]"
    assert found.element == "∂f_k/∂W_ij = A_i δ_jk"
    assert "Notation 484" in str(found)


def test_condensing_is_refused_where_it_would_lose() -> None:
    assert derive("x*x'", "x", "x: n").condensed is None
    assert derive("A*x", "x", "A: m×n, x: n").condensed is None


def test_einsum_on_the_whole_tensor_reproduces_the_weight_gradient() -> None:
    """dL/dW = A (dL/dZ)ᵀ by contraction (claim 9, N 304)."""
    rng = np.random.default_rng(0)
    weights, inputs, slope = rng.normal(size=(3, 2)), rng.normal(size=(3, 1)), rng.normal(size=2)
    declared = declare("W: 3×2, A: 3")
    tensor = differentiate(read("W'*A", declared), declared.symbols["W"]).expression
    full = value(tensor, A=inputs)
    assert full.shape == (*weights.shape, 2)
    np.testing.assert_allclose(np.einsum("jki,i->jk", full, slope), inputs * slope)


# --- worked examples ------------------------------------------------------------------------


def value(expression, **arrays):
    return np.asarray(callable_for([expression])(**arrays))


def test_example_a1_and_a4() -> None:
    assert answer("w'*x", "x", "w: m, x: m") == "w"
    assert answer("2*x^2*y", "x", "x: scalar, y: scalar") == "4*x*y"


def test_example_a6_and_a45_count_the_derivatives() -> None:
    assert differentiate(read("M*a", d := declare("M: 2×3, a: 3")), d.symbols["a"]).shape == (3, 2)
    assert differentiate(read("M*v", d := declare("M: 3×2, v: 2")), d.symbols["v"]).shape == (2, 3)


def test_example_planar_approximation() -> None:
    """f = x²: 1 → 2 moves f′ from 2 to 4, 1 → 1.01 to 2.02 (A.2.2)."""
    slope = derive("x^2", "x", "x: scalar").expression
    assert [float(value(slope, x=x)) for x in (1, 2, 1.01)] == [2, 4, 2.02]


def test_the_approximation_error_is_of_second_order() -> None:
    """Δw ≈ (dw/dv)ᵀ Δv (claim 3)."""
    declared = declare("A: 3×2, v: 2")
    of = read("tanh(A*v)", declared)
    slope = differentiate(of, declared.symbols["v"]).expression
    rng = np.random.default_rng(2)
    A, v, step = rng.normal(size=(3, 2)), rng.normal(size=(2, 1)), rng.normal(size=(2, 1))
    errors = []
    for h in (1e-2, 1e-3):
        moved = value(of, A=A, v=v + h * step) - value(of, A=A, v=v)
        errors.append(np.abs(moved - value(slope, A=A, v=v).T @ (h * step)).max())
    assert 50 < errors[0] / errors[1] < 200


def test_example_a57_diagonal_and_c488() -> None:
    """diag(3, 9, 4) ↔ (3, 9, 4), and the product entry by entry."""
    r, q = np.array([[3.0], [9.0], [4.0]]), np.array([[1.0], [2.0], [3.0]])
    whole = read("diag(r)*q", "r: n, q: n")
    np.testing.assert_allclose(value(whole, r=r, q=q), r * q)
    np.testing.assert_allclose(value(read("diag(M)", "M: 3×3"), M=np.diag(r[:, 0])), r)


def test_example_b_7_48() -> None:
    """f(z) = z² at (1, 2, 3): a = (1, 4, 9), da/dz = diag(2, 4, 6)."""
    declared = declare("z: 3")
    of = read("z.^2", declared)
    slope = differentiate(of, declared.symbols["z"]).expression
    z = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(value(of, z=z)[:, 0], [1, 4, 9])
    np.testing.assert_allclose(value(slope, z=z), np.diag([2, 4, 6]))


def test_ke_450_and_9_26() -> None:
    """ReLU with Z_3 negative: diag(1, 1, 0, 1); exactly 0 gives 0."""
    slope = derive("relu(z)", "z", "z: 4").expression
    z = np.array([1.0, 2.0, -3.0, 4.0])
    np.testing.assert_allclose(value(slope, z=z), np.diag([1, 1, 0, 1]))
    np.testing.assert_allclose(value(slope, z=np.zeros(4)), np.zeros((4, 4)))


def test_ke_452_and_9_31() -> None:
    """k = 4 weights, 6 inputs: row j holds X_{i+j−1}."""
    slope = derive("conv(x, f)", "f", "x: 6, f: 4").expression
    expected = [[1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]]
    np.testing.assert_allclose(value(slope, x=np.arange(1.0, 7)), expected)


def test_ke_453_and_9_35() -> None:
    """Six inputs, the fourth largest: [0, 0, 0, 1, 0, 0]ᵀ; the first of a tie counts."""
    found = derive("max(a)", "a", "a: 6")
    a = np.array([1.0, 2, 3, 9, 5, 4])
    np.testing.assert_allclose(value(found.expression, a=a)[:, 0], [0, 0, 0, 1, 0, 0])
    np.testing.assert_allclose(value(found.expression, a=np.ones(6))[:, 0], [1, 0, 0, 0, 0, 0])
    assert any("tie" in warning for warning in found.warnings)


def test_reference_cnn() -> None:
    """§9.4: x=[1,2,−1,3], p=1 → L=16, dL/dW¹=[16,8,56], dL/dW²=[8,0,48,0], dL/dx=[−16,24,−8,8]."""
    where = "X: 6, F: 3, W: 4, y: scalar"
    arrays = {
        "X": np.array([0.0, 1, 2, -1, 3, 0]),
        "F": np.array([1.0, -1, 1]),
        "W": np.array([2.0, -1, 1, 3]),
        "y": 4.0,
    }
    formula = "(W'*relu(conv(X, F)) - y)^2"
    assert float(value(read(formula, where), **arrays)) == 16
    for by, expected in (
        ("F", [16, 8, 56]),
        ("W", [8, 0, 48, 0]),
        ("X", [0, -16, 24, -8, 8, 0]),
    ):
        found = value(derive(formula, by, where).expression, **arrays)[:, 0]
        if by == "X":
            found, expected = found[1:-1], expected[1:-1]
        np.testing.assert_allclose(found, expected)


def test_reference_network_of_chapter_7() -> None:
    """§7.5.17: two layers, ReLU, softmax, NLLM: dL/dW² = [[−d,d],[−3.5d,3.5d],[0,0]]."""
    where = "W1: 2×3, b1: 3, W2: 3×2, b2: 2, x: 2, y: 2 one-hot"
    formula = "-y'*log(softmax(W2'*relu(W1'*x + b1) + b2))"
    arrays = {
        "W1": np.array([[1, -1, 0.5], [0, 2, -1]]),
        "b1": np.array([0, 0.5, 1]),
        "W2": np.array([[1.0, 0], [0, 1], [-1, 2]]),
        "b2": np.array([0.1, -0.1]),
        "x": np.array([1.0, 2]),
        "y": np.array([1.0, 0]),
    }
    assert float(value(read(formula, where), **arrays)) == pytest.approx(2.3955454646)
    d = 0.9088770390
    for by, expected in (
        ("W2", [[-d, d], [-3.5 * d, 3.5 * d], [0, 0]]),
        ("b1", [[-d], [d], [0]]),
        ("W1", [[-d, d, 0], [-2 * d, 2 * d, 0]]),
    ):
        found = value(derive(formula, by, where).expression, **arrays)
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_softmax_gradient_is_derived_in_its_known_form() -> None:
    found = derive("-y'*log(softmax(theta'*x))", "theta", "theta: d×k, x: d, y: k one-hot")
    assert str(found.expression) == "x*(softmax(theta'*x) - y)'"


def test_least_squares_ridge_and_logistic_in_their_known_form() -> None:
    assert answer("norm2(X*theta - y)^2/n", "theta", "X: n×d, theta: d, y: n") == (
        "2*X'*(X*theta - y)/n"
    )
    nll = "-sum(y .* log(sigmoid(X'*theta)) + (1 - y) .* log(1 - sigmoid(X'*theta)))/n"
    assert answer(nll, "theta", "X: d×n, theta: d, y: n") == "X*(sigmoid(X'*theta) - y)/n"


def test_example_3_3_derived_values() -> None:
    """x=(1,2,3), y=(2,4,6), θ=θ_0=0: J = 56/3, ∂J/∂θ = −56/3, ∂J/∂θ_0 = −8."""
    where = "X: 1×3, theta: scalar, theta_0: scalar, y: 3"
    formula = "norm2(X'*theta + theta_0 - y)^2/3"
    arrays = {"X": [[1.0, 2, 3]], "theta": 0.0, "theta_0": 0.0, "y": [2.0, 4, 6]}
    assert float(value(read(formula, where), **arrays)) == pytest.approx(56 / 3)
    slopes = [
        float(value(derive(formula, by, where).expression, **arrays)) for by in ("theta", "theta_0")
    ]
    assert slopes == pytest.approx([-56 / 3, -8])


def test_batch_normalisation_in_the_notes_entries() -> None:
    """KE 345: ∂Z̄_ik/∂Z_ij = [Kδ_jk − 1 − (Z_ik−μ)(Z_ij−μ)/(σ(σ+ε))]/(K(σ+ε))."""
    declared = declare("z: 5, eps: scalar")
    of = read("(z - mean(z))/(sqrt(norm2(z - mean(z))^2/5) + eps)", declared)
    found = differentiate(of, declared.symbols["z"])
    assert found.in_matrix_form
    z, eps = np.random.default_rng(0).normal(size=(5, 1)), 0.01
    sigma, gap = z.std(), z - z.mean()
    expected = (5 * np.eye(5) - 1 - gap @ gap.T / (sigma * (sigma + eps))) / (5 * (sigma + eps))
    np.testing.assert_allclose(value(found.expression, z=z, eps=eps), expected, atol=1e-12)
