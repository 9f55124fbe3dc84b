"""What `derive` shows: shapes, steps, elements, code, conventions, convexity, closed forms.

Notes: Definition 463, KE 71, T103
"""

from __future__ import annotations

import json
from typing import Any

import jax
import numpy as np
import pytest

from pellucid.calculus import closed_form, curvature, derive, read
from pellucid.calculus.language.declarations import declare
from pellucid.errors import FormulaError

RIDGE = "norm2(X' * theta - y)^2 / n + lam * norm2(theta)^2"
WHERE = "X: d×n, y: n×1, theta: d×1"


def data() -> dict[str, object]:
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(3, 5)),
        "y": rng.normal(size=(5, 1)),
        "theta": rng.normal(size=(3, 1)),
        "lam": 0.3,
    }


def test_the_printed_page() -> None:
    page = str(derive(RIDGE, "theta", WHERE, latex=True))
    for part in (
        "∂f/∂θ = 2 X (Xᵀ θ - y)/n + 2 λ θ",
        "X (d×n) · (Xᵀ θ - y) (n×1)",
        "rows follow the input, columns the output",
        "Definition 463",
        "u = Xᵀ θ - y (n×1)",
        "∂u/∂θ = X  (d×n)",
        "(∂u/∂θ)(∂f/∂u)  (d×1) + (d×n)(n×1)",
        "agrees with central differences",
        "convex in θ",
        "(X Xᵀ/n + λ I) θ = X y/n",
        "∂f/∂θ_i = 2 λ θ_i + Σ_j 2 X_ij (Σ_k X_kj θ_k - y_j)/n",
        r"\frac{2}{n} X \left(X^{\top} \theta - y\right) + 2 \lambda \theta",
        "not declared: lam",
    ):
        assert part in page, part


def test_html_and_json() -> None:
    found = derive(RIDGE, "theta", WHERE)
    html = found._repr_html_()
    assert html.count("<svg") >= 4
    assert "<script" not in html
    plain = json.loads(json.dumps(found.as_dict()))
    assert plain["derivative"] == "2*X*(X'*theta - y)/n + 2*lam*theta"
    assert plain["check"]["agrees"] is True
    assert len(plain["steps"]) >= 5


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_modules_run_and_agree_with_automatic_differentiation(target: str) -> None:
    torch: Any = pytest.importorskip("torch") if target == "torch" else None  # not needed by us
    scope: dict[str, Any] = {}
    exec(str(derive(RIDGE, "theta", WHERE, code=target)), scope)
    arrays = data()
    hand = 2 * arrays["X"] @ (arrays["X"].T @ arrays["theta"] - arrays["y"]) / 5
    hand = hand + 0.6 * arrays["theta"]
    hessian = 2 * arrays["X"] @ arrays["X"].T / 5 + 0.6 * np.eye(3)
    if target == "torch":
        arrays = {k: torch.as_tensor(v, dtype=torch.float64) for k, v in arrays.items()}
        arrays["theta"].requires_grad_(True)
        scope["value"](**arrays).backward()
        found = scope["gradient"](**arrays)
        np.testing.assert_allclose(found.detach(), arrays["theta"].grad, rtol=1e-10)
        np.testing.assert_allclose(scope["hessian"](**arrays).detach(), hessian, rtol=1e-10)
        return
    with jax.enable_x64(True):
        np.testing.assert_allclose(scope["gradient"](**arrays), hand, rtol=1e-10)
        np.testing.assert_allclose(scope["hessian"](**arrays), hessian, rtol=1e-10)
    if target == "jax":
        with jax.enable_x64(True):
            fixed = {k: v for k, v in arrays.items() if k != "theta"}
            theirs = jax.grad(lambda t: scope["value"](theta=t, **fixed))(arrays["theta"])
            np.testing.assert_allclose(theirs, hand, rtol=1e-10)


def test_modules_take_plain_lists_and_refuse_what_would_broadcast() -> None:
    scope: dict[str, object] = {}
    exec(derive(RIDGE, "theta", WHERE).code("numpy"), scope)
    arrays = data()
    flat = arrays | {"y": arrays["y"][:, 0].tolist(), "theta": arrays["theta"][:, 0]}
    np.testing.assert_allclose(scope["gradient"](**flat), scope["gradient"](**arrays))
    with pytest.raises(ValueError, match="expected a column"):
        scope["gradient"](**(arrays | {"y": arrays["y"].T}))
    with pytest.raises(ValueError, match="n is"):
        scope["gradient"](**(arrays | {"y": arrays["y"][:1]}))


def test_unknown_targets_and_layouts_are_refused() -> None:
    with pytest.raises(FormulaError, match="numpy, jax or torch"):
        derive(RIDGE, "theta", WHERE, code="fortran")
    with pytest.raises(FormulaError, match="denominator"):
        derive(RIDGE, "theta", WHERE, layout="row")


