"""`RobustClassifier`: a network classifier trained on adversarial examples with their true labels.

Notes: Def 373
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox, LogProbabilityMixin
from pellucid.hyperparameters import Hyperparameter
from pellucid.networks.adversarial.input_gradient_ascent import HOW, AdversariallyTrainedNetwork
from pellucid.networks.engine.after_fork import ComputesAfterFork
from pellucid.networks.estimators.network_classifier import Classes, NetworkClassifier

Array = NDArray[Any]
MODEL = Hyperparameter(
    "model", None, "any", "The classifier to train; a NetworkClassifier when None.", optional=True,
    accepts=lambda value: isinstance(value, Classes),
    described="a NetworkClassifier, a ConvNetClassifier, or None",
)  # fmt: skip
BUDGET = Hyperparameter(
    "budget", 0.1, "float", "The most that the adversary may move any entry.", symbol="ε",
    unit="that of X", low=0.0, open_low=True,
)  # fmt: skip
STEPS = Hyperparameter(
    "steps", 1, "int", "Steps of the adversary at each training step; more are a harder test.",
    low=1,
)  # fmt: skip
HOW_TRAINED = Hyperparameter(
    "how", "replaced", "str",
    "Whether moved rows stand instead of the batch's, or are added to it.", choices=HOW,
)  # fmt: skip
BOUNDS = Hyperparameter(
    "bounds", None, "any", "Least and largest value an entry can have, such as (0, 255).",
    optional=True,
    accepts=lambda value: isinstance(value, tuple | list) and len(value) == 2
    and value[0] < value[1],
    described="(least, largest), or None",
)  # fmt: skip


class RobustClassifier(ComputesAfterFork, LogProbabilityMixin, ClassifierMixin, GlassBox):  # type: ignore[misc]
    """Adversarial training: each batch is moved against the weights of the moment, then learned.

    Whole epochs stay one compiled loop, the adversary within it. Robustness is paid for with some
    accuracy on rows that nobody has moved.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    model_ : NetworkClassifier or ConvNetClassifier
        The trained classifier.
    classes_ : array of shape (k,)
        Labels.
    n_features_in_ : int
        d.

    Examples
    --------
    >>> from pellucid.networks import NetworkClassifier, robustness
    >>> X = np.random.default_rng(0).normal(size=(80, 2))
    >>> plain = NetworkClassifier(hidden=(8,), step_size=0.01, epochs=30)
    >>> h = RobustClassifier(plain, budget=0.1).fit(X, X[:, 0] > 0)
    >>> bool(robustness(h, X, X[:, 0] > 0, [0.1])[0] > 0.8)
    True

    Notes: Def 373
    """

    hyperparameters: ClassVar = (MODEL, BUDGET, STEPS, HOW_TRAINED, BOUNDS)

    model_: Any
    classes_: Array

    def __init__(
        self,
        model: Any = MODEL.default,
        budget: float = BUDGET.default,
        steps: int = STEPS.default,
        how: str = HOW_TRAINED.default,
        bounds: Any = BOUNDS.default,
    ) -> None:
        self.model = model
        self.budget = budget
        self.steps = steps
        self.how = how
        self.bounds = bounds

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train against an adversary.

        Parameters
        ----------
        X : array of shape (n, d), or images as the model takes them
        y : array of shape (n,)
            Labels.
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self
        """
        self.check_hyperparameters()
        model: Any = NetworkClassifier() if self.model is None else clone(self.model)
        model._learning = lambda: self._hardened(model)  # for this fit only
        try:
            model.fit(X, y, sample_weight=sample_weight)
        finally:
            del model._learning
        self.model_, self.classes_ = model, model.classes_
        self.n_features_in_ = model.n_features_in_
        if hasattr(model, "feature_names_in_"):
            self.feature_names_in_ = model.feature_names_in_
        self.warnings_ += model.warnings_
        return self

    def _hardened(self, model: Any) -> AdversariallyTrainedNetwork:
        """The model's network, with the budget in the units of its standardised input."""
        network = model.network_
        bounds = None
        if self.bounds is not None:
            bounds = tuple(
                tuple(((limit - model.mean_) / model.scale_).tolist()) for limit in self.bounds
            )
        radius = tuple((self.budget / model.scale_).tolist())
        return AdversariallyTrainedNetwork(
            network.layers, network.loss, network.in_shape, network.reduction, radius, bounds,
            self.steps, self.how,
        )  # fmt: skip

    def predict_proba(self, X: Any) -> Array:
        """The chance of each class, n×k, columns as `classes_`.

        Parameters
        ----------
        X : array of shape (n, d)
        """
        check_is_fitted(self)
        return np.asarray(self.model_.predict_proba(X))

    def predict(self, X: Any) -> Array:
        """The likeliest class of each row, (n,).

        Parameters
        ----------
        X : array of shape (n, d)
        """
        check_is_fitted(self)
        return np.asarray(self.model_.predict(X))

    def _objective(self, inner: Formula) -> Formula:
        """The model's objective, of the rows that it was trained on."""
        beside = "" if self.how == "replaced" else ", and of the rows as they are"
        return replace(
            inner,
            text=f"{inner.text}; of moved rows, a = h(x + δ), |δⱼ| ≤ {number(self.budget)}{beside}",
            latex=rf"{inner.latex},\ a = h(x + \delta),\ |\delta_j| \le {self.budget:g}",
        )

    def _explanation(self) -> Explanation:
        inner = self.model_.explain()
        times = "once" if self.steps == 1 else f"{self.steps} times"
        where = "instead of" if self.how == "replaced" else "beside"
        return Explanation(
            type(self).__name__,
            problem=f"{inner.problem} An adversary may move each entry by {number(self.budget)}.",
            hypothesis=inner.hypothesis,
            objective=inner.objective and self._objective(inner.objective),
            gradient=inner.gradient,
            algorithm=f"{inner.algorithm} Before each step the batch climbs its loss, from a "
            f"random place within ε: x + η sign ∂L/∂x, {times}, within ε = {number(self.budget)}; "
            f"the moved rows stand {where} the batch's, with the true labels.",
            happened=inner.happened,
            warnings=tuple(self.warnings_),
            notes="Def 373, Clar 374",
        )
