"""`LinearAutoencoder`: a short code of each row, and the best linear way back.

Notes: Def 353, Concept 357, Concept 358, §8.4
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial as partial_call
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from pellucid.autoencoders.code_length_check import code_too_long_message
from pellucid.autoencoders.linear_descent import linear_objective
from pellucid.autoencoders.principal_components import (
    SOLVERS,
    PrincipalAxes,
    axes_by_randomized_svd,
    principal_axes,
)
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import checked_weights
from pellucid.descent.minimizer import minimize
from pellucid.descent.stopping import SmallGradient, Steps
from pellucid.errors import (
    ConvergenceWarning,
    ShapeError,
    SingularWarning,
    TooFewRowsError,
)
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.former_names import renamed_arguments
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.linear.solvers.moments import Moments, merge, partial

Array = NDArray[np.float64]
WIDE = 1_500  # columns beyond which d×d products cost more than a few passes over the rows
SMALL = 1e-11  # share of the first axis below which products leave too few digits of another

CODE_LENGTH = Hyperparameter(
    "code_length", 1, "int", "Numbers in the code of a row.", symbol="k", low=1
)
ALGORITHM = Hyperparameter(
    "algorithm",
    "closed form",
    "str",
    "The decomposition, or back-propagation from a random start.",
    choices=("closed form", "descent"),
)
SOLVER = Hyperparameter(
    "solver",
    "auto",
    "str",
    "How the closed form is computed; auto goes by the shape of the rows.",
    choices=("auto", "moments", "products of rows", "svd", "random sketch"),
)
OVERCOMPLETE = Hyperparameter(
    "overcomplete",
    False,
    "bool",
    "Whether a code as long as the row is allowed: it only turns the axes.",
)
MAX_ITER = Hyperparameter("max_iter", 5000, "int", "Most steps of the descent.", low=1)
TOL = Hyperparameter(
    "tol", 1e-4, "float", "The descent stops at ‖∇J‖ below this (J at no code is 1).", low=0.0
)
RANDOM_STATE = Hyperparameter(
    "random_state", 0, "int", "Seed of the sketch and of the start of a descent.", low=0
)


class LinearAutoencoder(TransformerMixin, GlassBox):  # type: ignore[misc]
    """Encode each row in k numbers so that a linear decoder loses least: Σ ‖x − x̃‖² is minimal.

    In closed form the encoder measures a row along the k principal axes, the directions of most
    variance; that is principal component analysis. A descent from a random start reaches the same
    plane and the same loss, with some other axes in it.

    Parameters
    ----------
    {hyperparameters}

    Attributes
    ----------
    encoder_weights_, encoder_offsets_ : ndarray, shape (d, k), (k,)
        W¹ and W₀¹: a = W¹ᵀx + W₀¹.
    decoder_weights_, decoder_offsets_ : ndarray, shape (k, d), (d,)
        W² and W₀²: x̃ = W²ᵀa + W₀², in the units of the columns.
    components_ : ndarray, shape (k, d)
        The same plane by unit axes at right angles, that of most variance first.
    mean_ : ndarray, shape (d,)
        μ of the training rows; it has the code 0.
    explained_variance_, explained_variance_ratio_ : ndarray, shape (k,)
        Variance of the rows along each component (divisor n), and its share of all.
    reconstruction_loss_ : float
        Σ ‖x − x̃‖² over the training rows (with weights, where given).
    solver_ : str
        What ran.
    n_iter_ : int
        Steps of the descent; 1 in closed form.
    n_features_in_ : int
        d.
    warnings_ : list of str
        Caveats of the fit.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 1.0], [2.0, 4.0, 1.0]])
    >>> model = LinearAutoencoder(code_length=1).fit(X)
    >>> model.encode(X).round(3).ravel().tolist()
    [-2.236, 0.0, 2.236]
    >>> model.reconstruct(X).round(6).tolist() == X.tolist()
    True

    Notes: Def 353, Concept 358, §8.4
    """

    block_route = "pellucid.autoencoders.on_blocks:fit_linear_autoencoder"
    hyperparameters: ClassVar = (
        CODE_LENGTH, ALGORITHM, SOLVER, OVERCOMPLETE, MAX_ITER, TOL, RANDOM_STATE,
    )  # fmt: skip

    def __init__(
        self,
        code_length: int = CODE_LENGTH.default,
        *,
        algorithm: str = ALGORITHM.default,
        solver: str = SOLVER.default,
        overcomplete: bool = OVERCOMPLETE.default,
        max_iter: int = MAX_ITER.default,
        tol: float = TOL.default,
        random_state: int = RANDOM_STATE.default,
    ) -> None:
        self.code_length = code_length
        self.algorithm = algorithm
        self.solver = solver
        self.overcomplete = overcomplete
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find the plane.

        Parameters
        ----------
        X : array, shape (n, d)
            n ≥ 2 rows. Columns in different units: standardise them first, or the largest rules.
        y : ignored
        sample_weight : array, shape (n,), optional
            A row of weight 2 counts as two.

        Returns
        -------
        LinearAutoencoder
            Itself.

        Raises
        ------
        HyperparameterError
            When k ≥ d, unless `overcomplete` admits k = d.
        TooFewRowsError
            When there are fewer rows than numbers in a code.
        """
        self.check_hyperparameters()
        X, weights = self._rows(X, sample_weight, reset=True)
        self.moments_: dict[str, Any] | None = None
        solver = self._chosen(X)
        if self.algorithm == "descent" or solver == "moments":
            m = partial(X, np.zeros((len(X), 0)), weights)
            return self._finish(m, X, weights)
        if solver == "random sketch":
            random = np.random.default_rng(self.random_state)
            found = axes_by_randomized_svd(X, weights, self.code_length, random)
        else:
            found = SOLVERS[solver](X, weights, self.code_length)
        return self._keep(found, float(len(X) if weights is None else weights.sum()))

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Take in a block of rows: afterwards the model is that of all blocks together.

        Only the moments are kept, d×d numbers, so the rows may be more than memory holds.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`; the first block alone must have at least k rows.
        """
        self.check_hyperparameters()
        before: Moments | None = self._merged()
        X, weights = self._rows(X, sample_weight, reset=before is None)
        m = partial(X, np.zeros((len(X), 0)), weights)
        m = m if before is None else merge(before, m)
        self._finish(m, None, None)
        self.moments_ = {"weight": m.weight, "mean": m.x_mean, "products": m.xx}
        return self

    def _merged(self) -> Moments | None:
        kept = getattr(self, "moments_", None)
        if kept is None:
            return None
        none = np.zeros(0)
        return Moments(
            kept["weight"], kept["mean"], none, kept["products"], np.zeros((len(kept["mean"]), 0)),
            none,
        )  # fmt: skip

    def _rows(self, X: Any, sample_weight: Any, *, reset: bool) -> tuple[Array, Array | None]:
        first = 2 if reset else 1
        X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_samples=first)
        refuse_extremes(X)
        weights = None if sample_weight is None else checked_weights(sample_weight, len(X))
        if weights is not None and (weights == 0).any():
            X, weights = X[weights > 0], weights[weights > 0]
        self.refuse_length(*X.shape, reset=reset)
        return X, weights

    def refuse_length(self, n: int, d: int, *, reset: bool = True) -> None:
        """Refuse a code too long for n rows of d numbers.

        Raises
        ------
        HyperparameterError, TooFewRowsError
        """
        k = self.code_length
        if k > d or (k == d and not self.overcomplete):
            whole = "overcomplete=True to turn the axes and keep all" if k == d else ""
            raise code_too_long_message("LinearAutoencoder", k, d, whole)
        if reset and n < k:
            raise TooFewRowsError(
                f"LinearAutoencoder: {n} rows span fewer than the k = {k} axes asked for. Give "
                f"at least {k} rows, or take a shorter code."
            )

    def _chosen(self, X: Array) -> str:
        (n, d), k = X.shape, self.code_length
        if self.solver != "auto":
            return "products of rows" if self.solver == "moments" and n < d else str(self.solver)
        if min(n, d) > WIDE and k < min(n, d) // 10:
            return "random sketch"
        return "moments" if n >= d else "products of rows"

    def _finish(self, m: Moments, X: Array | None, weights: Array | None) -> Self:
        if X is None:
            return self.keep_moments(m, None)
        return self.keep_moments(m, partial_call(SOLVERS["svd"], X, weights, self.code_length))

    def keep_moments(self, m: Moments, by_svd: Callable[[], PrincipalAxes] | None) -> Self:
        """Set the fitted attributes from moments; from rows where those leave too few digits."""
        found = principal_axes(m, self.code_length)
        fading = found.squares[-1] < SMALL * found.squares[0]
        if fading and by_svd is not None and self.algorithm == "closed form":
            found = by_svd()
        self._keep(found, m.weight)
        if self.algorithm == "descent":
            self._descend(m)
        return self

    def _keep(self, axes: PrincipalAxes, weight: float) -> Self:
        if not axes.total > 0:
            self.warn("all rows are equal: there is nothing to encode.", SingularWarning)
        self.mean_, self.components_ = axes.mean, axes.axes.T.copy()
        self.explained_variance_ = axes.squares / weight
        share = axes.squares / axes.total if axes.total > 0 else np.zeros_like(axes.squares)
        self.explained_variance_ratio_ = np.minimum(share, 1.0)
        self.reconstruction_loss_ = axes.lost
        self.solver_, self.n_iter_ = axes.solver, 1
        return self._weights(axes.axes, axes.axes.T)

    def _weights(self, encoder: Array, decoder: Array) -> Self:
        self.encoder_weights_, self.decoder_weights_ = encoder.copy(), decoder.copy()
        self.encoder_offsets_ = -(self.mean_ @ encoder)
        self.decoder_offsets_ = self.mean_.copy()
        return self

    def _descend(self, m: Moments) -> None:
        d, k = len(m.x_mean), self.code_length
        total = float(np.trace(m.xx))
        if not total > 0:
            return
        J = linear_objective(m.xx / total)
        random = np.random.default_rng(self.random_state)
        start = {
            "encoder": random.normal(size=(d, k)) / np.sqrt(d),
            "decoder": random.normal(size=(k, d)) / np.sqrt(d),
        }
        stop = SmallGradient(self.tol) | Steps(self.max_iter)
        found = minimize(J, start, step_size="line search", stop=stop, record=0)
        W = found.last
        self._weights(W["encoder"], W["decoder"])
        self.solver_, self.n_iter_ = "descent", found.steps
        self._plane(m, W["decoder"])
        self.reconstruction_loss_ = found.value * total
        if "‖∇J‖" not in found.reason:
            self.warn(
                f"stopped after {found.steps:,} steps with ‖∇J‖ = {found.gradient_norm:.2g}; the "
                "loss is not yet the least. Raise max_iter, or take the closed form.",
                ConvergenceWarning,
            )

    def _plane(self, m: Moments, decoder: Array) -> None:
        """Unit axes of the decoder's plane, that of most variance first."""
        basis, _ = np.linalg.qr(decoder.T)
        squares, turn = np.linalg.eigh(basis.T @ m.xx @ basis)
        self.components_ = (basis @ turn[:, ::-1]).T
        self.explained_variance_ = np.maximum(squares[::-1], 0.0) / m.weight
        self.explained_variance_ratio_ = np.maximum(squares[::-1], 0.0) / np.trace(m.xx)

    def encode(self, X: Any) -> Array:
        """The code of each row, a = W¹ᵀ(x − μ): n×k.

        Parameters
        ----------
        X : array, shape (n, d)

        Notes: Def 353, eq 8.3
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray((X - self.mean_) @ self.encoder_weights_)

    def transform(self, X: Any) -> Array:
        """`encode`, by scikit-learn's name."""
        return self.encode(X)

    def decode(self, codes: Any) -> Array:
        """The row that each code stands for, x̃ = W²ᵀa + μ: n×d, in the units of the columns.

        Parameters
        ----------
        codes : array, shape (n, k)
            The code 0 stands for μ, since codes have mean zero on the training rows.

        Raises
        ------
        ShapeError
            When codes do not have k numbers.

        Notes: Def 353, eq 8.4, Concept 364
        """
        check_is_fitted(self)
        codes = check_array(codes, dtype=np.float64, input_name="codes")
        if codes.shape[1] != self.code_length:
            raise ShapeError(
                f"LinearAutoencoder: a code has k = {self.code_length} numbers; these have "
                f"{codes.shape[1]}."
            )
        return np.asarray(codes @ self.decoder_weights_ + self.decoder_offsets_)

    def inverse_transform(self, X: Any) -> Array:
        """`decode`, by scikit-learn's name."""
        return self.decode(X)

    def reconstruct(self, X: Any) -> Array:
        """x̃ of each row: encoded and decoded, n×d. It is not x, unless x lies in the plane.

        Notes: Clar 355
        """
        return self.decode(self.encode(X))

    def losses(self, X: Any) -> Array:
        """‖x − x̃‖² of each row, (n,): large where a row is unlike those of training.

        Notes: Concept 357
        """
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray(((X - self.reconstruct(X)) ** 2).sum(axis=1))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean of ‖x − x̃‖²: higher is better, 0 is best."""
        return -float(self.losses(X).mean())

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the numbers of a code: a1, a2, …"""
        check_is_fitted(self)
        return np.array([f"a{r}" for r in range(1, self.code_length + 1)], dtype=object)

    @renamed_arguments(most="max_columns")
    def axis_names(self, max_columns: int = 3) -> list[str]:
        """What each component measures: its columns of largest weight, with signs.

        Parameters
        ----------
        max_columns : int
            Columns named at the most.

        Notes: §8.4.3
        """
        check_is_fitted(self)
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            names = [f"x{i}" for i in range(self.n_features_in_)]
        spelled = []
        for axis in self.components_:
            largest = np.argsort(-np.abs(axis), kind="stable")[:max_columns]
            spelled.append(" ".join(f"{axis[i]:+.2f} {names[i]}" for i in largest))
        return spelled

    def _explanation(self) -> Explanation:
        d, k = self.n_features_in_, self.code_length
        kept = float(self.explained_variance_ratio_.sum())
        by_steps = f"Back-propagation from a random start, {self.n_iter_:,} steps of line search."
        return Explanation(
            name="LinearAutoencoder",
            problem=f"Compression: {k} of {d} numbers a row, judged by what decoding loses.",
            hypothesis=Formula(
                "a = W¹ᵀ(x − μ), x̃ = W²ᵀa + μ",
                r"a = (W^1)^T (x - \mu), \quad \tilde{x} = (W^2)^T a + \mu",
                f"x: {d}×1, a: {k}×1, W¹: {d}×{k}, W²: {k}×{d}",
                "eq 8.3, eq 8.4",
            ),
            objective=Formula(
                "J = Σᵢ ‖x⁽ⁱ⁾ − x̃⁽ⁱ⁾‖²",
                r"J = \sum_{i=1}^{n} \|x^{(i)} - \tilde{x}^{(i)}\|^2",
                "J: 1×1",
                "eq 8.5, Concept 358",
            ),
            gradient=Formula(
                "∂J/∂W² = −2 W¹ᵀCE, ∂J/∂W¹ = −2 CE W²ᵀ, with E = I − W¹W²",
                r"\frac{\partial J}{\partial W^2} = -2 (W^1)^T C E, \quad "
                r"\frac{\partial J}{\partial W^1} = -2 C E (W^2)^T",
                f"C = Σ (x − μ)(x − μ)ᵀ: {d}×{d}",
                "Concept 358",
            ),
            algorithm=by_steps
            if self.solver_ == "descent"
            else f"Closed form ({self.solver_}): W¹ holds the first {k} principal axes, W² = W¹ᵀ.",
            happened=(
                ("share of the variance kept", f"{kept:.2%}"),
                ("Σ ‖x − x̃‖²", number(self.reconstruction_loss_)),
                ("compression ratio k/d", f"{k}/{d} = {k / d:.3g}"),
                *((f"axis {r}", name) for r, name in enumerate(self.axis_names(), 1) if r <= 5),
            ),
            warnings=tuple(self.warnings_),
            notes="Def 353, Concept 357, Concept 358, §8.4",
        )
