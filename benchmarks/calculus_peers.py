"""The same forty derivatives asked of SymPy's matrix expressions, `jax.grad` and the engine.

Each answer is judged at random points against central differences: right and in matrix form, right
in another form (sums of entries, arrays, numbers), wrong, or refused (an error, an unevaluated
derivative, more than 20 seconds). SymPy is given the formula in its own best words.

Run: python benchmarks/calculus_peers.py
"""

from __future__ import annotations

import signal
import time
import warnings
from collections import Counter

import jax
import numpy as np
import sympy as sp

from calculus_sympy import to_sympy, value_of
from pellucid.calculus import differentiate, read
from pellucid.calculus.checking.numeric_check import (
    accepted_arguments,
    central_differences,
    check_derivative,
    check_with_jax,
    differences_in_layout,
)
from pellucid.calculus.checking.sample_points import random_points
from pellucid.calculus.codegen.emit import identifier
from pellucid.calculus.codegen.modules import callable_for, parameters_of
from pellucid.calculus.language.declarations import declare

MATRIX, OTHER, WRONG, REFUSED = "matrix form", "other form", "WRONG", "refused"

CASES = [
    ("a'*x", "x", "a: n, x: n"),
    ("x'*x", "x", "x: n"),
    ("A*x", "x", "A: m×n, x: n"),
    ("A'*x", "x", "A: m×n, x: m"),
    ("x'*A*x", "x", "A: n×n, x: n"),
    ("norm2(A*x - b)^2", "x", "A: m×n, x: n, b: m"),
    ("a'*M*b", "M", "a: r, M: r×k, b: k"),
    ("tr(A*M)", "M", "A: k×r, M: r×k"),
    ("tr(A'*A) + tr(P'*P)", "A", "A: m×n, P: n×n"),
    ("tr(A'*A) + tr(P'*P)", "P", "A: m×n, P: n×n"),
    ("logdet(P)", "P", "P: n×n"),
    ("log(det(P))", "P", "P: n×n"),
    ("det(A)", "A", "A: n×n"),
    ("log(sum(exp(x)))", "x", "x: n"),
    ("logsumexp(A*x + b)", "x", "A: m×n, x: n, b: m"),
    ("softmax(x)", "x", "x: n"),
    ("-y'*log(softmax(theta'*x))", "theta", "theta: d×k, x: d, y: k one-hot"),
    (
        "norm2(X'*theta - y)^2/n + lam*norm2(theta)^2",
        "theta",
        "X: d×n, theta: d, y: n, lam: scalar",
    ),
    ("sum(log(1 + exp(-y .* (X'*theta))))/n", "theta", "X: d×n, theta: d, y: n"),
    ("norm2(x)", "x", "x: n"),
    ("norm2(A*x - b)", "x", "A: m×n, x: n, b: m"),
    ("log(x'*x)", "x", "x: n"),
    ("exp(-norm2(x - c)^2)", "x", "x: n, c: n"),
    ("(x'*A*x)/(x'*x)", "x", "A: n×n, x: n"),
    ("tr(inv(A)*B)", "A", "A: n×n, B: n×n"),
    ("a'*inv(A)*b", "A", "A: n×n, a: n, b: n"),
    ("tr(A^3)", "A", "A: n×n"),
    ("tr(M*B*M'*C)", "M", "M: r×k, B: k×k, C: r×r"),
    ("tr((X - U*V)'*(X - U*V))", "U", "X: m×n, U: m×k, V: k×n"),
    ("sum(M .* N)", "M", "M: r×k, N: r×k"),
    ("sum(exp(M))", "M", "M: r×k"),
    ("tanh(A*x)", "x", "A: m×n, x: n"),
    ("sigmoid(x)", "x", "x: n"),
    ("x .* y", "x", "x: n, y: n"),
    ("diag(x)*A*x", "x", "A: n×n, x: n"),
    ("norm2(W2'*tanh(W1'*x) - y)^2", "W1", "W1: m×n, W2: n×k, x: m, y: k"),
    ("norm2(W2'*tanh(W1'*x) - y)^2", "W2", "W1: m×n, W2: n×k, x: m, y: k"),
    ("s^2*M", "s", "s: scalar, M: r×k"),
    ("logdet(A'*A)", "A", "A: m×n"),
    ("max(x)", "x", "x: n"),
]


class Expired(Exception):
    """More than the time allowed."""


