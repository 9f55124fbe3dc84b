"""The same objective by other ways: closed form, Newton, descent, stochastic epochs, in parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from pellucid import LeastSquares, LogisticClassifier, Ridge, SoftmaxClassifier
from pellucid.descent import Batches, Power, Steps, minimize
from pellucid.descent.objective import Objective
from pellucid.errors import ConvergenceWarning, FramingError, HyperparameterError
from pellucid.linear.solvers.design import Design
from pellucid.linear.solvers.likelihood import MeanLoss
from pellucid.linear.solvers.mean_square import MeanSquare
from pellucid.linear.solvers.stochastic_epochs import (
    balancing_scales,
    initial_state,
    slope_of,
    train_epochs,
)
from pellucid.losses import sigmoid, softmax
from pellucid.storage import load_model, save_model

MODELS: list[tuple[Any, int]] = [
    (LeastSquares(), 0),
    (Ridge(lam=0.1), 0),
    (LogisticClassifier(lam=0.01), 2),
    (SoftmaxClassifier(lam=0.01), 3),
]
every = pytest.mark.parametrize(("model", "classes"), MODELS, ids=lambda v: type(v).__name__)


def rows(classes: int, n: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unscaled, correlated columns far from zero."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    X[:, 3] = 0.7 * X[:, 0] + 0.5 * X[:, 3]
    u = X @ rng.normal(size=(4, max(classes, 1)))
    X = X * [1, 100, 0.01, 3] + [0, 5000, 1, -7]
    if not classes:
        return X, u[:, 0] * 10 + rng.normal(size=n) + 1000
    if classes == 2:
        return X, (u[:, 0] + rng.logistic(size=n) > 0).astype(int)
    return X, (u + rng.gumbel(size=u.shape)).argmax(axis=1)


def spread(h: Any, X: np.ndarray) -> np.ndarray:
    """Predictions on a scale of one."""
    if hasattr(h, "predict_proba"):
        return h.predict_proba(X)
    return (h.predict(X) - 1000) / 20


@every
@pytest.mark.parametrize(
    ("how", "within"),
    [
        ({"algorithm": "newton"}, 1e-12),
        ({"algorithm": "descent", "max_iter": 5000}, 1e-9),
        ({"algorithm": "descent", "rule": "momentum", "step_size": 0.5, "max_iter": 5000}, 1e-7),
        ({"algorithm": "stochastic", "max_iter": 60}, 0.01),
        ({"algorithm": "stochastic", "batch_size": 1, "max_iter": 60}, 0.06),
        ({"algorithm": "stochastic", "rule": "momentum", "max_iter": 60}, 0.01),
    ],
    ids=["newton", "descent", "momentum", "stochastic", "one row", "stochastic momentum"],
)
@pytest.mark.filterwarnings("ignore::pellucid.errors.ConvergenceWarning")
def test_every_way_leads_to_the_same_place(
    model: Any, classes: int, how: dict[str, Any], within: float
) -> None:
    """§3.3: on unscaled, correlated columns, without a step size to be found first."""
    X, y = rows(classes)
    best = clone(model).set_params(algorithm="newton").fit(X, y)
    found = clone(model).set_params(**how).fit(X, y)
    trace = found.trace_
    assert trace["objective"][-1] <= best.trace_["objective"][-1] * (1 + within)
    assert len(trace["objective"]) == len(trace["gradient_norm"])
    if how["algorithm"] != "newton":
        assert found.solver_ == how["algorithm"]
        assert "Descent by" in str(found.explain())
    default = clone(model).fit(X, y)
    np.testing.assert_allclose(spread(best, X), spread(default, X), atol=1e-6)
    if how["algorithm"] == "descent":
        np.testing.assert_allclose(spread(found, X), spread(default, X), atol=1e-4)


@pytest.mark.parametrize("rule", ["adadelta", "adagrad", "adam", "true adadelta"])
@pytest.mark.filterwarnings("ignore::pellucid.errors.ConvergenceWarning")
def test_every_rule_trains_a_classifier(rule: str) -> None:
    X, y = rows(2)
    least = LogisticClassifier(lam=0.01).fit(X, y).objective_
    eta = {"adagrad": 0.3, "true adadelta": Power(3.0, 0.5)}.get(rule, Power(0.1, 0.5, 10))
    h = LogisticClassifier(
        lam=0.01, algorithm="stochastic", rule=rule, step_size=eta, max_iter=100
    ).fit(X, y)
    assert h.objective_ < (1.1 if rule == "true adadelta" else 1.02) * least


@pytest.mark.parametrize("kind", ["square", "logistic", "softmax"])
def test_slopes_by_hand_equal_jax_grad(kind: str) -> None:
    """KE 60, KE 163, KE 171: ∂L/∂u."""
    import jax
    import jax.numpy as jnp

    def loss(u: Any, y: Any) -> Any:
        if kind == "square":
            return ((u - y) ** 2).sum()
        if kind == "logistic":
            return (jnp.logaddexp(0, u) - y * u).sum()
        return (jax.nn.logsumexp(u, axis=1) - (u * y).sum(axis=1)).sum()

    rng = np.random.default_rng(0)
    with jax.enable_x64(True):
        u = jnp.asarray(rng.normal(size=(6, 3)) * 20)
        y = jnp.eye(3)[rng.integers(0, 3, 6)]
        np.testing.assert_allclose(slope_of(kind)(u, y), jax.grad(loss)(u, y), atol=1e-12)


@pytest.mark.parametrize("kind", ["square", "logistic", "softmax"])
@pytest.mark.parametrize("rule", ["gradient descent", "adam"])
def test_a_compiled_epoch_is_the_plain_loop(kind: str, rule: str) -> None:
    """Def 312: step for step what `descent.minimize` does in NumPy; the last batch is short."""
    rng = np.random.default_rng(1)
    X, weights = rng.normal(size=(50, 3)) + 2, rng.uniform(0.5, 2, 50)
    weights /= weights.sum()
    Y = (
        np.eye(3)[rng.integers(0, 3, 50)]
        if kind == "softmax"
        else rng.integers(0, 2, (50, 1)) * 1.0
    )
    design = Design(X, weights, True)
    loss = MeanSquare(design, Y, 0.1) if kind == "square" else MeanLoss(design, Y, 0.1)
    Z = np.column_stack([np.ones(50), (X - design.mean) / design.scale])
    guess = {"square": lambda u: u, "logistic": sigmoid, "softmax": softmax}[kind]
    factor = 2 if kind == "square" else 1

    even = balancing_scales(loss, kind)

    def part(C: Any, chosen: Any) -> Any:
        B = even * C
        e = factor * (guess(Z[chosen] @ B) - Y[chosen]) * (50 * weights[chosen])[:, None]
        return even * (Z[chosen].T @ e / len(chosen) + 2 * loss.ridge * B)

    plain = minimize(
        Objective(
            lambda C: loss.at(even * C)[0],
            lambda C: even * loss.at(even * C)[1],
            points=50,
            part=part,
        ),
        np.zeros((4, loss.k)), rule=rule, step_size=0.05, batches=Batches(8, seed=4),
        stop=Steps(7 * 3),
    )  # fmt: skip
    B, _, _, standing = train_epochs(
        loss, kind, initial_state(rule, np.zeros((4, loss.k))), rule=rule, step_size=0.05,
        batch_size=8, seed=4, max_iter=3, tol=1e-8,
    )  # fmt: skip
    np.testing.assert_allclose(B, even * plain.theta, rtol=1e-10, atol=1e-12)
    assert standing.epochs == 3


@every
@pytest.mark.filterwarnings("ignore::pellucid.errors.ConvergenceWarning")
def test_going_on_gives_the_bits_of_an_uninterrupted_run(model: Any, classes: int) -> None:
    X, y = rows(classes)
    how = {"algorithm": "stochastic", "rule": "momentum", "warm_start": True, "step_size": 0.02}
    whole = clone(model).set_params(**how, max_iter=6).fit(X, y)
    part = clone(model).set_params(**how, max_iter=2).fit(X, y)
    part.set_params(max_iter=4).fit(X, y)
    assert (part.coef_ == whole.coef_).all()
    again = clone(model).set_params(**how, max_iter=6).fit(X, y)
    assert (again.coef_ == whole.coef_).all()


@every
@pytest.mark.parametrize("rule", ["gradient descent", "momentum", "adam"])
@pytest.mark.filterwarnings("ignore::pellucid.errors.ConvergenceWarning")
def test_descent_goes_on_with_the_same_bits_too(
    model: Any, classes: int, rule: str, tmp_path: Any
) -> None:
    X, y = rows(classes)
    how = {"algorithm": "descent", "rule": rule, "warm_start": True}
    whole = clone(model).set_params(**how, max_iter=7).fit(X, y)
    part = clone(model).set_params(**how, max_iter=3).fit(X, y)
    save_model(part, tmp_path / "part.pellucid")  # stopped, stored, and gone on with
    on = load_model(tmp_path / "part.pellucid").set_params(max_iter=4).fit(X, y)
    assert (on.coef_ == whole.coef_).all()
    assert on.n_iter_ == 4
    assert on.trace_["objective"] == whole.trace_["objective"][3:]


@every
@pytest.mark.filterwarnings("ignore::pellucid.errors.ConvergenceWarning")
def test_a_warm_start_begins_where_the_last_fit_ended(model: Any, classes: int) -> None:
    X, y = rows(classes)
    how = {"algorithm": "descent", "warm_start": True, "max_iter": 20_000}
    h = clone(model).set_params(**how).fit(X, y)
    steps = h.n_iter_
    assert h.fit(X, y).n_iter_ < steps / 5 + 2


@pytest.mark.parametrize("model", [LogisticClassifier(lam=0.01), SoftmaxClassifier(lam=0.01)])
def test_rows_that_come_in_parts(model: Any, tmp_path: Any) -> None:
    """Def 121: one pass a part; saved and loaded in between."""
    X, y = rows(2 if isinstance(model, LogisticClassifier) else 3, n=6000)
    best = clone(model).fit(X, y)
    h = clone(model)
    for at in range(0, 6000, 500):
        h.partial_fit(X[at : at + 500], y[at : at + 500], classes=np.unique(y))
        if at == 1000:
            save_model(h, tmp_path / "h.pellucid")
            h = load_model(tmp_path / "h.pellucid")
    assert (h.predict(X) == best.predict(X)).mean() > 0.97
    with pytest.raises(FramingError, match="not among the classes"):
        h.partial_fit(X[:2], [0, 7])


@pytest.mark.parametrize("model", [LeastSquares(), Ridge(lam=0.1)], ids=lambda m: type(m).__name__)
def test_regressors_in_parts_are_the_fit_of_all_rows(model: Any) -> None:
    X, y = rows(0)
    h = clone(model)
    for at in range(0, 400, 100):
        h.partial_fit(X[at : at + 100], y[at : at + 100])
    np.testing.assert_allclose(h.coef_, clone(model).fit(X, y).coef_, rtol=1e-9)


def test_several_answers_by_steps() -> None:
    X, y = rows(0)
    Y = np.column_stack([y, -2 * y])
    best, found = (
        Ridge(0.1, algorithm=a, max_iter=5000).fit(X, Y) for a in ("closed form", "descent")
    )
    np.testing.assert_allclose(found.predict(X), best.predict(X), rtol=1e-6)


def test_what_did_not_settle_is_said() -> None:
    X, y = rows(2)
    with pytest.warns(ConvergenceWarning, match="2 steps"):
        LogisticClassifier(algorithm="descent", max_iter=2).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="step_size=50.*mean nothing"):
        Ridge(algorithm="descent", step_size=50.0).fit(*rows(0))
    with pytest.warns(ConvergenceWarning, match="1 epochs"):
        LogisticClassifier(algorithm="stochastic", max_iter=1).fit(X, y)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: Ridge(algorithm="descent", prior=[1.0] * 4).fit(*rows(0)), "closed form"),
        (lambda: LogisticClassifier(algorithm="closed form").fit(*rows(2)), "'newton'"),
        (
            lambda: LogisticClassifier(algorithm="stochastic").fit(
                sp.csr_array(rows(2)[0]), rows(2)[1]
            ),
            "dense rows",
        ),
        (lambda: Ridge(algorithm="descent", step_size=-1.0).fit(*rows(0)), "step_size"),
    ],
)
def test_what_does_not_go_together_is_named(made: Any, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        made()
