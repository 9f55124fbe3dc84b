"""`ConvNetClassifier`: convolutions and pooling, then dense layers and chances of the classes.

Notes: Def 445, Concept 446, Concept 447
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.networks.estimators.image_network import ImageNetwork
from pellucid.networks.estimators.network_classifier import Classes
from pellucid.networks.estimators.settings import (
    ACTIVATION,
    CLASS_WEIGHT,
    CLASSES_OF_IMAGES,
    FILTER_SIZE,
    FILTERS,
    IMAGE_HIDDEN,
    IMAGE_SHAPE,
    SHIFT,
)


class ConvNetClassifier(Classes, ImageNetwork):
    """Convolution, activation and max-pooling for each of `filters`; then dense layers and chances.

    Rows are images, n×h×w or n×h×w×c, or flat.

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
    image_shape_ : tuple
        (h, w, c) of the images.
    mean_, scale_ : array of shape (d,)
        By which pixels were standardised: one pair a channel, repeated.
    trace_ : dict
        `loss`, `validation_loss`, `gradient_norms` by epoch; `stopped`, `verdict`.
    n_iter_, best_epoch_ : int
        Epochs done; the epoch whose parameters were kept.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.zeros((60, 6, 6))
    >>> X[np.arange(60), np.arange(60) % 6, :] = 1.0  # horizontal lines
    >>> X[30:] = X[30:].transpose(0, 2, 1)  # and vertical ones
    >>> h = ConvNetClassifier(filters=(4,), hidden=(), step_size=0.01, epochs=30)
    >>> h.fit(X, np.arange(60) >= 30).score(X, np.arange(60) >= 30)
    1.0

    Notes: Def 445, Concept 446, Concept 447
    """

    hyperparameters = (
        FILTERS, FILTER_SIZE, IMAGE_HIDDEN, ACTIVATION, IMAGE_SHAPE, SHIFT,
        *CLASSES_OF_IMAGES, CLASS_WEIGHT,
    )  # fmt: skip

    def __init__(
        self,
        filters: Sequence[int] = FILTERS.default,
        filter_size: int = 3,
        hidden: Sequence[int] = IMAGE_HIDDEN.default,
        activation: str = "relu",
        image_shape: Sequence[int] | None = None,
        shift: int = SHIFT.default,
        rule: str = "adam",
        step_size: Any = "falling",
        batch_size: int = 32,
        epochs: int | None = None,
        lam: float = 0.0,
        decay_in: str = "loss",
        dropout: float = 0.5,
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
        self.class_weight = class_weight
