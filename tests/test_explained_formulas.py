"""Every objective that `explain()` prints is evaluated and compared with the number beside it.

A formula that this test cannot read fails it, so a new member is evaluated too.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import log_expit, log_softmax
from sklearn.base import clone

from members import MEMBERS, Member, rows
from pellucid import (
    ClusterThenModel,
    LeastSquares,
    LinearAutoencoder,
    LinearClassifier,
    LogisticClassifier,
    NetworkClassifier,
    NetworkRegressor,
    RandomRegression,
    Ridge,
    SigmoidsClassifier,
    SoftmaxClassifier,
)
from pellucid.explanation import Explanation
from pellucid.networks import Dense, Network, train

Array = NDArray[np.float64]
MEAN = re.compile(r" = (−?)(\(1/n\) Σᵢ|\(1/Σᵢ wᵢ\) Σᵢ wᵢ|Σᵢ) (.*)")


@dataclass(frozen=True)
class Fitted:
    """A model with its rows, and what stands in a formula."""

    model: Any
    X: Array
    y: Any
    w: Array

    @property
    def u(self) -> Array:
        """θᵀx + θ₀ (n×t); the offset only where the formula has it."""
        return np.asarray(self.X @ self.theta + np.ravel(self.model.intercept_))

    @property
    def theta(self) -> Array:
        return np.atleast_2d(self.model.coef_).T

    @property
    def Y(self) -> Array:
        return np.asarray(self.y, float).reshape(len(self.X), -1)

    @property
    def one_hot(self) -> Array:
        return (np.ravel(self.y)[:, None] == self.model.classes_).astype(float)


def row_losses(text: str, at: Fitted) -> Array:
    """The term of one row, as printed, at every row: n, or n×k where each class is by itself."""
    found: dict[str, Callable[[], Any]] = {
        "(θᵀx⁽ⁱ⁾ + θ₀ − y⁽ⁱ⁾)²": lambda: ((at.u - at.Y) ** 2)[:, 0],
        "‖θᵀx⁽ⁱ⁾ + θ₀ − y⁽ⁱ⁾‖²": lambda: ((at.u - at.Y) ** 2).sum(axis=1),
        "(θᵀx⁽ⁱ⁾ − y⁽ⁱ⁾)²": lambda: ((at.X @ at.theta - at.Y) ** 2)[:, 0],
        "L₀₁(sign(θᵀx⁽ⁱ⁾ + θ₀), y⁽ⁱ⁾)": lambda: (at.u[:, 0] > 0) != (at.one_hot[:, 1] == 1),
        "L_nll(σ(θᵀx⁽ⁱ⁾ + θ₀), y⁽ⁱ⁾)": lambda: binary_loss(at.u, at.one_hot[:, 1:])[:, 0],
        "L_nll(σ(θᵀx⁽ⁱ⁾), y⁽ⁱ⁾)": lambda: binary_loss(at.X @ at.theta, at.one_hot[:, 1:])[:, 0],
        "Σⱼ yⱼ⁽ⁱ⁾ log gⱼ⁽ⁱ⁾": lambda: (at.one_hot * log_softmax(at.u, axis=1)).sum(axis=1),
        "L_nll(gⱼ⁽ⁱ⁾, yⱼ⁽ⁱ⁾)": lambda: binary_loss(at.u, at.one_hot),
        "‖a⁽ⁱ⁾ − y⁽ⁱ⁾‖²": lambda: standardised_errors(at),
        "L(a⁽ⁱ⁾, y⁽ⁱ⁾), L = −Σⱼ yⱼ log aⱼ": lambda: (
            -np.log((at.one_hot * at.model.predict_proba(at.X)).sum(axis=1))
        ),
        "L(a⁽ⁱ⁾, y⁽ⁱ⁾), L = −(y log a + (1−y) log(1−a))": lambda: (
            -np.log((at.one_hot * at.model.predict_proba(at.X)).sum(axis=1))
        ),
        "‖x⁽ⁱ⁾ − x̃⁽ⁱ⁾‖²": lambda: (
            (at.X - at.model.inverse_transform(at.model.transform(at.X))) ** 2
        ).sum(axis=1),
    }
    return np.asarray(found[text](), float)


def binary_loss(u: Array, y: Array) -> Array:
    return np.asarray(-(y * log_expit(u) + (1 - y) * log_expit(-u)))


def standardised_errors(at: Fitted) -> Array:
    """Of answers brought to deviation 1, as the explanation says."""
    Y = np.asarray(at.y, float)
    return np.asarray((at.model.predict(at.X) - Y) ** 2 / np.average(
        (Y - np.average(Y, weights=at.w)) ** 2, weights=at.w
    ))  # fmt: skip


def penalty(text: str, at: Fitted) -> Any:
    """What is added to the mean, as printed; one a class for `θ₍ⱼ₎`."""
    if text == "":
        return 0.0
    squares = (at.theta**2).sum(axis=0)
    lam = getattr(at.model, "lam_", getattr(at.model, "lam", None))
    offset = float((np.ravel(at.model.intercept_) ** 2).sum())
    prior = getattr(at.model, "prior", None)
    stacked = np.vstack([np.atleast_2d(np.ravel(at.model.intercept_)), at.theta])
    return (
        lam
        * {
            "λ ‖θ‖²": lambda: squares.sum(),
            "λ‖θ‖²": lambda: squares.sum(),
            "λ‖θ₍ⱼ₎‖², each j by itself": lambda: squares,
            "λ (‖θ‖² + ‖θ₀‖²)": lambda: squares.sum() + offset,
            "λ ‖θ − Θ_prior‖²": lambda: ((at.theta[:, 0] - prior) ** 2).sum(),
            "λ ‖[θ₀ᵀ; θ] − Θ_prior‖²": lambda: ((stacked[:, 0] - prior) ** 2).sum(),
        }[text]()
    )  # type: ignore[no-untyped-call]


def evaluated(text: str, at: Fitted) -> Any:
    """J, from nothing but its printed formula and the fitted parameters."""
    found = MEAN.search(text)
    assert found, text
    sign, mean, rest = found.groups()
    loss, _, added = rest.partition(" + λ")
    losses = row_losses(loss, at)
    w = at.w if "w" in mean else np.ones(len(at.X))
    total = w @ losses / (1 if mean == "Σᵢ" else w.sum())
    return (-total if sign else total) + penalty("λ" + added if added else "", at)


def beside(told: Explanation) -> Array:
    """The number, or numbers, that the explanation puts beside its objective."""
    facts = dict(told.happened)
    for label in (
        "objective at the end", "objective at the end, each class", "least J met",
        "training error", "Σ ‖x − x̃‖²",
    ):  # fmt: skip
        if label in facts:
            return np.array(facts[label].replace(",", " ").split(), float)
    return np.array([float(facts["mean training loss"].split(" → ")[1])])


def printed_to(told: Explanation) -> float:
    """How far rounding moves the number beside the objective: 3 digits for some, 6 for others."""
    facts = dict(told.happened)
    return 5e-3 if "mean training loss" in facts or "Σ ‖x − x̃‖²" in facts else 1e-5


# One step over all rows that moves next to nothing: the loss of the epoch is that at the end.
STILL = {"hidden": (4,), "epochs": 1, "batch_size": 200, "step_size": 1e-9}
MORE: tuple[tuple[Any, str], ...] = (
    (LogisticClassifier(lam=0.1), "two labels"),
    (LogisticClassifier(lam=0.1, fit_intercept=False), "two labels"),
    (LogisticClassifier(lam=0.1, class_weight="balanced"), "two labels"),
    (SoftmaxClassifier(lam=0.1), "labels"),
    (SoftmaxClassifier(lam=0.1, class_weight={"low": 3.0, "middle": 1.0, "top": 0.5}), "labels"),
    (SigmoidsClassifier(lam=0.1), "labels"),
    (LinearClassifier(tries=50), "two labels"),
    (RandomRegression(tries=50), "numbers"),
    (LinearAutoencoder(2), "columns"),
    (NetworkClassifier(**STILL), "labels"),
    (NetworkClassifier(**STILL), "two labels"),
    (NetworkRegressor(**STILL), "numbers"),
)


def fitted(estimator: Any, answers: str, weighted: bool) -> Fitted:
    X, y = rows(Member(estimator, answers))
    w = np.random.default_rng(1).uniform(0.2, 3, len(X)) if weighted else np.ones(len(X))
    given = {"sample_weight": w} if weighted else {}
    with warnings.catch_warnings(action="ignore"):
        return Fitted(clone(estimator).fit(X, y, **given), X, y, w)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("estimator", "answers"), MORE, ids=lambda part: repr(part)[:60])
def test_an_objective_is_the_number_beside_it(estimator: Any, answers: str, weighted: bool) -> None:
    """Notation 44: also where rows have weights, classes have weights, and without an offset."""
    if weighted and answers == "columns":
        pytest.skip("principal axes take no weights")
    at = fitted(estimator, answers, weighted)
    told = at.model.explain()
    own = getattr(at.model, "class_weight", None)
    if own is not None:  # a row counts by its own weight and by that of its class
        share = at.w @ at.one_hot
        of_class = share.sum() / share if own == "balanced" else np.array([*own.values()], float)
        at = replace(at, w=at.w * (at.one_hot @ of_class))
    assert ("wᵢ" in told.objective.text) == (weighted or own is not None)
    found = np.atleast_1d(evaluated(told.objective.text, at))
    np.testing.assert_allclose(found, beside(told), rtol=printed_to(told))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("t", [1, 2])
@pytest.mark.parametrize(
    "model",
    [
        LeastSquares(), LeastSquares(fit_intercept=False), Ridge(lam=0.3),
        Ridge(lam=0.3, fit_intercept=False), Ridge(lam=0.3, penalize_offset=True),
        Ridge(lam=0.3, prior=[1.0, 2.0, 3.0]),
        Ridge(lam=0.3, prior=[4.0, 1.0, 2.0, 3.0], penalize_offset=True),
    ],
)  # fmt: skip
def test_a_square_loss_is_lowest_where_its_printed_formula_is(
    model: Any, t: int, weighted: bool
) -> None:
    """KE 47, KE 70: J as printed rises along every direction from the fitted θ and θ₀."""
    X, y = rows(Member(model, "numbers"))
    y = y if t == 1 else np.c_[y, y**2]
    rng = np.random.default_rng(2)
    w = rng.uniform(0.2, 3, len(X)) if weighted else np.ones(len(X))
    found = clone(model).fit(X, y, w)
    text = found.explain().objective.text
    if t == 2 and not found.fit_intercept:
        text = text.replace("θᵀx⁽ⁱ⁾ −", "θᵀx⁽ⁱ⁾ + θ₀ −")
    if t == 2 and found.prior is not None:
        text = text.partition(" + λ")[0]
        found.lam = 0.0
        found = clone(LeastSquares()).fit(X, y, w)
    at = Fitted(found, X, y, w)
    lowest = evaluated(text, at)
    for _ in range(8):
        moved = clone(found).set_params(**found.get_params())
        moved.coef_ = found.coef_ + 1e-3 * rng.normal(size=np.shape(found.coef_))
        moved.intercept_ = found.intercept_ + (
            1e-3 * rng.normal(size=np.shape(found.intercept_)) if found.fit_intercept else 0.0
        )
        assert evaluated(text, replace(at, model=moved)) > lowest


def test_every_member_prints_an_objective_that_is_read_here_or_elsewhere() -> None:
    """A new formula is either read by `row_losses` or has a test of its own, named here."""
    elsewhere = {  # each is evaluated in tests/test_explained_networks.py
        "CurvesRegressor", "CurvesClassifier", "KMeans", "HierarchicalClusters", "Autoencoder",
        "DenoisingAutoencoder", "VariationalAutoencoder", "GenerativeAdversarialPair", "NextToken",
        "EncoderDecoder", "RobustClassifier", "ConvNetClassifier", "ConvNetRegressor",
    }  # fmt: skip
    named = {type(estimator).__name__ for estimator, _ in MORE}
    named |= {"LeastSquares", "Ridge", "RidgeCV", "LogisticCV", "SoftmaxCV"}
    for member in MEMBERS:
        name = type(member.estimator).__name__
        if name in elsewhere | named or member.answers == "columns":
            continue
        X, y = rows(member)
        assert clone(member.estimator).fit(X, y).explain().objective is None, name


def test_a_part_says_whose_numbers_it_holds() -> None:
    """Def 241: beside the models of the clusters stands that of all rows, and says so."""
    X, y = rows(Member(ClusterThenModel(), "numbers"))
    told = ClusterThenModel().fit(X, y).explain()
    whole = LeastSquares().fit(X, y).explain()
    assert told.parts[0].happened == whole.happened
    assert "of all rows" in told.parts[0].name


def test_rows_that_hold_nan_are_not_blamed_on_the_step_size() -> None:
    """Def 312: a verdict names its cause; no step size mends a missing number."""
    X = np.ones((8, 2))
    X[3, 1] = np.nan
    told = train(Network([Dense(1)], in_shape=2), X, np.ones(8), epochs=2)
    assert "row 3" in told.reason
    assert "step size by ten" not in str(told.explain())
    assert "Mend the rows" in str(told.explain())