def test_numerator_layout_is_labelled() -> None:
    found = derive("norm2(x)^2", "x", "x: n", layout="numerator")
    assert found.derivative.shape == (1, "n")
    assert "Clarification 464" in str(found)
    assert found.check.agrees


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("sum(relu(x))", "relu has a kink at 0"),
        ("sum(abs(x))", "abs has a kink"),
        ("norm1(x)", "norm1 has a kink"),
        ("norm2(x)", "no derivative where its argument is 0"),
        ("max(x)", "tie"),
        ("x'*x", None),
    ],
)
def test_kinks_are_stated(formula: str, words: str | None) -> None:
    warnings = derive(formula, "x", "x: n").warnings
    assert (not warnings) if words is None else any(words in w for w in warnings)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (RIDGE, "convex"),
        ("sum(log(1 + exp(-y .* (X'*theta))))/n", "convex"),
        ("-sum(w .* log(sigmoid(X'*theta)))", "unknown"),
        ("-sum(log(sigmoid(X'*theta)))", "convex"),
        ("logsumexp(X'*theta) - y'*(X'*theta)", "convex"),
        ("norm1(X'*theta - y) + lam*norm1(theta)", "convex"),
        ("sum(max(0, 1 - y .* (X'*theta)))", "convex"),
        ("-norm2(theta)^2", "concave"),
        ("sum(log(X'*theta))", "concave"),
        ("y'*(X'*theta)", "linear"),
        ("norm2(y)^2", "constant"),
        ("sum(sigmoid(X'*theta))", "unknown"),
        ("norm2(theta)^2 - norm2(X'*theta)^2", "unknown"),
        ("theta'*P*theta", "unknown"),
        ("theta'*X*X'*theta", "convex"),
        ("exp(norm2(theta)^2)", "convex"),
        ("(theta'*theta)^2", "convex"),
        ("sqrt(norm2(theta)^2)", "convex"),
        ("max(X'*theta)", "convex"),
        ("norm2(theta)^3", "convex"),
        ("s*norm2(theta)^2", "unknown"),
        ("(1 + norm2(y)^2)*norm2(theta)^2", "convex"),
        ("(-1 - lam^2)*norm2(theta)^2", "concave"),
        ("(lam^2 - 1)*norm2(theta)^2", "unknown"),
        ("norm1(y')*norm2(theta)^2", "convex"),
        ("sum(exp(y)')*norm2(theta)^2", "convex"),
        ("sum(y)*norm2(theta)^2", "unknown"),
        ("norm2(exp(theta))", "convex"),
        ("norm2(theta.^3)", "unknown"),
        ("norm2(sigmoid(theta))", "unknown"),
        ("(theta + X*w)'*P'*P*(theta + X*w)", "convex"),
        ("exp(theta)'*P'*P*exp(theta)", "unknown"),
    ],
)
def test_convexity_by_composition(formula: str, expected: str) -> None:
    declared = declare("X: d×n, y: n, theta: d, lam: scalar, P: d×d, w: n, s: scalar")
    assert curvature(read(formula, declared), declared.symbols["theta"]) == expected


@pytest.mark.parametrize(("mark", "expected"), [("symmetric", "concave"), ("", "unknown")])
def test_the_logarithm_of_a_determinant_is_concave_in_symmetric_matrices(
    mark: str, expected: str
) -> None:
    declared = declare(f"P: d×d {mark}")
    assert curvature(read("logdet(P)", declared), declared.symbols["P"]) == expected


def test_convexity_is_never_claimed_wrongly() -> None:
    """Whatever is called convex passes the chord test at random points."""
    from pellucid.calculus.codegen.modules import callable_for, parameters_of

    declared = declare("X: 2×3, y: 3, theta: 2, lam: scalar")
    rng = np.random.default_rng(0)
    formulas = [RIDGE, "norm2(X'*theta - y)", "sum(exp(X'*theta))", "logsumexp(X'*theta)",
                "norm1(theta)^2", "sum(softplus(X'*theta))", "norm2(theta)^4"]  # fmt: skip
    for formula in formulas:
        of = read(formula.replace("/ n", "/ 3"), declared)
        assert curvature(of, declared.symbols["theta"]) == "convex"
        value = callable_for([of])
        fixed = {"X": rng.normal(size=(2, 3)), "y": rng.normal(size=3), "lam": 0.2}
        names = {s.detail for s in parameters_of([of])}
        fixed = {k: v for k, v in fixed.items() if k in names}
        for _ in range(20):
            a, b = rng.normal(size=(2, 2, 1))
            ends = value(theta=a, **fixed) + value(theta=b, **fixed)
            assert value(theta=(a + b) / 2, **fixed) <= ends / 2 + 1e-9


