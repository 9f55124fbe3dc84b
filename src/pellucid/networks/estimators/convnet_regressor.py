"""`ConvNetRegressor`: convolutions and pooling, then a network that answers numbers.

Notes: Def 445, Concept 446
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.networks.estimators.image_network import ImageNetwork
from pellucid.networks.estimators.network_regressor import Numbers
from pellucid.networks.estimators.settings import (
    ACTIVATION,
    FILTER_SIZE,
    FILTERS,
    IMAGE_HIDDEN,
    IMAGE_SHAPE,
    NO_SHIFT,
    NUMBERS_OF_IMAGES,
)


class ConvNetRegressor(Numbers, ImageNetwork):
    """Convolution, activation and max-pooling for each of `filters`; then dense layers and numbers.

    Rows are images, n×h×w or n×h×w×c, or flat.

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
    image_shape_ : tuple
        (h, w, c) of the images.
    mean_, scale_ : array of shape (d,)
        By which pixels were standardised: one pair a channel, repeated.
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
    >>> X = np.random.default_rng(0).uniform(size=(200, 5, 5))
    >>> h = ConvNetRegressor(filters=(4,), hidden=(16,), step_size=0.01, epochs=50)
    >>> h.fit(X, X.mean(axis=(1, 2))).score(X, X.mean(axis=(1, 2))) > 0.8
    True

    Notes: Def 445, Concept 446
    """

    hyperparameters = (
        FILTERS,
        FILTER_SIZE,
        IMAGE_HIDDEN,
        ACTIVATION,
        IMAGE_SHAPE,
        NO_SHIFT,
        *NUMBERS_OF_IMAGES,
    )

    def __init__(
        self,
        filters: Sequence[int] = FILTERS.default,
        filter_size: int = 3,
        hidden: Sequence[int] = IMAGE_HIDDEN.default,
        activation: str = "relu",
        image_shape: Sequence[int] | None = None,
        shift: int = NO_SHIFT.default,
        rule: str = "adam",
        step_size: Any = "falling",
        batch_size: int = 32,
        epochs: int | None = None,
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
        self.filters = filters
        self.filter_size = filter_size
        self.hidden = hidden
        self.activation = activation
        self.image_shape = image_shape
        self.shift = shift
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
