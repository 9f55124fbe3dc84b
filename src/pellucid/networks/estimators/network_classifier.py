"""`NetworkClassifier`: a network whose outputs are the chances of the classes.

Notes: Concept 262, Concept 286, KE 279
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from pellucid.data.label_encoding import encode_labels
from pellucid.data.sample_weights import class_weights
from pellucid.errors import FramingError
from pellucid.explanation import Explanation
from pellucid.formatting import label, labels
from pellucid.glass_box import LogProbabilityMixin
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.estimators.network_estimator import NetworkEstimator
from pellucid.networks.estimators.settings import ACTIVATION, CLASS_WEIGHT, HIDDEN, TRAINING
from pellucid.networks.layers.activations import Sigmoid
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.network import Network

Array = NDArray[Any]


class Classes(LogProbabilityMixin, ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """Abstract: what network classifiers share.

    Notes: Concept 286
    """

    class_weight: Any
    classes_: Array

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array of shape (n, d)
        y : array of shape (n,)
            Labels.
        sample_weight : array of shape (n,), optional
            Weights ≥ 0. Of tables up to a million cells a weight of 2 is the row twice, exactly.

        Returns
        -------
        self
        """
        given = X, y
        X, codes, weights = self._rows(X, y, sample_weight)
        answers = codes if len(self.classes_) > 2 else codes.astype(np.float64)
        self._fit_rows(X, answers, weights, self._network(X), answers, given)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One epoch over further rows, under the means and scales of the first ones.

        After `fit` it goes on from the fitted weights; before, it begins.

        Parameters
        ----------
        X : array of shape (n, d)
        y : array of shape (n,)
        classes : array, optional
            All labels; needed at the first call where these rows do not hold them all.
        sample_weight : array of shape (n,), optional

        Returns
        -------
        self

        Notes: Def 312
        """
        first = not hasattr(self, "params_")
        known = classes if first else self.classes_
        X, codes, weights = self._rows(X, y, sample_weight, known)
        answers = codes if len(self.classes_) > 2 else codes.astype(np.float64)
        return self._one_epoch(X, answers, weights, first)

    def _one_epoch(self, X: Any, targets: Any, weights: Any, first: bool) -> Self:
        if first:
            self.network_ = self._network(X)
            self._standardize(X, weights)
        start = self._continued_start()
        weights = weights * (len(weights) / weights.sum())
        done = start["epochs"] if start else 0
        found = self._train(self._prepared(X), targets, weights, start, done + 1, None, None)
        self._keep(found)
        self.standing_ = found.standing
        return self

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, classes: Any = None
    ) -> tuple[Any, NDArray[np.intp], Array]:
        """Checked rows of positive weight, class codes, weights times class weights."""
        self.check_hyperparameters()
        fresh = classes is None or not hasattr(self, "params_")
        X, y = self._checked(self._flat(X, fitting=fresh), y, reset=fresh)
        found, codes = encode_labels(y)
        weights = self._weights(sample_weight, X)
        if not weights.all():
            X, codes, weights = X[weights > 0], codes[weights > 0], weights[weights > 0]
            present, codes = np.unique(codes, return_inverse=True)
            found = found[present]
        if classes is not None:
            strange = found[~np.isin(found, classes)]
            if len(strange):
                raise FramingError(
                    f"The label {label(strange[0])} is not among the classes {labels(classes)}: "
                    "give `classes` all labels in the first partial_fit."
                )
            classes = np.unique(classes)
            found, codes = classes, np.searchsorted(classes, found)[codes]
        self.classes_ = found
        if len(found) < 2:
            raise FramingError(
                f"{type(self).__name__} needs at least two classes; the rows hold one class: "
                f"{label(found[0])}."
            )
        return X, codes, weights * class_weights(self.class_weight, found, codes, weights)[codes]

    def _network(self, X: Any) -> Network:
        shape = self._shape_of_a_point(X)
        k = len(self.classes_)
        if k == 2:
            return self._built(shape, 1, [Sigmoid()], "nll")
        return self._built(shape, k, [Softmax()], "nllm")

    def predict_proba(self, X: Any) -> Array:
        """The chance of each class, n×k, columns as `classes_`.

        Parameters
        ----------
        X : array of shape (n, d)

        Notes: Concept 286
        """
        p = self._outputs(X)
        if p.shape[1] == 1:
            return np.hstack([1 - p, p])
        return np.asarray(p / p.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> Array:
        """The likeliest class of each row, (n,).

        Parameters
        ----------
        X : array of shape (n, d)
        """
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def _explanation(self) -> Explanation:
        two = len(self.classes_) == 2
        text = (
            "J = (1/n) Σᵢ L(a⁽ⁱ⁾, y⁽ⁱ⁾), L = −(y log a + (1−y) log(1−a))"
            if two
            else "J = (1/n) Σᵢ L(a⁽ⁱ⁾, y⁽ⁱ⁾), L = −Σⱼ yⱼ log aⱼ"
        )
        latex = r"J = \frac{1}{n}\sum_{i=1}^n L(a^{(i)}, y^{(i)})"
        kind = "Two classes" if two else f"{len(self.classes_)} classes"
        problem = (
            f"{kind}; rows independent and identically distributed; judged by the "
            f"{'negative log likelihood' if two else 'multi-class negative log likelihood'}."
        )
        return self._explained(problem, text, latex)


class NetworkClassifier(Classes):
    """Dense layers, then a sigmoid (two classes) or a softmax (more) with its log-likelihood.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    classes_ : array of shape (k,)
        Labels.
    network_ : Network
        Layers and loss, with every shape.
    params_ : list of dict of arrays
        W and W0 of each layer; {} for a layer without.
    state_ : list
        What layers remember, such as running statistics.
    mean_, scale_ : array of shape (d,)
        By which columns were standardised.
    trace_ : dict
        `loss`, `validation_loss`, `gradient_norms` by epoch; `stopped`, `verdict`.
    n_iter_, best_epoch_ : int
        Epochs done; the epoch whose parameters were kept.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> inside = (X**2).sum(axis=1) < 1
    >>> h = NetworkClassifier(hidden=(16,), step_size=0.01).fit(X, inside)
    >>> h.score(X, inside) > 0.95
    True

    Notes: Concept 262, Concept 286, KE 279, §7.6
    """

    hyperparameters = (HIDDEN, ACTIVATION, *TRAINING, CLASS_WEIGHT)

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
        class_weight: Any = None,
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
        self.class_weight = class_weight
