"""QR refined together with its residual: the gradient vanishes to the last digit that there is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.linear.solvers.ridge_solutions import by_qr, refine_solution


@given(st.integers(0, 10_000), st.floats(2, 9), st.booleans(), st.floats(0, 1e-3))
def test_refined_parameters_are_those_of_exact_arithmetic(
    seed: int, decades: float, offset: bool, penalty: float
) -> None:
    """A whole-numbered θ is met to nearly all digits, however near the columns depend. KE 62"""
    random = np.random.default_rng(seed)
    base = random.integers(-9, 10, (30, 4)).astype(float)
    base[:, 3] = base[:, :3].sum(axis=1) + np.round(random.normal(size=30), 3) * 10**-decades
    theta = np.array([3.0, -2.0, 5.0, 7.0])[:, None]
    X, Y = base, base @ theta + 11.0 * offset
    A = X - X.mean(axis=0) * offset
    rows = np.vstack([A, np.sqrt(penalty) * np.eye(4)]) if penalty else A
    b = Y - Y.mean() * offset
    answers = np.vstack([b, np.zeros((4, 1))]) if penalty else b
    solution, factors = by_qr(rows, answers)
    if factors is None:
        return
    found, _ = refine_solution(X, Y, np.ones(30), penalty, solution, factors, offset)
    r = answers - rows @ found.theta
    scale = np.linalg.norm(rows, axis=0)[:, None] * np.linalg.norm(answers)
    assert (np.abs(rows.T @ r) <= 1e-13 * scale).all()
    if not penalty:
        lost = 1e-15 * solution.condition
        np.testing.assert_allclose(found.theta, theta, rtol=max(1e-12, 100 * lost))


def test_corrections_solve_the_augmented_equations() -> None:
    """δr + Aδθ = f and Aᵀδr = g. KE 62"""
    random = np.random.default_rng(3)
    A, f, g = random.normal(size=(9, 4)), random.normal(size=(9, 2)), random.normal(size=(4, 2))
    _, factors = by_qr(A, f)
    assert factors is not None
    step, more = factors.corrections(f, g)
    np.testing.assert_allclose(more + A @ step, f, atol=1e-12)
    np.testing.assert_allclose(A.T @ more, g, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("kernel", ["Haswell", "Prescott", "Sandybridge"])
def test_filip_keeps_its_digits_on_another_kernel(kernel: str) -> None:
    code = "import test_nist as t; t.test_raw_columns_keep_seven_and_a_half_digits('filip')"
    env = {**os.environ, "OPENBLAS_CORETYPE": kernel, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=env, cwd=Path(__file__).parent, check=True)
