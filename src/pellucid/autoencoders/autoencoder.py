"""`Autoencoder`: a network whose target is its input, read at its narrowest place.

Notes: Def 353, Concept 356, Concept 357, Concept 358, Concept 361
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import jax
import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.code_estimator import CodeEstimator
from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.autoencoders.linear_path import initialize_at_axes
from pellucid.autoencoders.settings import LAYERS, LINEAR_PATH, TRAINING, VALIDATION
from pellucid.formatting import number
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.estimators import settings as networks
from pellucid.networks.training.steps import vector_of
from pellucid.networks.training.training_result import Trained
from pellucid.networks.training.validation import HeldOutRows

Array = NDArray[np.float64]
HARDLY = 0.95  # of the axes' held-out loss: above it, training is tried without the linear path
LEAST_HELD_OUT = 5  # rows below which a held-out loss says nothing


class Autoencoder(CodeEstimator):
    """Encode each row in k numbers, decode it again, and lose little: Σ L(x̃, x) is descended.

    Beside the hidden layers there is a linear path, which begins at the k principal axes: training
    starts where principal component analysis ends, and where no epoch does better on held-out rows
    the axes are kept. Where training gained hardly anything over them, a network without the path
    is trained from an ordinary start, and taken if it does better on those rows. One layer each way
    (`hidden=()`), deep, or convolutional (`filters=(8, 16)`, rows are images).

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
    linear_path_ : bool
        Whether the fitted network has the linear path, where one was asked for.
    loss_ : ReconstructionLoss
        L, with the columns that each part of it judges.
    reconstruction_loss_ : float
        Mean L over the training rows.
    image_shape_ : tuple
        (h, w, c) where rows are images, else ().
    axes_loss_ : float or None
        Mean L on the held-out rows of the principal axes alone, where training began with them.
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
    >>> model = Autoencoder(
    ...     1, hidden=(16,), activation="tanh", step_size=0.01, linear_path=False, validation=0.0
    ... ).fit(X)
    >>> model.encode(X).shape, bool(model.losses(X).mean() < 0.1)
    ((100, 1), True)

    Notes: Def 353, Concept 356, Concept 358
    """

    axes_loss_: float | None = None  # of a model file from before there was a linear path
    linear_path_: bool = True
    hyperparameters: ClassVar = (
        *LAYERS,
        LINEAR_PATH,
        *(VALIDATION if each is networks.VALIDATION else each for each in TRAINING),
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
        linear_path: bool = True,
        rule: str = "adam",
        step_size: Any = 1e-3,
        batch_size: int = 32,
        epochs: int = 100,
        lam: float = 0.0,
        decay_in: str = "loss",
        dropout: float = 0.0,
        input_noise: float = 0.0,
        clip: float | None = None,
        validation: float = 0.1,
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
        self.linear_path = linear_path
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
        if not self.warm_start:
            self.linear_path_ = True
        return self._trained(X, None, sample_weight, (X, y))

    def _share_held_out(self, n: int) -> float:
        share = float(self.validation)
        return share if n * share >= LEAST_HELD_OUT else 0.0

    def _train(
        self, X: Any, targets: Any, weights: Any, start: Any, epochs: int, held_out: Any, watch: Any
    ) -> Trained:
        """From the principal axes; and back to them, where training came out no better.

        The axes are those of all rows, the held-out ones too: what is to replace them has to do
        better on rows that it has not seen and they have.
        """
        self.axes_loss_ = None
        k = int(self.code_length)
        if start or not self._has_linear_path() or not k < min(X.shape):
            return super()._train(X, targets, weights, start, epochs, held_out, watch)
        known, counts = (X, weights) if held_out is None else map(np.concatenate, zip(
            (X, weights), (held_out[0], held_out[2]), strict=True))  # fmt: skip
        axes = LinearAutoencoder(k).fit(known, sample_weight=counts)
        begin = jax.tree.map(np.array, self.network_.init(int(self.random_state), self.dtype))
        after = begin[self.encoder_depth_]
        decoder = after["branches"][0][0] if self.loss_.penalty else after
        scores = [*self.loss_.binary, *(j for group in self.loss_.categories for j in group)]
        initialize_at_axes(begin[self.encoder_depth_ - 1], decoder, axes, scores)
        found = super()._train(X, targets, weights, begin, epochs, held_out, watch)
        if held_out is None:
            return found
        with computing_in(self.dtype):
            judge = HeldOutRows(self.network_, *held_out, dtype=self.dtype)
            self.axes_loss_ = float(judge.loss(vector_of(begin), found.state))
        least = min(found.history["validation_loss"], default=np.inf)
        if least < HARDLY * self.axes_loss_:
            return found
        if least < self.axes_loss_:
            return self._bent(found, least, X, targets, weights, epochs, held_out, watch)
        reason = "no epoch did better on the held-out rows than the principal axes, which are kept"
        kept = replace(found, params=begin, best_epoch=0, reason=reason)
        return self._bent(kept, self.axes_loss_, X, targets, weights, epochs, held_out, watch)

    def _bent(
        self, trained: Trained, to_beat: float, X: Any, targets: Any, weights: Any, epochs: int,
        held_out: Any, watch: Any,
    ) -> Trained:  # fmt: skip
        """Trained once more without the linear path, from an ordinary start; the better of both.

        Rows along a curve whose axes say nothing (t and t², as wide as each other) hold a start at
        the axes fast: each step away from them is uphill at first.
        """
        if self.checkpoint is not None:  # it belongs to the training that had the path
            return trained
        straight = self.network_, self.encoder_depth_
        self.linear_path_ = False
        self.network_ = self._network(self.network_.points[0])
        found = super()._train(X, targets, weights, None, epochs, held_out, watch)
        if min(found.history["validation_loss"], default=np.inf) < to_beat:
            return replace(found, reason=f"{found.reason}; the linear path was of no use")
        self.linear_path_ = True
        self.network_, self.encoder_depth_ = straight
        return trained

    def _trainings(self) -> int:
        return 2 if self._has_linear_path() else 1

    def _has_linear_path(self) -> bool:
        """As asked for, and as a training that goes on began."""
        return self.linear_path_ and super()._has_linear_path()

    def _more_facts(self) -> tuple[tuple[str, str], ...]:
        if self.axes_loss_ is None:
            return ()
        return (("held-out loss of the principal axes alone", number(self.axes_loss_)),)
