"""Chapter 4: worked examples by number, scikit-learn as oracle, and the properties of each fit."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.linear_model import LogisticRegression

from pellucid.errors import (
    ConvergenceWarning,
    FramingError,
    HyperparameterError,
    SeparationWarning,
    TooFewRowsError,
)
from pellucid.linear import (
    LinearClassifier,
    LogisticClassifier,
    LogisticCV,
    MajorityBaseline,
    SigmoidsClassifier,
    SoftmaxClassifier,
    SoftmaxCV,
    separate,
)
from pellucid.linear.solvers.likelihood import logistic_objective, softmax_objective

THREE = np.array([[-3.0], [3.0]]), np.array([0, 1])


def rows(n=200, d=4, k=2, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, d)) * [1, 100, 0.01, 3][:d] + [0, 50, 1, -7][:d]
    u = (X - X.mean(0)) / X.std(0) @ random.normal(size=(d, k))
    return X, (u + random.gumbel(size=(n, k))).argmax(axis=1)


def descend(X, y, lam, steps=20_000):
    theta, theta_0 = np.zeros((1, 1)), 0.0
    for _ in range(steps):
        _, gradient, gradient_0 = logistic_objective(theta, theta_0, X, y, lam)
        theta, theta_0 = theta - 0.1 * gradient, theta_0 - 0.1 * gradient_0
    return theta.item()


def test_section_4_4_gradient_at_0_and_at_1():
    X, y = np.array([[-3.0, 3.0]]), np.array([[0.0, 1.0]])
    assert_allclose(logistic_objective(np.zeros((1, 1)), 0.0, X, y, 0.0)[0], np.log(2))
    assert_allclose(logistic_objective(np.zeros((1, 1)), 0.0, X, y, 0.0)[1], [[-1.5]])
    assert_allclose(logistic_objective(np.ones((1, 1)), 0.0, X, y, 0.0)[1], [[-0.14228]], atol=5e-6)


@pytest.mark.parametrize(("lam", "theta", "half"), [(0.01, 1.526, 0.682), (0.1, 0.912, 0.612)])
def test_section_4_3_separated_points_at_3(lam, theta, half):
    h = LogisticClassifier(lam=lam).fit(*THREE)
    assert_allclose(h.coef_.item(), theta, atol=5e-4)
    assert_allclose(h.predict_proba([[0.5]])[0, 1], half, atol=5e-4)
    assert_allclose(
        descend(THREE[0].T, THREE[1][None, :].astype(float), lam, 3000), theta, atol=2e-3
    )


def test_section_4_3_without_a_regularizer_there_is_no_finite_minimiser():
    with pytest.warns(SeparationWarning, match="separable"):
        h = LogisticClassifier(lam=0).fit(*THREE)
    assert h.coef_.item() > 3.266
    assert np.isfinite(h.coef_).all()
    assert_allclose(h.separating_direction_, [[1.0]])
    assert "SeparationWarning" in str(h.explain())


def test_quasi_separation_is_found_by_the_linear_program():
    with pytest.warns(SeparationWarning):
        LogisticClassifier(lam=0).fit([[0.0], [1.0], [1.0], [2.0]], [0, 0, 1, 1])


def test_ke_152_threshold_0_9_cuts_at_2_1972():
    h = LogisticClassifier(lam=0.01, threshold=0.9).fit(*THREE)
    u = h.decision_function([[0.0]]).item()
    assert_allclose(u, -2.1972, atol=5e-5)
    assert LogisticClassifier(lam=0.01, threshold=0.6).fit(*THREE).predict([[0.1]]) == 0


def test_ke_137_a_tie_goes_to_the_negative_class():
    h = LogisticClassifier(lam=0.01, fit_intercept=False).fit(*THREE)
    assert h.predict([[0.0]]) == 0
    plain = LinearClassifier(tries=1).fit(*THREE)
    plain.coef_, plain.intercept_ = np.array([[2.0]]), np.array([-1.0])  # 2x − 1
    assert plain.predict([[0.5], [0.5 + 1e-9]]).tolist() == [0, 1]


def test_def_146_separability():
    assert separate([[-3.0], [3.0]], [0, 1]).margin == pytest.approx(3.0)
    assert separate([[0.0], [1.0], [2.0]], [1, 0, 1]).verdict == "not separable"
    assert separate([[0.0], [1], [1], [2]], [0, 0, 1, 1]).verdict == "quasi-separable"
    corners, xor = np.array([[0, 0], [1, 1], [0, 1], [1, 0]]), [0, 0, 1, 1]
    assert separate(corners, xor).verdict == "not separable"
    found = separate(sp.csr_array(corners.astype(float)), [0, 1, 1, 1])
    assert found.verdict == "separable"
    u = corners @ found.direction + found.offset
    assert ((u > 0) == [False, True, True, True]).all()


@pytest.mark.parametrize("lam", [1e-4, 0.1])
@pytest.mark.parametrize("sparse", [False, True])
def test_logistic_equals_scikit_learn(lam, sparse):
    X, y = rows()
    twin = LogisticRegression(
        C=1 / (2 * len(y) * lam), solver="newton-cholesky", tol=1e-13, max_iter=500
    ).fit(X, y)
    h = LogisticClassifier(lam=lam, tol=1e-10).fit(sp.csr_array(X) if sparse else X, y)
    assert_allclose(h.coef_, twin.coef_, rtol=1e-8, atol=1e-8 * abs(twin.coef_).max())
    assert_allclose(h.intercept_, twin.intercept_, rtol=1e-7)


def test_softmax_equals_scikit_learn():
    X, y = rows(k=3)
    lam = 1e-3
    twin = LogisticRegression(
        C=1 / (2 * len(y) * lam), solver="newton-cholesky", tol=1e-13, max_iter=500
    ).fit(X, y)
    h = SoftmaxClassifier(lam=lam, tol=1e-10).fit(X, y)
    assert_allclose(h.predict_proba(X), twin.predict_proba(X), rtol=1e-8)
    assert_allclose(h.coef_, twin.coef_, atol=1e-7 * abs(twin.coef_).max())


def test_concept_167_softmax_with_two_classes_is_logistic():
    X, y = rows()
    # u₁ − u₀ = θ·x with θ split in halves: ‖θ‖² counts half, so λ counts double.
    soft = SoftmaxClassifier(lam=0.02, tol=1e-10).fit(X, y)
    hard = LogisticClassifier(lam=0.01, tol=1e-10).fit(X, y)
    assert_allclose(soft.predict_proba(X), hard.predict_proba(X), rtol=1e-7)


def test_clar_174_sigmoids_are_independent_logistic_fits():
    X, y = rows()
    Y = np.column_stack([y, rows(seed=3)[1]])
    h = SigmoidsClassifier(lam=0.01).fit(X, Y)
    for j in range(2):
        alone = LogisticClassifier(lam=0.01).fit(X, Y[:, j])
        assert_allclose(h.predict_proba(X)[:, j], alone.predict_proba(X)[:, 1], rtol=1e-7)
    assert h.predict(X).shape == Y.shape


@pytest.mark.parametrize("E", [LogisticClassifier, SoftmaxClassifier, SigmoidsClassifier])
def test_a_weight_is_a_repetition_and_zero_an_absence(E):
    X, y = rows(60)
    w = np.random.default_rng(1).integers(0, 4, 60)
    weighted = E(tol=1e-11).fit(X, y, sample_weight=w)
    repeated = E(tol=1e-11).fit(np.repeat(X, w, axis=0), np.repeat(y, w))
    assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-8, atol=1e-10)


def test_gradients_equal_finite_differences():
    random = np.random.default_rng(0)
    X, theta, theta_0 = random.normal(size=(3, 9)), random.normal(size=(3, 2)), np.zeros((2, 1))
    Y = np.eye(2)[np.arange(9) % 2].T
    _, gradient, _ = softmax_objective(theta, theta_0, X, Y, 0.3)
    for at in np.ndindex(theta.shape):
        e = np.zeros_like(theta)
        e[at] = 1e-6
        up, down = (softmax_objective(theta + s * e, theta_0, X, Y, 0.3)[0] for s in (1, -1))
        assert_allclose(gradient[at], (up - down) / 2e-6, rtol=1e-6, atol=1e-8)
    y, one = Y[:1], theta[:, :1]
    _, gradient, slope = logistic_objective(one, 0.2, X, y, 0.3)
    for j in range(3):
        e = np.zeros_like(one)
        e[j] = 1e-6
        up, down = (logistic_objective(one + s * e, 0.2, X, y, 0.3)[0] for s in (1, -1))
        assert_allclose(gradient[j, 0], (up - down) / 2e-6, rtol=1e-6, atol=1e-8)
    up, down = (logistic_objective(one, 0.2 + s * 1e-6, X, y, 0.3)[0] for s in (1, -1))
    assert_allclose(slope, (up - down) / 2e-6, rtol=1e-6, atol=1e-8)


def test_path_equals_single_fits():
    X, y = rows()
    for h in LogisticClassifier().path(X, y, [1e-4, 1.0, 1e-2]):
        alone = LogisticClassifier(lam=h.lam).fit(X, y)
        assert_allclose(h.coef_, alone.coef_, rtol=1e-6)


@pytest.mark.parametrize("E", [LogisticCV, SoftmaxCV])
def test_cross_validation_chooses_the_least_held_out_loss(E):
    X, y = rows()
    folds = [(np.arange(100), np.arange(100, 200)), (np.arange(100, 200), np.arange(100))]
    h = E(lams=(1e-4, 1e-2, 10.0), cv=folds).fit(X, y)
    single = LogisticClassifier if E is LogisticCV else SoftmaxClassifier
    for row, lam in zip(h.cv_losses_, h.lams_, strict=True):
        for loss, (train, held_out) in zip(row, folds, strict=True):
            g = single(lam=lam).fit(X[train], y[train]).predict_proba(X[held_out])
            assert_allclose(loss, -np.log(g[np.arange(len(g)), y[held_out]]).mean(), rtol=1e-6)
    assert h.lam_ == h.lams_[h.cv_losses_.mean(axis=1).argmin()]
    assert "held-out" in str(h.explain())


@pytest.mark.parametrize("E", [LogisticCV, SoftmaxCV])
@pytest.mark.parametrize(
    "setting", [("lams", (0.0, 1.0)), ("lams", ()), ("lams", (-1.0,)), ("cv", 1)]
)
def test_a_grid_is_above_0_and_folds_are_two_or_more(E, setting):
    name, value = setting
    with pytest.raises(HyperparameterError, match=name):
        E(**{name: value}).fit(*rows(20))
    assert E(lams=(1.0,), cv=2).fit(*rows(60)).cv_losses_.shape == (1, 2)


def test_def_129_the_majority_answers_the_shares_of_the_classes():
    """Each class with a row that counts has its share of the weights; ties go to the first."""
    y = np.array(["b", "a", "b", "c", "a"])
    X = np.zeros((5, 1))
    h = MajorityBaseline().fit(X, y)
    assert h.classes_.tolist() == ["a", "b", "c"]
    assert_allclose(h.predict_proba(X[:2]), [[0.4, 0.4, 0.2]] * 2)
    assert h.predict(X[:2]).tolist() == ["a", "a"]
    h.fit(X, y, sample_weight=[0.5, 0.25, 0.0, 0.75, 0.0])
    assert_allclose(h.predict_proba(X[:1]), [[1 / 6, 1 / 3, 1 / 2]])
    assert h.predict(X[:1]).tolist() == ["c"]
    h.fit(X, y, sample_weight=[0, 1, 0, 1, 1])
    assert h.classes_.tolist() == ["a", "c"]
    assert_allclose(h.shares_, [2 / 3, 1 / 3])


def test_linear_classifier_parts_separable_rows_and_counts_errors():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.where(X @ [1.0, 2.0] > 0.3, 1, -1)
    h = LinearClassifier().fit(X, y)
    assert h.training_error_ == pytest.approx((h.predict(X) != y).mean())
    assert h.training_error_ <= 0.05


def test_unscaled_correlated_one_hot_columns_converge_at_the_defaults():
    random = np.random.default_rng(0)
    hot = np.eye(5)[random.integers(0, 5, 300)]
    year = 2000 + random.integers(0, 20, (300, 1))
    X = np.hstack([hot, hot @ random.normal(size=(5, 2)), year, 1e6 * year + 1, year * 1e-6])
    y = random.integers(0, 2, 300)
    for lam in (1e-3, 0.0):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            h = LogisticClassifier(lam=lam).fit(X, y)
        assert h.trace_["stopped"] in ("converged", "precision")


def test_max_iter_reached_is_said():
    with pytest.warns(ConvergenceWarning, match="after 1 iterations"):
        LogisticClassifier(max_iter=1).fit(*rows())


def test_callbacks_work_and_are_not_pickled(capsys):
    X, y = rows()
    monitor = ScoringMonitor(scoring="neg_log_loss")
    h = LogisticClassifier().set_callbacks(monitor, ProgressBar())
    h.fit(X, y)
    assert len(h.trace_["objective"]) == h.n_iter_ + 1
    assert b"callback" not in pickle.dumps(h)
    assert_allclose(pickle.loads(pickle.dumps(h)).predict_proba(X), h.predict_proba(X))


@pytest.mark.parametrize("class_weight", ["balanced", {0: 3.0, 1: 0.5}])
def test_class_weights_equal_scikit_learns(class_weight):
    X, y = rows(300)
    y[:120] = 0
    Z = (X - X.mean(0)) / X.std(0)
    counted = {0: 300 / (2 * (y == 0).sum()), 1: 300 / (2 * (y == 1).sum())}
    total = np.where(y == 0, *(class_weight if class_weight != "balanced" else counted).values())
    theirs = LogisticRegression(
        C=1 / (2 * 0.01 * total.sum()), class_weight=class_weight, tol=1e-10, max_iter=5000
    ).fit(Z, y)
    mine = LogisticClassifier(lam=0.01, class_weight=class_weight).fit(Z, y)
    assert_allclose(mine.coef_, theirs.coef_, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("E", [LogisticClassifier, SoftmaxClassifier])
def test_a_class_weight_is_the_weight_of_its_rows(E):
    X, y = rows(k=2 if E is LogisticClassifier else 3)
    given = {0: 2.0, 1: 0.5, 2: 3.0}
    weighed = E(class_weight={c: given[c] for c in np.unique(y)}).fit(X, y)
    by_rows = E().fit(X, y, sample_weight=[given[c] for c in y])
    assert_allclose(weighed.coef_, by_rows.coef_, rtol=1e-7)


def test_bad_input_is_named():
    with pytest.raises(FramingError, match="SoftmaxClassifier"):
        LogisticClassifier().fit([[0.0], [1.0], [2.0]], [0, 1, 2])
    with pytest.raises(FramingError, match="one class"):
        SoftmaxClassifier().fit([[0.0], [1.0]], [1, 1])


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # ziamath's import
@pytest.mark.parametrize(
    "h", [LogisticClassifier(), SoftmaxClassifier(), SigmoidsClassifier(), LinearClassifier()]
)
def test_explain_tells_the_objective(h):
    told = h.fit(*rows()).explain()
    assert told.objective is not None
    assert "What happened" in str(told)
    assert told.to_html().startswith("<section")


def test_labels_are_named_as_a_person_writes_them() -> None:
    X, y = np.arange(6.0)[:, None], np.array(list("ababab"))
    with pytest.raises(FramingError, match=r"the rows hold one class: 'a'\.$"):
        LogisticClassifier().fit(X, np.full(6, "a"))
    with pytest.raises(FramingError, match="label 'z' is not among the classes 'a', 'b': give"):
        LogisticClassifier(algorithm="stochastic").partial_fit(X, y).partial_fit(X[:1], ["z"])
    with pytest.raises(TooFewRowsError, match="class 'c' has a single row"):
        SoftmaxCV().fit(X, np.array(list("aabbbc")))
