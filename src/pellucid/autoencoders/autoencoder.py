"""`Autoencoder`: a network whose target is its input, read at its narrowest place.

Notes: Def 353, Concept 356, Concept 357, Concept 358, Concept 361
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.code_estimator import CodeEstimator
from pellucid.autoencoders.settings import LAYERS
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.estimators.settings import TRAINING

Array = NDArray[np.float64]


class Autoencoder(CodeEstimator):
    """Encode each row in k numbers, decode it again, and lose little: Σ L(x̃, x) is descended.

    One layer each way (`hidden=()`), deep, or convolutional (`filters=(8, 16)`, rows are images).
    Loss of a row: Σⱼ (xⱼ − x̃ⱼ)² over its columns, as standardised; columns named `binary` or
    `categories` are judged by the log loss instead. The code is not the network's output, and
    x̃ is not x.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    network_ : Network
        Encoder and decoder in series, with every shape.
    params_ : list of dict of arrays
        W and W0 of each layer; {} for a layer without.
    encoder_depth_ : int
        Layers of the encoder: the code is read after so many.
    loss_ : ReconstructionLoss
        L, with the columns that each part of it judges.
    reconstruction_loss_ : float
        Mean L over the training rows.
    image_shape_ : tuple
        (h, w, c) where rows are images, else ().
    mean_, scale_ : array of shape (d,)
        By which columns were standardised.
    trace_ : dict
        `loss`, `validation_loss`, `gradient_norms` by epoch; `stopped`, `verdict`.
    n_iter_, best_epoch_ : int
        Epochs done; the epoch whose parameters were kept.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.linspace(-1, 1, 100)
    >>> X = np.column_stack([t, t**2])  # a curve in the plane
    >>> model = Autoencoder(1, hidden=(16,), activation="tanh", step_size=0.01).fit(X)
    >>> model.encode(X).shape, bool(model.losses(X).mean() < 0.1)
    ((100, 1), True)

    Notes: Def 353, Concept 356, Concept 358
    """

    hyperparameters: ClassVar = (*LAYERS, *TRAINING)

    def __init__(
        self,
        code_length: int = 1,
        hidden: Sequence[int] = (64,),
        filters: Sequence[int] = (),
        filter_size: int = 3,
        activation: str | Sequence[str] = "relu",
        code_activation: str = "identity",
        output_activation: str = "identity",
        image_shape: Sequence[int] | None = None,
        binary: Sequence[int] = (),
        categories: Sequence[Sequence[int]] = (),
        overcomplete: bool = False,
        sparsity: float = 0.0,
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
        self.code_length = code_length
        self.hidden = hidden
        self.filters = filters
        self.filter_size = filter_size
        self.activation = activation
        self.code_activation = code_activation
        self.output_activation = output_activation
        self.image_shape = image_shape
        self.binary = binary
        self.categories = categories
        self.overcomplete = overcomplete
        self.sparsity = sparsity
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

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Train encoder and decoder together.

        Parameters
        ----------
        X : array, shape (n, d), or images n×h×w or n×h×w×c
            n ≥ 2 rows.
        y : ignored
        sample_weight : array, shape (n,), optional
            A row of weight 2 counts as two.

        Returns
        -------
        self

        Raises
        ------
        HyperparameterError
            When k ≥ d, unless `overcomplete`; or a column is named that is not there.

        Notes: Concept 358
        """
        return self._trained(X, None, sample_weight, (X, y))
