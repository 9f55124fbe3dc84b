"""Reading formulas: what is accepted, and what is said where something is wrong.

Notes: (A.3), §A.1
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.calculus import declare, derive, read
from pellucid.calculus.language.grammar import with_caret
from pellucid.errors import FormulaError, PellucidError, ShapeError

SHAPES = "X: d×n, theta: d, y: n, A: m×n, s: scalar"


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("X.T @ theta - y", "X'*theta - y"),
        ("Xᵀ*θ - y", "X'*theta - y"),
        ("X' * theta − y", "X'*theta - y"),
        ("theta**2", None),
        ("theta .^ 2", "theta.^2"),
        ("norm2(y)**2", "norm2(y)^2"),
        ("‖y‖²", "norm2(y)^2"),
        ("y .* y ./ y", "y .* y ./ y"),
        ("-s^2", "-s^2"),
        ("2^3", "8"),
        ("1/2*s", "s/2"),
        ("s/n", "s/n"),
        ("max(0, y)", "relu(y)"),
        ("trace(X*X')", "tr(X*X')"),
        ("ln(s)", "log(s)"),
        ("y + 1", "y + 1"),
        ("vector(1) - y", "1 - y"),
        ("y[2]", "basis(2, n)'*y"),
        ("A[1,:]", "basis(1, m)'*A"),
        ("f''(y)", "f''(y)"),
    ],
)
def test_spellings(typed: str, read_as: str | None) -> None:
    if read_as is None:
        with pytest.raises(ShapeError, match=r"\.\^"):
            read(typed, SHAPES)
    else:
        assert str(read(typed, SHAPES)) == read_as


def test_layers_and_elements_as_in_the_notes() -> None:
    layer = read("W^1' * A^(l-1) + W_0", "W^1: m×n, A^(l-1): m, W_0: n")
    assert layer.shape == ("n", 1)
    assert str(layer) == "W^1'*A^(l-1) + W_0"


@pytest.mark.parametrize(
    ("formula", "kind", "words", "caret"),
    [
        (
            "norm2(X*theta - y)",
            ShapeError,
            ["X is (d×n)", "theta is (d×1)", "X' * theta"],
            "X*theta",
        ),
        ("y*y", ShapeError, ["y' * y", "y .* y", "y * y'"], "y*y"),
        ("X'*theta - theta", ShapeError, ["(n×1)", "(d×1)"], "X'*theta - theta"),
        ("y' + y", ShapeError, ["transposed"], "y' + y"),
        ("y/y", ShapeError, ["./"], "y/y"),
        ("y^2", ShapeError, [".^", "norm2(x)^2"], "y^2"),
        ("inv(A)", ShapeError, ["square", "(m×n)"], "inv(A)"),
        ("diag(A)", ShapeError, ["column"], "diag(A)"),
        ("softmax(A)", ShapeError, ["column"], "softmax(A)"),
        ("min(y, 0)", FormulaError, ["-max(-a, -b)"], "min(y, 0)"),
        ("sigmod(y)", FormulaError, ["Did you mean sigmoid?"], "sigmod(y)"),
        ("norm2(y, y)", FormulaError, ["takes 1"], "norm2(y, y)"),
        ("y + (s", FormulaError, ["1 bracket(s) are still open"], None),
        ("y $ s", FormulaError, ["'$'"], "$"),
        ("2 y", FormulaError, ["write * between"], "y"),
        ("y[0]", FormulaError, [], None),
        ("A[1]", FormulaError, ["two subscripts"], "A[1]"),
        ("", FormulaError, ["empty"], None),
    ],
)
def test_faults_point_at_their_place(formula, kind, words, caret) -> None:
    if formula == "y[0]":
        with pytest.raises(PellucidError, match="counting starts at 1"):
            read(formula, "y: 3")
        return
    with pytest.raises(kind) as problem:
        read(formula, SHAPES)
    message = str(problem.value)
    for word in words:
        assert word in message
    if caret is not None:
        *_, line, marks = message.split("\n")
        assert line[marks.index("^") : marks.rindex("^") + 1] == caret


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 5000 + "s" + ")" * 5000,
        "exp(" * 149 + "s" + ")" * 149,
        "-" * 10_000 + "s",
        "s" + "'" * 10_000,
        "s" + "^2" * 1000,
        "+".join(["s"] * 9_000),
        "*".join(["y'*y"] * 3_000),
        "s" * 100_000,
        "9" * 10_000,
        "s^" + "9" * 30,
        "9^9^9^9",
        "A^99999",
        "y'*" + "A*" * 700 + "y*s",
        "y + \x00",
        "__import__('os')",
        "s.__class__",
        "lambda: 0",
    ],
)
def test_hostile_input_ends_soon_with_a_clear_error(hostile: str) -> None:
    start = time.process_time()
    message = ""
    try:
        str(derive(hostile, "s", SHAPES))
    except PellucidError as problem:
        message = str(problem)
    assert len(message) < 1000
    assert time.process_time() - start < 10


def test_long_products_end_soon() -> None:
    start = time.process_time()
    assert derive("A*" * 100 + "x", "x", "A: n×n, x: n").check.agrees
    assert time.process_time() - start < 10
    start = time.process_time()
    with pytest.raises(FormulaError, match="split it into named parts"):
        derive("A*" * 300 + "x", "A", "A: n×n, x: n")
    with pytest.raises(FormulaError, match="52 letters"):
        str(derive("A*" * 60 + "x", "A", "A: n×n, x: n"))
    assert time.process_time() - start < 10


def test_deep_compositions_stay_polynomial() -> None:
    nested = "s"
    for _ in range(12):
        nested = f"tanh({nested} + {nested}^2)"
    start = time.process_time()
    with pytest.raises(FormulaError):
        derive(nested, "s", "s: scalar")
    assert time.process_time() - start < 10
    network = "x"
    for _ in range(6):
        network = f"tanh(B*{network} + {network})" if network == "x" else f"tanh(B*{network})"
    found = derive(f"sum({network})", "x", "B: n×n, x: n")
    assert found.check.agrees
    assert time.process_time() - start < 10


def test_declarations() -> None:
    assert str(declare("X: d × n; y: n×1, lam: scalar")) == "X: d×n, y: n×1, lam: 1×1"
    assert str(declare({"X": ("d", "n"), "θ": "d×1"})) == "X: d×n, theta: d×1"
    assert declare("P: n×n symmetric").symbols["P"] == declare("P: n×n symmetric").symbols["P"].T
    for wrong, words in [
        ("X d×n", "name, colon, shape"),
        ("X: d×n, X: n", "twice"),
        ("X: d×n round", "mark"),
        ("X: d×n symmetric", "square"),
        ("X: 0×2", "between 1"),
        ("2: d", "not a name"),
        ("X: a×b×c×d×e×f×g", "at most 6"),
        ("y: n×k distribution", "column"),
    ]:
        with pytest.raises(FormulaError, match=words):
            declare(wrong)


@pytest.mark.parametrize(
    ("formula", "stated"),
    [
        ("norm2(X'*theta - y)^2/n", "X: d×n, theta: d×1, y: n×1"),
        ("norm2(X*theta - y)^2/n", "X: n×d, theta: d×1, y: n×1"),
        ("(theta'*x - y)^2", "theta: d×1, x: d×1, y: 1×1"),
        ("x'*A*x", "x: d×1, A: d×d"),
        ("tr(A*B)", "A: m×n, B: n×m"),
        ("norm2(W'*a + b)^2", "W: m×n, a: m×1, b: n×1"),
        ("logdet(P)", "P: m×m"),
        ("(x - 3)^2", "x: 1×1"),
        ("x'*x + s^3", "x: d×1, s: 1×1"),
        ("A^2*x", "A: d×d, x: d×1"),
        ("‖A‖*b", "A: m×n, b: k×1"),
        ("x[1]*y", "x: d×1, y: n×1"),
        ("A[1, 2]*x", "A: m×n, x: d×1"),
        ("A[1, :]*x", "A: m×d, x: d×1"),
        ("A[:, 1]'*x", "A: d×m, x: d×1"),
        ("x[:]'*y", "x: n×1, y: n×1"),
        ("diag(x)*A", "x: d×1, A: d×m"),
        ("diag(A)'*x", "A: d×d, x: d×1"),
        ("dot(A, B)", "A: m×n, B: m×n"),
        ("transpose(A)*x", "A: d×m, x: d×1"),
        (r"\ln|A|", "A: m×m"),
        ("matrix(3)*A + B", "A: m×n, B: m×n"),
    ],
)
def test_shapes_are_worked_out(formula: str, stated: str) -> None:
    of = read(formula)
    from pellucid.calculus.render.text import shapes_text

    found = dict(part.split(": ") for part in shapes_text(of).split(", "))
    assert found == dict(part.split(": ") for part in stated.split(", "))


def test_contradictions_are_found_without_declarations() -> None:
    with pytest.raises(ShapeError, match="meet here"):
        read("tr(A*B) + det(A)", "A: 2×3")
    with pytest.raises(ShapeError, match=r"X' is \(50×2\), theta is \(2×1\).*needs \(3×1\)"):
        read("norm2(X' * theta - y)", "X: 2×50, y: 3")


def test_constants_and_sizes_are_not_differentiated_by() -> None:
    with pytest.raises(FormulaError, match="constant"):
        derive("a'*x", "a", "a: n constant, x: n")
    with pytest.raises(FormulaError, match="size"):
        derive("x'*x/n", "n", "x: n")
    with pytest.raises(FormulaError, match="not among"):
        derive("x'*x", "z", "x: n")


@given(st.lists(st.text("ab+", min_size=1, max_size=200), min_size=1, max_size=3), st.data())
def test_the_caret_stands_under_its_place_on_its_line(
    lines: list[str], data: st.DataObject
) -> None:
    """Of several lines that of the place; of a long line the part about it; at least one caret."""
    text = "\n".join(lines)
    start = data.draw(st.integers(0, len(text) - 1).filter(lambda at: text[at] != "\n"))
    end = data.draw(st.integers(start, len(text)))
    message, line, carets = with_caret(text, (start, end), "Why.").split("\n")
    at = text[:start].count("\n")
    column = start - sum(len(each) + 1 for each in lines[:at])
    assert message == "Why."
    assert line[2:] in lines[at]
    assert len(line) <= 162
    assert (line[2:] == lines[at]) == (len(lines[at]) <= 160)
    marked = min(max(end - start, 1), len(lines[at]) - column)
    if len(lines[at]) > 160:
        marked = min(marked, 140 - min(column, 60))
    assert carets.strip() == "^" * marked
    shown = len(carets) - len(carets.lstrip())
    assert line[shown] == text[start]
    assert lines[at].find(line[2:], max(0, column - 60)) == column - (shown - 2)


@pytest.mark.parametrize(
    ("text", "under"), [("x + $ y", "$"), ("(x + 1", " "), ("x 3", "3"), ("2 * ) x", ")")]
)
def test_the_sign_at_fault_is_marked_and_no_other(text: str, under: str) -> None:
    with pytest.raises(FormulaError) as refused:
        read(text)
    line, carets = str(refused.value).split("\n")[1:3]
    assert carets.count("^") == 1
    assert (line + " ")[carets.index("^")] == under
