"""`NetworkRegressor`: a network with an identity output and the square loss.

Notes: Concept 260, Concept 261, Concept 286
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import MultiOutputMixin, RegressorMixin

from pellucid.data.scaling import moments
from pellucid.explanation import Explanation
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.estimators.network_estimator import NetworkEstimator
from pellucid.networks.estimators.settings import ACTIVATION, HIDDEN, TRAINING

Array = NDArray[Any]


class Numbers(MultiOutputMixin, RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """Abstract: what network regressors share.

    Notes: Concept 286
    """

    target_mean_: Any
    target_scale_: Any

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array of shape (n, d)
        y : array of shape (n,) or (n, t)
        sample_weight : array of shape (n,), optional
            Weights ≥ 0. Of tables up to a million cells a weight of 2 is the row twice, exactly.

        Returns
        -------
        self
        """
        given = X, y
        X, Y, weights = self._rows(X, y, sample_weight)
        network = self._built(self._shape_of_a_point(X), Y.shape[1], [], "square")
        self._fit_rows(X, Y, weights, network, None, given)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch over further rows, under the means and scales of the first ones.

        After `fit` it goes on from the fitted weights; before, it begins.

        Parameters
        ----------
        X : array of shape (n, d)
        y : array of shape (n,) or (n, t)
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self

        Notes: Def 312
        """
        first = not hasattr(self, "params_")
        X, Y, weights = self._rows(X, y, sample_weight, first)
        if first:
            shape = self._shape_of_a_point(X)
            self.network_ = self._built(shape, Y.shape[1], [], "square")
            self._standardize(X, weights)
            self._standardize_targets(Y, weights)
        start = self._continued_start()
        weights = weights * (len(weights) / weights.sum())
        epochs = 1 + (start["epochs"] if start else 0)
        rows = self._prepared(X)
        found = self._train(rows, self._scaled(Y), weights, start, epochs, None, None)
        self._keep(found)
        self.standing_ = found.standing
        return self

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, reset: bool = True
    ) -> tuple[Any, Array, Array]:
        self.check_hyperparameters()
        X, y = self._checked(
            self._flat(X, reset), y, multi_output=True, y_numeric=True, reset=reset
        )
        weights = self._weights(sample_weight, X)
        self.flat_ = y.ndim == 1
        Y = np.asarray(y, dtype=np.float64).reshape(len(X), -1)
        if not weights.all():
            X, Y, weights = X[weights > 0], Y[weights > 0], weights[weights > 0]
        return X, Y, weights

    def _standardize_targets(self, Y: Array, weights: Array) -> None:
        self.target_mean_, self.target_scale_ = moments(Y, weights)

    def _prepared_targets(self, targets: Any, weights: Any, fresh: bool) -> Any:
        if fresh:
            self._standardize_targets(targets, weights)
        return self._scaled(targets)

    def _scaled(self, Y: Array) -> Array:
        return np.asarray((Y - self.target_mean_) / self.target_scale_)

    def predict(self, X: Any) -> Array:
        """Predicted numbers, (n,) or (n, t), in units of the targets.

        Parameters
        ----------
        X : array of shape (n, d)
        """
        found = self._outputs(X)
        found = found * self.target_scale_ + self.target_mean_
        return np.asarray(found[:, 0] if self.flat_ else found)

    def _explanation(self) -> Explanation:
        return self._explained(
            "Regression; rows independent and identically distributed; judged by the square loss "
            "(losses below are of targets brought to deviation 1).",
            "J = (1/n) Σᵢ ‖a⁽ⁱ⁾ − y⁽ⁱ⁾‖²",
            r"J = \frac{1}{n}\sum_{i=1}^n \|a^{(i)} - y^{(i)}\|^2",
        )


class NetworkRegressor(Numbers):
    """Dense layers, then as many linear outputs as answers, under the square loss.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    network_ : Network
        Layers and loss, with every shape.
    params_ : list of dict of arrays
        W and W0 of each layer; {} for a layer without.
    state_ : list
        What layers remember, such as running statistics.
    mean_, scale_ : array of shape (d,)
        By which columns were standardised.
    target_mean_, target_scale_ : array of shape (t,)
        By which targets were standardised.
    flat_ : bool
        Whether targets were one-dimensional.
    trace_ : dict
        `loss`, `validation_loss`, `gradient_norms` by epoch; `stopped`, `verdict`.
    n_iter_, best_epoch_ : int
        Epochs done; the epoch whose parameters were kept.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-2, 2, 200)[:, None]
    >>> h = NetworkRegressor(hidden=(32,), step_size=0.01).fit(X, X[:, 0] ** 2)
    >>> h.score(X, X[:, 0] ** 2) > 0.99
    True

    Notes: Concept 261, Concept 286, KE 279, §7.6
    """

    hyperparameters = (HIDDEN, ACTIVATION, *TRAINING)

    def __init__(
        self,
        hidden: Sequence[int] = HIDDEN.default,
        activation: str = "relu",
        rule: str = "adam",
        step_size: Any = 1e-3,
        batch_size: int = 32,
        epochs: int = 100,
        lam: float = 0.0,
        decay_in: str = "loss",
        dropout: float = 0.0,
        input_noise: float = 0.0,
        clip: float | None = None,
        validation: float = 0.0,
        patience: int = 10,
        standardize: bool | str = True,
        dtype: str = "float32",
        gradient_norms: bool = False,
        checkpoint: str | None = None,
        warm_start: bool = False,
        random_state: int = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.rule = rule
        self.step_size = step_size
        self.batch_size = batch_size
        self.epochs = epochs
        self.lam = lam
        self.decay_in = decay_in
        self.dropout = dropout
        self.input_noise = input_noise
        self.clip = clip
        self.validation = validation
        self.patience = patience
        self.standardize = standardize
        self.dtype = dtype
        self.gradient_norms = gradient_norms
        self.checkpoint = checkpoint
        self.warm_start = warm_start
        self.random_state = random_state