@pytest.mark.parametrize(
    ("formula", "by", "expected"),
    [
        ("norm2(X'*theta - y)^2/n", "theta", "inv(X*X')*X*y"),
        (RIDGE, "theta", "inv(X*X'/n + lam*eye(d))*X*y/n"),
        ("norm1(theta)", "theta", None),
        ("y'*X'*theta", "theta", None),
        ("norm2(X'*theta - y)^4", "theta", None),
        ("(2*s - 3)^2", "s", None),
    ],
)
def test_closed_form_of_quadratics(formula: str, by: str, expected: str | None) -> None:
    declared = declare(WHERE + ", lam: scalar, s: scalar")
    found = closed_form(read(formula, declared), declared.symbols[by])
    if formula.startswith("(2*s"):
        from pellucid.calculus.codegen.modules import callable_for

        assert found is not None
        assert float(callable_for([found.expression])()) == pytest.approx(1.5)
        return
    if expected is None:
        assert found is None
        return
    from pellucid.calculus.codegen.modules import callable_for

    arrays = data()
    theirs = callable_for([read(expected, declared)])
    mine = callable_for([found.expression])
    names = set(data()) - {"theta"} - (set() if "lam" in expected else {"lam"})
    given = {k: arrays[k] for k in names}
    np.testing.assert_allclose(mine(**given), theirs(**given), rtol=1e-9)
    assert "minimiser" in str(found)


def test_higher_derivatives_and_products_with_a_direction() -> None:
    declared = declare("theta: d, v: d, X: d×n, y: n")
    theta = declared.symbols["theta"]
    first = derive(read("sum(softplus(X'*theta))", declared), theta)
    second = derive(first.expression, theta)
    assert second.check.agrees
    assert second.derivative.shape == ("d", "d")
    along = derive(declared.symbols["v"].T * first.expression, theta)
    assert along.check.agrees
    assert along.derivative.shape == ("d", 1)


def test_python_operators_build_the_same_formula() -> None:
    declared = declare(WHERE + ", lam: scalar")
    X, y, theta, lam = (declared.symbols[k] for k in ("X", "y", "theta", "lam"))
    from pellucid.calculus.algebra import expression as ex

    built = ex.to_scalar("norm2", X.T @ theta - y) ** 2 / ex.size("n")
    built = built + lam * ex.to_scalar("norm2", theta) ** 2
    assert built == read(RIDGE, declared)


def test_recognised_functions_are_named_in_the_steps() -> None:
    page = str(derive("sum(log(1 + exp(-y .* (X'*theta))))/n", "theta"))
    assert "softplus" in page
    assert "∂f/∂θ = -X (y ⊙ σ(-(y ⊙ (Xᵀ θ))))/n" in page


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("x: scalar", ()),
        ("x: scalar, y: scalar", ("y is declared, but does not occur in the formula",)),
        (
            "x: scalar, y: scalar, z: d×1",
            ("y, z are declared, but do not occur in the formula",),
        ),
    ],
)
def test_names_that_are_declared_in_vain_are_told(where: str, said: tuple[str, ...]) -> None:
    assert derive("x^2", "x", where).warnings == said


@pytest.mark.parametrize(
    ("formula", "by", "where"),
    [
        ("np*x", "x", "np: scalar, x: n"),  # names that the code uses itself
        ("t1*(x'*x) + t1 + t2*(x'*x)^2", "x", "t1: scalar, t2: scalar, x: n"),
        ("sigmoid(sigmoid_*x)", "x", "sigmoid_: scalar, x: n"),
        ("as_array*one_size*float*x'*x", "x", "x: n"),
        ("x_*x'*x", "x", "x: n, x_: scalar"),
        ("_*x'*x + _1", "x", "x: n"),
        ("3", "x", "x: n"),
    ],
)
def test_names_never_get_into_the_way_of_the_code(formula: str, by: str, where: str) -> None:
    found = derive(formula, by, where)
    assert found.check.agrees
    assert found.check_jax.agrees
    compile(found.code("torch"), "module", "exec")


def test_names_that_python_cannot_tell_apart_are_refused() -> None:
    with pytest.raises(FormulaError, match=r"W\^1 and W_1 would be one name"):
        derive("W^1*W_1", "W_1", "W^1: scalar, W_1: scalar").code("numpy")
    with pytest.raises(FormulaError, match="counting starts at 1"):
        derive("x[0]", "x", "x: n")


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ("softmax(s)", "0"), ("max(s)", "1"), ("logsumexp(s)", "1"), ("logdet(s)", "1/s"),
        ("onehot(s)", "0"), ("det(s)", "1"), ("tr(s)", "1"), ("sum(s)", "1"), ("inv(s)", "-1/s^2"),
    ],
)  # fmt: skip
def test_a_single_number_is_the_smallest_array(formula: str, answer: str) -> None:
    found = derive(formula, "s", "s: scalar")
    assert str(found.expression) == answer
    assert found.check.agrees
