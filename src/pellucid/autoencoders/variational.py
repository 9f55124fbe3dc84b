"""`VariationalAutoencoder`: a row's code is a normal distribution, of which one code is drawn.

Notes: Def 370, Concept 371, Concept 372
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.autoencoders.code_estimator import CodeEstimator
from pellucid.autoencoders.code_sample import CodeSample
from pellucid.autoencoders.generated_rows import GeneratedRows, check_count
from pellucid.autoencoders.settings import CODE_ACTIVATION, LAYERS, SPARSITY, TRAINING
from pellucid.formatting import number
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.callbacks import with_callbacks
from pellucid.networks.layers.layer import Layer

Array = NDArray[np.float64]
PRIOR_WEIGHT = Hyperparameter(
    "prior_weight", 1.0, "float",
    "Weight of KL(N(m, s²) ‖ N(0, 1)) beside the reconstruction: larger makes codes smoother and "
    "reconstructions poorer. At 1 the objective is the negative ELBO.",
    symbol="β", low=0.0, open_low=True,
)  # fmt: skip


class VariationalAutoencoder(CodeEstimator):
    """Encode a row as N(m, s²) in code space, decode a draw of it; keep all near N(0, 1).

    As nearby codes must decode to nearly the same row, the code space becomes smooth, and codes
    drawn from N(0, 1) decode to rows like those of training: `generate`. `encode` gives m.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    network_, params_, encoder_depth_, loss_, reconstruction_loss_ : as of `Autoencoder`
        The encoder puts out m and log s², k numbers each.
    image_shape_, mean_, scale_ : as of `Autoencoder`
    elbo_ : float
        Mean over the training rows of −L(x̃, x) at m, less β KL; up to a constant the evidence
        lower bound.
    divergence_ : float
        Mean KL of a training row.
    trace_, n_iter_, best_epoch_, warnings_ : as of `Autoencoder`

    Examples
    --------
    >>> import numpy as np
    >>> t = np.random.default_rng(0).uniform(-1, 1, 200)
    >>> X = np.column_stack([t, -t, t])
    >>> model = VariationalAutoencoder(1, hidden=(16,), step_size=0.01, epochs=50).fit(X)
    >>> print(model.generate(3))
    3 rows of 3 columns, GENERATED (decoded from codes drawn from N(0, 1)): not observed data

    Notes: Def 370, Concept 371, Concept 372
    """

    hyperparameters: ClassVar = (
        *(each for each in LAYERS if each not in (CODE_ACTIVATION, SPARSITY)),
        PRIOR_WEIGHT,
        *TRAINING,
    )
    code_activation = "identity"
    sparsity = 0.0

    def __init__(
        self,
        code_length: int = 1,
        hidden: Sequence[int] = (64,),
        filters: Sequence[int] = (),
        filter_size: int = 3,
        activation: str | Sequence[str] = "relu",
        output_activation: str = "identity",
        image_shape: Sequence[int] | None = None,
        binary: Sequence[int] = (),
        categories: Sequence[Sequence[int]] = (),
        overcomplete: bool = False,
        prior_weight: float = 1.0,
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
        self.output_activation = output_activation
        self.image_shape = image_shape
        self.binary = binary
        self.categories = categories
        self.overcomplete = overcomplete
        self.prior_weight = prior_weight
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

    def _penalty(self) -> tuple[str, float]:
        return "prior", float(self.prior_weight)

    def _after_code(self) -> list[Layer]:
        return [CodeSample()]

    def _encoder_numbers(self) -> int:
        return 2 * int(self.code_length)

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Train encoder and decoder together, a new draw of each code in each step.

        Parameters
        ----------
        X : array, shape (n, d), or images
        y : ignored
        sample_weight : array, shape (n,), optional

        Returns
        -------
        self

        Notes: Def 370, Concept 372
        """
        return self._trained(X, None, sample_weight, (X, y))

    def _measure(self, X: Any, targets: Any, weights: Any) -> None:
        super()._measure(X, targets, weights)
        m, s = self.distribution(X)
        each = (m**2 + s**2 - 1 - 2 * np.log(s)).sum(axis=1) / 2
        self.divergence_ = float(np.average(each, weights=weights))
        self.elbo_ = -self.reconstruction_loss_ - self.prior_weight * self.divergence_

    def distribution(self, X: Any) -> tuple[Array, Array]:
        """m and s of each row's code, n×k each.

        Parameters
        ----------
        X : array, shape (n, d), or images

        Notes: Def 370
        """
        k, numbers = self.code_length, self._code_numbers(X)
        return numbers[:, :k], np.exp(numbers[:, k:] / 2)

    def sample_codes(self, X: Any, seed: int = 0) -> Array:
        """A code drawn from the distribution of each row, n×k; another seed, another draw.

        Parameters
        ----------
        X : array, shape (n, d), or images
        seed : int

        Notes: Concept 371
        """
        m, s = self.distribution(X)
        return np.asarray(m + s * np.random.default_rng(seed).normal(size=m.shape))

    def generate(self, n: int, seed: int = 0) -> GeneratedRows:
        """Rows decoded from codes drawn from N(0, 1): labelled as generated, never observed.

        Parameters
        ----------
        n : int
        seed : int

        Raises
        ------
        HyperparameterError
            For n < 1.

        Notes: Def 369, Def 370
        """
        check_is_fitted(self)
        check_count(n)
        codes = np.random.default_rng(seed).normal(size=(n, self.code_length))
        how = "decoded from codes drawn from N(0, 1)"
        return GeneratedRows(self.decode(codes), codes, None, how)

    def _more_facts(self) -> tuple[tuple[str, str], ...]:
        β = self.prior_weight
        return (
            (
                "ELBO of a row, up to a constant",
                "−L(x̃, x) − β KL(N(m, s²) ‖ N(0, 1)), KL = ½ Σⱼ (mⱼ² + sⱼ² − 1 − log sⱼ²) = "
                f"−{number(self.reconstruction_loss_)} − {β:g} × {number(self.divergence_)} = "
                f"{number(self.elbo_)} (draws at their mean)",
            ),
            (
                "in training",
                "a = m + s ∘ ε, ε ~ N(0, 1): what is decoded differs from x by a draw as well",
            ),
        )
