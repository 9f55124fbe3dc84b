"""Chapter 0 run: the conventions of sets, numbers and functions, where the library follows them."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import Ridge, SoftmaxClassifier, frame, read_table, tune
from pellucid.calculus import compile_objective
from pellucid.data import folds, linear_sample
from pellucid.descent import Batches, Constant, local_minima, minimize
from pellucid.errors import HyperparameterError, HyperparameterTypeError, SingularWarning
from pellucid.hyperparameters import Hyperparameter


def test_labels_are_a_set(tmp_path) -> None:
    """0.7-sets, Def 3, Def 4: shuffled or repeated, the rows hold the same classes."""
    rows = ["1,dog", "2,cat", "3,dog", "4,fish", "5,cat", "6,fish"] * 5
    found = []
    for k, lines in enumerate((rows, rows[::-1], sorted(rows * 2))):
        path = tmp_path / f"{k}.csv"
        path.write_text("x,kind\n" + "\n".join(lines), encoding="utf-8")
        table = read_table(path, category=["kind"])
        found.append((table["kind"].levels, frame(table, "kind").classes))
    assert found[0] == found[1] == found[2]
    assert len(set(found[0][1])) == len(found[0][1]) == 3
    X = np.arange(6.0)[:, None]
    y = np.array(["dog", "cat", "fish", "cat", "dog", "fish"])
    classes = SoftmaxClassifier(lam=0.1).fit(X, y).classes_
    assert classes.tolist() == SoftmaxClassifier(lam=0.1).fit(X[::-1], y[::-1]).classes_.tolist()


def test_counts_are_natural_numbers_from_one() -> None:
    """0.7-natural-numbers-from-one: {n ∈ ℕ | n > 10} = {11, 12, …}, and steps count from t = 1."""
    beyond = Hyperparameter("n", 11, "int", "A count.", low=10, open_low=True)
    admitted = []
    for n in range(30):
        try:
            beyond.check(n, "here")
            admitted.append(n)
        except HyperparameterError:
            continue
    assert admitted == list(range(11, 30))
    with pytest.raises(HyperparameterTypeError):
        beyond.check(11.5, "here")
    with pytest.raises(HyperparameterError, match="size ≥ 1"):
        Batches(size=0)
    run = minimize(lambda t: float(t**2), 1.0, step_size=Constant(0.1))
    assert run.times[:3].tolist() == [0, 1, 2]  # 0 is the start; the first step is t = 1


def test_a_half_is_rounded_up_and_down() -> None:
    """0.8-ceiling-and-floor: five rows in two chunks are ⌈2.5⌉ = 3 and ⌊2.5⌋ = 2."""
    assert sorted(len(out) for _, out in folds(5, 2)) == [2, 3]
    assert Batches(size=2).a_pass(5) == 3  # the last batch is half full, and counts
    assert Batches(size=2).a_pass(4) == 2


def test_a_minimum_is_a_value_and_an_argmin_a_place() -> None:
    """0.8-min-is-an-output: the same for a curve and for λ."""
    (least,) = local_minima(lambda x: (x - 1) ** 2 + 5, -2.0, 3.0)
    assert least.value == pytest.approx(5)
    assert least.theta == pytest.approx(1)
    X, y = linear_sample(30, (2.0, 0.0, 0.0), noise=2.0, seed=1)
    lams = (0.0, 0.1, 100.0)
    found = tune(Ridge(), X, y, lams)
    losses = [score.mean for score in found.scores]
    assert found.best_value in lams  # an input
    assert found.scores[found.best].mean == min(losses)  # an output
    assert found.best_value == lams[int(np.argmin(losses))]


def test_a_matrix_of_determinant_zero_has_no_inverse() -> None:
    """0.2-singular-inverse: what is said at such a matrix, and that nothing is said beside it."""
    J = compile_objective("tr(B*A^-1)", "A", {"B": np.eye(2)}, check=False)
    assert J.value(np.array([2.0, 0, 0, 4])) == 0.75
    with pytest.warns(SingularWarning, match="determinant 0.*no inverse"):
        assert np.isnan(J.value(np.array([1.0, 2, 2, 4])))
    assert np.isnan(J.gradient(np.zeros(4))).all()  # said once
