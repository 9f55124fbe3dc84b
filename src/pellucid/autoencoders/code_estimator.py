"""What all trained autoencoders share: rows in, codes, rows back, and what is lost on the way.

Notes: Def 353, Concept 356, Concept 357, Concept 358
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from pellucid.autoencoders.code_length_check import code_too_long_message
from pellucid.autoencoders.column_activation import ColumnActivation
from pellucid.autoencoders.layers import (
    LayerPlan,
    activation_names,
    decoder_layers,
    encoder_layers,
)
from pellucid.autoencoders.reconstruction_loss import ReconstructionLoss
from pellucid.data.scaling import pooled_moments, spread
from pellucid.errors import HyperparameterError, NetworkWarning, ShapeError, SingularWarning
from pellucid.explanation import Explanation
from pellucid.formatting import number
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.estimators.image_network import ImageNetwork
from pellucid.networks.estimators.network_estimator import ACTIVATION, NetworkEstimator
from pellucid.networks.layers.input_noise import InputNoise
from pellucid.networks.layers.layer import Layer, Shape, shape_text
from pellucid.networks.layers.parallel import Parallel
from pellucid.networks.network import Network
from pellucid.networks.training.outputs import outputs_of

Array = NDArray[np.float64]


class CodeEstimator(TransformerMixin, ImageNetwork):  # type: ignore[misc]
    """Abstract: an encoder and a decoder trained as one network on target = input.

    Notes: Def 353, Concept 356
    """

    code_length: int
    code_activation: str
    output_activation: str
    binary: Sequence[int]
    categories: Sequence[Sequence[int]]
    overcomplete: bool
    sparsity: float
    loss_: ReconstructionLoss
    encoder_depth_: int
    linear_path = False

    def _penalty(self) -> tuple[str, float]:
        """What the code costs beside the reconstruction."""
        return ("sparse", float(self.sparsity)) if self.sparsity else ("", 0.0)

    def _has_linear_path(self) -> bool:
        """Whether a linear path stands beside the hidden layers; images and curved outputs none."""
        straight = self.code_activation == self.output_activation == "identity"
        return bool(self.linear_path and straight and not self.filters)

    def _after_code(self) -> list[Layer]:
        """Layers between the encoder's output and the decoder."""
        return []

    def _encoder_numbers(self) -> int:
        return int(self.code_length)

    def _trained(self, X: Any, clean: Any, sample_weight: Any, given: Any) -> Self:
        self.check_hyperparameters()
        X = self._checked(self._flat(X, fitting=True), ensure_min_samples=2)
        targets = X if clean is None else self._pairs(X, clean)
        weights = self._weights(sample_weight, X)
        if not weights.all():
            kept = weights > 0
            X, targets, weights = X[kept], targets[kept], weights[kept]
        d = int(X.shape[1])
        self._check_length(d)
        shape = self._shape_of_a_point(X)
        self.loss_ = ReconstructionLoss(d, *self._judged(targets), *self._penalty())
        if (X[0] == X).all():
            self.warn("all rows are equal: there is nothing to encode.", SingularWarning)
        network = self._network(shape)
        self._fit_rows(X, targets, weights, network, None, given)
        self._measure(X, targets, weights)
        return self

    def _measure(self, X: Any, targets: Any, weights: Any) -> None:
        """Figures of the training rows, after training."""
        losses = self._losses_by_column(X, targets).sum(axis=1)
        self.reconstruction_loss_ = float(np.average(losses, weights=weights))

    def _pairs(self, X: Any, clean: Any) -> Any:
        targets = check_array(self._flat(clean), dtype=np.float64, input_name="clean")
        if targets.shape != X.shape:
            raise ShapeError(
                f"{type(self).__name__}: clean rows are {targets.shape[0]}×{targets.shape[1]}, the "
                f"noisy ones {X.shape[0]}×{X.shape[1]}; give one clean row for each noisy one."
            )
        return targets

    def _check_length(self, d: int) -> None:
        k = int(self.code_length)
        if k >= d and not self.overcomplete:
            remedy = "overcomplete=True with a remedy against copying (sparsity, or input_noise)"
            raise code_too_long_message(type(self).__name__, k, d, remedy)
        if k >= d and not self.input_noise and not self._penalty()[0]:
            self.warn(
                f"a code of {k} numbers can copy the {d} of a row. Give sparsity or input_noise, "
                "or take a shorter code.",
                NetworkWarning,
            )

    def _judged(self, X: Any) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """Columns of yes-or-no and of categories, checked against the rows."""
        d = X.shape[1]
        binary, groups = tuple(self.binary), tuple(tuple(g) for g in self.categories)
        named = [*binary, *(j for group in groups for j in group)]
        name = type(self).__name__
        if named and max(named) >= d:
            raise HyperparameterError(
                f"{name}: column {max(named)} is named in binary or categories, but columns go "
                f"from 0 to {d - 1}."
            )
        twice = sorted({j for j in named if named.count(j) > 1})
        if twice:
            raise HyperparameterError(f"{name}: column {twice[0]} is named twice.")
        for j in named:
            if ((X[:, j] < 0) | (X[:, j] > 1)).any():
                raise HyperparameterError(
                    f"{name}: column {j} is named binary or part of a category, so it holds 0 and "
                    f"1; it goes from {X[:, j].min():g} to {X[:, j].max():g}."
                )
        for group in groups:
            if (X[:, group].sum(axis=1) > 1 + 1e-9).any():
                raise HyperparameterError(
                    f"{name}: columns {', '.join(map(str, group))} are one category, so at most "
                    "one of them is 1 in a row."
                )
        return binary, groups

    def _shape_of_a_point(self, X: Any) -> Shape:
        seen, given = self._images, self.image_shape
        if self.filters or seen or given is not None:
            super()._shape_of_a_point(X)
        else:
            self.image_shape_ = ()
        self._images = None
        return self.image_shape_ if self.filters else (int(X.shape[1]),)

    def _network(self, shape: Shape) -> Network:
        names = activation_names(self.activation, len(self.filters) + len(self.hidden))
        plan = LayerPlan(
            tuple(self.filters), tuple(self.hidden), self.filter_size, names, self.dropout,
            self._encoder_numbers(), self.code_activation, self._has_linear_path(),
        )  # fmt: skip
        encoder = encoder_layers(plan, shape)
        if self.input_noise:
            encoder.insert(0, InputNoise(float(self.input_noise)))
        decoder = [*self._after_code(), *decoder_layers(plan, shape)]
        if self.output_activation != "identity":
            activation = ACTIVATION[self.output_activation]
            decoder.append(ColumnActivation(activation, self.loss_.squares))
        self.encoder_depth_ = len(encoder)
        if self.loss_.penalty:  # the code leaves the network beside the row, to be judged
            decoder = [Parallel([decoder, []])]
        loss: Any = self.loss_  # it has a value and a slope, which is all that a network asks for
        return Network([*encoder, *decoder], loss, shape, reduction="mean")

    def _standardize(self, X: Any, weights: Any) -> None:
        if self.filters:
            super()._standardize(X, weights)
        elif self.standardize == "auto" and columns_share_unit(X):
            mean, scale = pooled_moments(spread(X, weights))
            self.mean_, self.scale_ = np.full(X.shape[1], mean), np.full(X.shape[1], scale)
        else:
            NetworkEstimator._standardize(self, X, weights)
        named = [*self.loss_.binary, *(j for group in self.loss_.categories for j in group)]
        self.mean_[named], self.scale_[named] = 0.0, 1.0

    def _prepared_targets(self, targets: Any, weights: Any, fresh: bool) -> Any:
        Z = self._scaled(targets)
        if fresh:
            self._warn_out_of_reach(Z)
        tail = self.network_.out_shape[0] - Z.shape[1]
        Z = np.column_stack([Z, np.zeros((len(Z), tail))]) if tail else Z
        return Z.astype(self.dtype)

    def _scaled(self, X: Any) -> Array:
        return np.asarray((X - self.mean_) / self.scale_, dtype=np.float64)

    def _warn_out_of_reach(self, Z: Array) -> None:
        low, high = getattr(ACTIVATION[self.output_activation], "range", (-np.inf, np.inf))
        numbers = Z[:, self.loss_.squares]
        missed = (numbers < low) | (numbers > high)
        if missed.any():
            self.warn(
                f"the output activation {self.output_activation!r} goes from {low:g} to {high:g}, "
                f"and {missed.mean():.0%} of the (standardised) numbers lie beyond: they cannot be "
                "reconstructed. Take 'identity', or bring the columns there and set "
                "standardize=False.",
                NetworkWarning,
            )

    def _half(self, decoding: bool) -> tuple[Network, list[Any]]:
        """Encoder or decoder as a network of its own, with its parameters."""
        e, layers = self.encoder_depth_, list(self.network_.layers)
        params = list(self.params_)
        if decoding:
            layers, params = layers[e:], params[e:]
            if self.loss_.penalty:
                layers = list(layers[0].branches[0])  # type: ignore[attr-defined]
                params = list(params[0]["branches"][0])
            begin = len(self._after_code())
            layers, params = layers[begin:], params[begin:]
            shape: Any = (int(self.code_length),)
        else:
            layers, params, shape = layers[:e], params[:e], self.network_.points[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NetworkWarning)
            return Network(layers, "square", shape), params

    def _code_numbers(self, X: Any) -> Array:
        """What the encoder puts out, n×k or, for a distribution, n×2k."""
        check_is_fitted(self)
        X = self._checked(self._flat(X), reset=False)
        network, params = self._half(decoding=False)
        return outputs_of(network, params, [], self._prepared(X))

    def encode(self, X: Any) -> Array:
        """The code of each row, n×k.

        Parameters
        ----------
        X : array, shape (n, d), or images as in training

        Notes: Def 353, eq 8.3
        """
        return self._code_numbers(X)[:, : self.code_length]

    def transform(self, X: Any) -> Array:
        """`encode`, by scikit-learn's name."""
        return self.encode(X)

    def decode(self, codes: Any) -> Array:
        """The row that each code stands for, n×d, in the units of the columns.

        Numbers of `binary` and `categories` are chances.

        Parameters
        ----------
        codes : array, shape (n, k)

        Raises
        ------
        ShapeError
            When codes do not have k numbers.

        Notes: Def 353, eq 8.4
        """
        return np.asarray(self.loss_.answers(self._scores(codes)) * self.scale_ + self.mean_)

    def _scores(self, codes: Any) -> Array:
        check_is_fitted(self)
        codes = check_array(codes, dtype=np.float64, input_name="codes")
        if codes.shape[1] != self.code_length:
            raise ShapeError(
                f"{type(self).__name__}: a code has k = {self.code_length} numbers; these have "
                f"{codes.shape[1]}."
            )
        network, params = self._half(decoding=True)
        return outputs_of(network, params, [], codes)

    def inverse_transform(self, X: Any) -> Array:
        """`decode`, by scikit-learn's name."""
        return self.decode(X)

    def reconstruct(self, X: Any) -> Array:
        """x̃ of each row: encoded and decoded, n×d. It is near x where the code keeps enough.

        Notes: Clar 355
        """
        return self.decode(self.encode(X))

    def losses_by_column(self, X: Any) -> Array:
        """What each column adds to the loss of each row, n×d.

        Notes: Concept 357
        """
        check_is_fitted(self)
        X = self._checked(self._flat(X), reset=False)
        return self._losses_by_column(X, X)

    def _losses_by_column(self, X: Any, targets: Any) -> Array:
        scores = self._scores(self.encode(X))
        with computing_in("float64"):
            return np.asarray(self.loss_.by_column(scores, self._scaled(targets)))

    def losses(self, X: Any) -> Array:
        """L(x̃, x) of each row, (n,): large where a row is unlike those of training.

        Squares are in units of standardised columns; with `standardize=False` they are ‖x − x̃‖².

        Notes: Concept 357, eq 8.5
        """
        return np.asarray(self.losses_by_column(X).sum(axis=1))

    def score(self, X: Any, y: Any = None) -> float:
        """Minus the mean loss of a row: higher is better."""
        return -float(self.losses(X).mean())

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Names of the numbers of a code: a1, a2, …"""
        check_is_fitted(self)
        return np.array([f"a{r}" for r in range(1, self.code_length + 1)], dtype=object)

    def _explanation(self) -> Explanation:
        d, k = self.n_features_in_, self.code_length
        noise = float(self.input_noise)
        noisy = f"; in training x̃ is decoded from x + N, N ~ N(0, {noise:g}²)" if noise else ""
        told = self._explained(
            f"Compression: {k} of {d} numbers a row, judged by what decoding loses. The code is "
            f"read after layer {self.encoder_depth_}; the output is the reconstruction.",
            f"J = (1/n) Σᵢ L(x̃⁽ⁱ⁾, x⁽ⁱ⁾); {self.loss_.text}{noisy}",
            r"J = \frac{1}{n}\sum_{i=1}^n L(\tilde{x}^{(i)}, x^{(i)})",
        )
        facts = (
            ("compression ratio k/d", f"{k}/{d} = {k / d:.3g}"),
            ("mean reconstruction loss of a training row", number(self.reconstruction_loss_)),
            *self._more_facts(),
        )
        notes = "Def 353, Concept 356, Concept 357, Concept 358"
        return replace(told, happened=told.happened + facts, notes=notes)

    def _layers_in_words(self) -> str:
        halves = (self._half(decoding=False)[0], self._half(decoding=True)[0])
        words = [shape_text(halves[0].points[0])]
        for network in halves:
            if network is halves[1]:
                words.append(f"code {self.code_length}")
            pairs = zip(network.layers, network.points[1:], strict=True)
            words += [f"{type(layer).__name__} {shape_text(shape)}" for layer, shape in pairs]
        return " → ".join(words)

    def _more_facts(self) -> tuple[tuple[str, str], ...]:
        return ()


def columns_share_unit(X: Any) -> bool:
    """Whether most columns fill one range between them, as pixels do and measurements do not.

    Examples
    --------
    >>> columns_share_unit(np.array([[0.0, 255.0, 3.0], [255.0, 0.0, 250.0]]))
    True
    >>> columns_share_unit(np.array([[1.7, 60_000.0, 0.3], [1.8, 20_000.0, 0.9]]))
    False

    Notes: §5.3.3
    """
    low, high = X.min(axis=0), X.max(axis=0)
    varied = high > low
    width = float(high.max() - low.min()) if varied.any() else 0.0
    return bool(varied.any() and np.mean((high - low)[varied] >= width / 2) > 0.5)