def expire(*_: object) -> None:
    raise Expired


def judged_engine(of, by) -> tuple[str, float, str]:
    differentiate(of, by)
    start = time.perf_counter()
    found = differentiate(of, by)
    seconds = time.perf_counter() - start
    verdict = MATRIX if found.in_matrix_form else OTHER
    return (verdict if check_derivative(found).agrees else WRONG), seconds, str(found.expression)


def judged_jax(of, by) -> str:
    """Numbers at a point, never a formula."""
    return OTHER if check_with_jax(differentiate(of, by)).agrees else WRONG


def judged_sympy(of, by) -> tuple[str, str]:
    signal.signal(signal.SIGALRM, expire)
    outcomes = []
    for as_entry in (False, True):
        signal.alarm(20)
        try:
            outcomes.append(_sympy_answer(of, by, as_entry))
        except Expired:
            outcomes.append((REFUSED, "more than 20 seconds"))
        except Exception as problem:  # Whatever SymPy raises is a refusal.
            outcomes.append((REFUSED, type(problem).__name__))
        finally:
            signal.alarm(0)
    order = [MATRIX, OTHER, WRONG, REFUSED]
    return min(outcomes, key=lambda o: order.index(o[0]))


def _sympy_answer(of, by, as_entry: bool) -> tuple[str, str]:
    translated = to_sympy(of, as_entry)
    answer = sp.sympify(translated).diff(to_sympy(by, False))
    if answer.has(sp.Derivative) and not isinstance(answer, sp.MatrixExpr):
        return REFUSED, "left unevaluated"
    verdict = _compared_numerically(of, by, answer)
    if verdict != MATRIX:
        return verdict, str(answer)
    plain = isinstance(answer, sp.MatrixExpr | sp.Expr) and not answer.has(
        sp.Sum, sp.matrices.expressions.matexpr.MatrixElement
    )
    arrays = "Array" in sp.srepr(answer)
    return (MATRIX if plain and not arrays else OTHER), str(answer)


def _compared_numerically(of, by, answer) -> str:
    given = parameters_of([of, by])
    value = callable_for([of], given=given)
    rng = np.random.default_rng(0)
    done = 0
    for tries, point in enumerate(random_points([of, by], rng)):
        if done == 2 or tries == 40:
            break
        with np.errstate(all="ignore"):
            full = central_differences(
                value, accepted_arguments(value, point), identifier(by.detail)
            )
        if not np.isfinite(full).all():
            continue
        done += 1
        found = np.asarray(value_of(answer, given, point), dtype=float)
        expected = differences_in_layout(full, of, by, "denominator")
        same = [expected.reshape(-1), np.asarray(expected).T.reshape(-1)]
        if found.size != expected.size or not any(
            np.allclose(found.reshape(-1), one, rtol=1e-3, atol=1e-4) for one in same
        ):
            return WRONG
    return MATRIX if done else REFUSED


def lines() -> str:
    """The table, in Markdown."""
    warnings.simplefilter("ignore")
    with jax.enable_x64(True):
        return "\n".join(_lines())


def _lines() -> list[str]:
    counts: dict[str, Counter[str]] = {"engine": Counter(), "jax": Counter(), "sympy": Counter()}
    slowest = 0.0
    made = [
        f"| formula | by | engine | ms | jax.grad | SymPy {sp.__version__} |",
        "|---|---|---|---|---|---|",
    ]
    for formula, by, where in CASES:
        declared = declare(where)
        of, symbol = read(formula, declared), declared.symbols[by]
        engine, seconds, _ = judged_engine(of, symbol)
        theirs, _ = judged_sympy(of, symbol)
        from_jax = judged_jax(of, symbol)
        slowest = max(slowest, seconds)
        for who, verdict in (("engine", engine), ("jax", from_jax), ("sympy", theirs)):
            counts[who][verdict] += 1
        made.append(
            f"| `{formula}` | {by} | {engine} | {seconds * 1e3:.1f} | {from_jax} | {theirs} |"
        )
    total = [", ".join(f"{n} {v}" for v, n in tally.most_common()) for tally in counts.values()]
    made.append(
        f"| **of {len(CASES)}** | | {total[0]} | ≤ {slowest * 1e3:.1f} | {total[1]} | {total[2]} |"
    )
    return made


if __name__ == "__main__":
    print(lines())
