"""`DenoisingAutoencoder`: noisy rows in, clean rows out.

Notes: Concept 377
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from pellucid.autoencoders.code_estimator import CodeEstimator
from pellucid.autoencoders.settings import LAYERS, TRAINING
from pellucid.errors import HyperparameterError
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.estimators.settings import INPUT_NOISE

NOISE = Hyperparameter(
    "input_noise", 0.5, "float",
    "Standard deviation of the fresh noise added to each row in each step; 0 where pairs of noisy "
    "and clean rows are given.",
    unit=INPUT_NOISE.unit, low=0.0,
)  # fmt: skip


class DenoisingAutoencoder(CodeEstimator):
    """An autoencoder trained from noisy rows to clean ones, so that its codes bear noise.

    Noise is added in training; or give pairs, `fit(noisy, clean=clean)`. `reconstruct` cleans.
    As noise forbids to copy, it is also a remedy for a code longer than the row.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    network_, params_, encoder_depth_, loss_, reconstruction_loss_ : as of `Autoencoder`
    image_shape_, mean_, scale_ : as of `Autoencoder`
    trace_, n_iter_, best_epoch_, warnings_ : as of `Autoencoder`

    Examples
    --------
    >>> import numpy as np
    >>> t = np.linspace(-1, 1, 200)
    >>> clean = np.column_stack([t, t, t, -t])
    >>> noisy = clean + 0.3 * np.random.default_rng(0).normal(size=clean.shape)
    >>> model = DenoisingAutoencoder(1, hidden=(16,), step_size=0.01, epochs=50)
    >>> cleaned = model.fit(noisy, clean=clean).reconstruct(noisy)
    >>> bool(((cleaned - clean) ** 2).mean() < ((noisy - clean) ** 2).mean() / 2)
    True

    Notes: Concept 377
    """

    hyperparameters: ClassVar = (
        *LAYERS,
        *(NOISE if each is INPUT_NOISE else each for each in TRAINING),
    )

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
        input_noise: float = 0.5,
        clip: float | None = None,
        validation: float = 0.0,
        patience: int = 10,
        standardize: bool | str = "auto",
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
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, clean: Any = None) -> Self:
        """Train from noisy rows to clean ones.

        Parameters
        ----------
        X : array, shape (n, d), or images
            Noisy rows where `clean` is given; else clean rows, to which noise is added.
        y : array, shaped as X, optional
            The same as `clean`: scikit-learn's place for what is to come out.
        sample_weight : array, shape (n,), optional
        clean : array, shaped as X, optional
            The row that each noisy one should become.

        Returns
        -------
        self

        Raises
        ------
        ShapeError
            When there is not one clean row for each noisy one.
        HyperparameterError
            When clean rows are given twice, by place and by name.

        Notes: Concept 377
        """
        if y is not None and np.asarray(y).ndim > 1:
            if clean is not None:
                raise HyperparameterError(
                    "DenoisingAutoencoder: clean rows are given twice, as y and as clean; give one."
                )
            clean = y
        return self._trained(X, clean, sample_weight, (X, y))
