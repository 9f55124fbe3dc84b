"""Appendix A row by row: kinds and their shapes, the chapter-7 derivatives, the worked examples.

Notes: A.1–A.9, Definition 463, Definition 465, Definition 467, Definition 471, Definition 472,
Concept 458, Concept 474, Notation 480, Notation 484, Notation 485, Notation 487, Concept 488
"""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.calculus import derive, differentiate, read
from pellucid.calculus.algebra.shapes import axes_of, kind_of
from pellucid.calculus.codegen.modules import callable_for
from pellucid.calculus.derivation.layout import derivative_shape, layout_legend
from pellucid.calculus.language.declarations import declare
from pellucid.errors import FormulaError, ShapeError

S, V, W, M, N = (1, 1), ("m", 1), ("n", 1), ("r", "k"), ("p", "q")


@pytest.mark.parametrize(
    ("of", "by", "shape", "source", "formula", "where"),
    [
        (S, S, (1, 1), "A.1.1", "b^2", "b: scalar"),
        (S, V, ("m", 1), "Definition 463", "c'*b", "b: m, c: m"),
        (W, S, (1, "n"), "Definition 465", "b*c", "b: scalar, c: n"),
        (W, V, ("m", "n"), "Definition 467", "A*b", "A: n×m, b: m"),
        (M, S, ("k", "r"), "Definition 471", "b*C", "b: scalar, C: r×k"),
        (S, M, ("r", "k"), "Definition 472", "p'*b*q", "p: r, b: r×k, q: k"),
        (W, M, ("r", "k", "n"), "Clarification 479", "P*b*q", "P: n×r, b: r×k, q: k"),
        (M, V, ("m", "r", "k"), "Clarification 479", "P*b*q'", "P: r×m, b: m, q: k"),
        (M, N, ("p", "q", "r", "k"), "Clarification 479", "P*b*Q", "P: r×p, b: p×q, Q: q×k"),
    ],
)
def test_kinds_and_shapes(of, by, shape, source, formula, where) -> None:
    declared = declare(where)
    whole = read(formula, declared)
    assert (whole.shape, declared.symbols["b"].shape) == (of, by)
    assert differentiate(whole, declared.symbols["b"]).shape == shape
    assert derivative_shape(of, by) == shape
    assert source in layout_legend(of, by)
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
    printed = derive("W'*A", "W", "W: 3×2, A: 3").einsum
    names = {"einsum": np.einsum, "eye": np.eye, "A": inputs[:, 0]}
    np.testing.assert_allclose(eval(printed, names), full)


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
    declared = declare("r: n, q: n")
    whole = read("diag(r)*q", declared)
    np.testing.assert_allclose(value(whole, r=r, q=q), r * q)
    slope = differentiate(read("r.*q", declared), declared.symbols["q"]).expression
    np.testing.assert_allclose(value(slope, r=r), np.diag(r[:, 0]))
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


def test_vectors_and_matrices_of_the_prerequisites() -> None:
    """0.2-vector-and-matrix-operations: sums, products, determinant, inverse."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3))
    A, B = rng.normal(size=(2, 3, 3))
    where = "a: 3, b: 3, A: 3×3, B: 3×3, c: scalar"
    for formula, arrays, expected in (
        ("a + c*b", {"a": a, "b": b, "c": 2.0}, (a + 2 * b)[:, None]),
        ("a'*b", {"a": a, "b": b}, a @ b),
        ("A*B", {"A": A, "B": B}, A @ B),
        ("det(A)", {"A": A}, np.linalg.det(A)),
        ("inv(A)", {"A": A}, np.linalg.inv(A)),
    ):
        np.testing.assert_allclose(value(read(formula, where), **arrays), expected, rtol=1e-10)


def test_a_row_of_columns_and_a_column_of_rows() -> None:
    """A.5.1-compressed, A.5.1-entries: ∂w_j/∂v side by side, ∂w/∂v_i stacked."""
    rng = np.random.default_rng(1)
    A, v = rng.normal(size=(3, 2)), rng.normal(size=(2, 1))
    declared = declare("A: 3×2, v: 2")

    def slope(formula: str) -> np.ndarray:
        found = differentiate(read(formula, declared), declared.symbols["v"])
        return value(found.expression, A=A, v=v)

    whole = slope("tanh(A*v)")
    columns = [slope(f"(tanh(A*v))[{j}]") for j in (1, 2, 3)]
    np.testing.assert_allclose(np.hstack(columns), whole)
    parts = declare("A: 3×2, s: scalar, t: scalar")
    for i, by in enumerate("st"):
        of = read("tanh(A[:,1]*s + A[:,2]*t)", parts)
        row = value(differentiate(of, parts.symbols[by]).expression, A=A, s=v[0, 0], t=v[1, 0])
        np.testing.assert_allclose(row, whole[i : i + 1])


def test_messages_say_axis_and_length() -> None:
    """A.8.2-dimension: the word means two things, so no message uses it."""
    from pathlib import Path

    import pellucid.calculus

    for path in Path(str(pellucid.calculus.__file__)).parent.glob("*.py"):
        assert "dimension" not in path.read_text("utf-8").lower(), path.name
    assert "axes" in layout_legend(("n", 1), ("r", "k"))


def test_a_vectorised_activation_is_refused_in_a_matrix_product() -> None:
    """A.9.5-elementwise-only: f′(z) as a column multiplies entry by entry."""
    where = "z: n, g: n, f: function"
    with pytest.raises(ShapeError, match=r"\.\*"):
        read("f'(z)*g", where)
    rng = np.random.default_rng(0)
    z, g = rng.normal(size=(2, 4))
    by_column = value(read("(1 - tanh(z).^2) .* g", where), z=z, g=g)
    by_matrix = value(read("diag(1 - tanh(z).^2)*g", where), z=z, g=g)
    np.testing.assert_allclose(by_column, by_matrix)  # A.9.5-diagonal-equals-elementwise


def test_neurons_and_activations_keep_to_themselves() -> None:
    """A.9.2-own-neuron-only, A.9.4-activations-apart: zeros off the diagonal, exactly."""
    declared = declare("W: 3×2, A: 3, z: 3")
    weights = value(
        differentiate(read("W'*A", declared), declared.symbols["W"]).expression, A=[1, 2, 3]
    )
    for i, k in ((0, 1), (1, 0)):
        assert (weights[:, k, i] == 0).all()
    activations = value(
        differentiate(read("tanh(z)", declared), declared.symbols["z"]).expression,
        z=[0.1, 0.2, 0.3],
    )
    assert (activations[~np.eye(3, dtype=bool)] == 0).all()


def test_condensing_to_a_scalar_would_lose() -> None:
    """A.9.2-condensing-loses-nothing: all of ∂Z/∂W is rebuilt from A, and from no single number."""
    declared = declare("W: 3×2, A: 3")
    A = np.array([1.0, 2.0, 3.0])
    full = value(differentiate(read("W'*A", declared), declared.symbols["W"]).expression, A=A)
    np.testing.assert_array_equal(full, np.einsum("j,ki->jki", A, np.eye(2)))
    assert len(set(full[full != 0])) == 3
    assert str(derive("W'*A", "W", "W: 3×2, A: 3").condensed.expression) == "A"
