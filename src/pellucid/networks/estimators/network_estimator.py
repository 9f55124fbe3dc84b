"""What all network estimators share: rows in, a network trained, outputs, the open book.

Notes: KE 279, Concept 294, §7.6, §7.8
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import jax
import numpy as np
from jax.tree_util import tree_leaves
from numpy.typing import NDArray
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from pellucid.data.sample_weights import relative_weights
from pellucid.data.scaling import moments, pooled_moments, spread
from pellucid.data.splits import split_rows
from pellucid.descent.step_sizes import Constant, Cosine
from pellucid.errors import ConvergenceWarning, NetworkWarning, TableError
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.linear.callbacks import CallbackEstimator
from pellucid.networks.engine.after_fork import ComputesAfterFork
from pellucid.networks.estimators.network_formulas import gradient_of, hypothesis_of
from pellucid.networks.estimators.settings import (
    FALLING_FROM,
    FEWEST_EPOCHS,
    MOST_EPOCHS,
    ROWS_SEEN,
)
from pellucid.networks.layers.activations import GELU, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Layer, Shape, shape_text
from pellucid.networks.network import Network
from pellucid.networks.training.distinct_rows import distinct_rows
from pellucid.networks.training.first_standing import start_from
from pellucid.networks.training.outputs import outputs_of
from pellucid.networks.training.row_sources import bad_row, columns_lost, lost_columns_message
from pellucid.networks.training.settings import Epoch
from pellucid.networks.training.steps import blueprint, vector_of
from pellucid.networks.training.train_network import train
from pellucid.networks.training.training_result import Trained

Array = NDArray[Any]
ACTIVATION: dict[str, Layer] = {
    "relu": ReLU(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "leaky relu": LeakyReLU(),
    "gelu": GELU(),
    "identity": Identity(),
}


class NetworkEstimator(ComputesAfterFork, CallbackEstimator, GlassBox):
    """Abstract: a network as a scikit-learn estimator; a final class says layers, loss, targets.

    Notes: KE 279, Concept 294
    """

    hidden: Sequence[int]
    activation: Any
    rule: str
    step_size: Any
    batch_size: int
    epochs: int | None
    lam: float
    decay_in: str
    dropout: float
    input_noise: float
    clip: float | None
    validation: float
    patience: int
    standardize: bool | str
    dtype: str
    gradient_norms: bool
    checkpoint: str | None
    warm_start: bool
    random_state: int

    network_: Network
    params_: list[dict[str, Array]]
    state_: list[Any]
    mean_: Array
    scale_: Array
    trace_: dict[str, Any]
    n_iter_: int
    standing_: dict[str, Any]

    def _hidden_layers(self, in_shape: Shape) -> list[Layer]:
        return self._dense_layers()

    def _dense_layers(self) -> list[Layer]:
        """Dense, activation and dropout for each size of `hidden`."""
        layers: list[Layer] = []
        for size in self.hidden:
            layers += [Dense(int(size), initial=self._initial()), ACTIVATION[self.activation]]
            layers += self._dropped()
        return layers

    def _initial(self) -> str:
        return "he" if self.activation in ("relu", "leaky relu", "gelu") else "xavier"

    def _dropped(self) -> list[Layer]:
        if not self.dropout:
            return []
        from pellucid.networks.layers.dropout import Dropout

        return [Dropout(float(self.dropout))]

    def _built(self, in_shape: Shape, outputs: int, last: Sequence[Layer], loss: str) -> Network:
        layers: list[Layer] = []
        if self.input_noise:
            from pellucid.networks.layers.input_noise import InputNoise

            layers.append(InputNoise(float(self.input_noise)))
        layers += self._hidden_layers(in_shape)
        return Network(
            [*layers, Dense(outputs, initial="xavier"), *last], loss, in_shape, reduction="mean"
        )

    def _shape_of_a_point(self, X: Any) -> Shape:
        """Shape that the network's input has; the rows stay flat until they reach it."""
        return (int(X.shape[1]),)

    def _flat(self, X: Any, fitting: bool = False) -> Any:
        """Images as flat rows; other rows as they are."""
        return X

    def _checked(self, *given: Any, **how: Any) -> Any:
        """Rows, and targets where given, checked by scikit-learn; floats of 32 bits stay so."""
        return validate_data(self, *given, dtype=[np.float64, np.float32], **how)

    def _fit_rows(
        self, X: Any, targets: Any, weights: Any, network: Network, labels: Any, given: Any
    ) -> None:
        """Train on checked rows; the targets are as the loss takes them."""
        self.network_ = network
        start = self._start()
        epochs = self._epochs(len(X)) + (start["epochs"] if start else 0)
        if not start:
            if not weights.all():  # a class may weigh nothing
                X, targets, weights = (part[weights > 0] for part in (X, targets, weights))
            X, targets, weights = distinct_rows(X, targets, weights)
            labels = targets if labels is not None else None
            self._standardize(X, weights)
        self._warn_lost_columns(X)
        rows = self._prepared(X)
        targets = self._prepared_targets(targets, weights, not start)
        weights = weights * (len(weights) / weights.sum())
        held = None
        share = self._share_held_out(len(rows))
        if share:
            split = split_rows(len(rows), test=share, seed=self.random_state, labels=labels)
            held = tuple(part[split.test] for part in (rows, targets, weights))
            rows, targets, weights = (part[split.train] for part in (rows, targets, weights))
        watch, close = self._watched(given)
        found = self._train(rows, targets, weights, start, epochs, held, watch)
        self._keep(found)
        if self.warm_start:
            self.standing_ = found.standing
        close()

    def _warn_lost_columns(self, X: Any) -> None:
        """Warn of columns that differ by less than the network's numbers can tell apart."""
        if self.standardize is not True:
            with np.errstate(over="ignore", invalid="ignore"):
                lost = columns_lost((X - self.mean_) / self.scale_, self.dtype)
            if lost:
                self.warn(lost_columns_message("rows", lost, self.dtype), NetworkWarning)

    def _continued_start(self) -> dict[str, Any] | None:
        """Where one more epoch begins: at the fitted weights; None before anything was fitted.

        Where the last training's own standing is still that of the fitted weights, the rule's
        memory goes on as well; else (after an early stop, or from a model file) it begins afresh.
        """
        if not hasattr(self, "params_"):
            return None
        theta = np.asarray(vector_of(jax.tree.map(np.asarray, self.params_)))
        kept: dict[str, Any] | None = getattr(self, "standing_", None)
        if kept is not None and np.array_equal(kept["theta"], theta):
            return kept
        return start_from(self.params_, self.state_, self.rule, self.dtype, self.trace_)

    def _start(self) -> dict[str, Any] | None:
        kept = getattr(self, "standing_", None)
        if not self.warm_start or kept is None or not hasattr(self, "params_"):
            return None
        shapes = tuple(np.shape(leaf) for leaf in tree_leaves(self.params_))
        return kept if shapes == blueprint(self.network_)[1] else None

    def _train(
        self, X: Any, targets: Any, weights: Any, start: Any, epochs: int, held_out: Any, watch: Any
    ) -> Trained:
        return train(
            self._learning(), X, targets, weights=weights, rule=self.rule, validation=held_out,
            step_size=self._schedule(len(X), epochs, start), batch_size=self.batch_size,
            epochs=epochs, decay=float(self.lam), decay_in=self.decay_in, clip=self.clip,
            patience=self.patience if held_out else None, seed=int(self.random_state),
            dtype=self.dtype, gradient_norms=self.gradient_norms, start=start, watch=watch,
            checkpoint=self.checkpoint,
        )  # fmt: skip

    def _share_held_out(self, n: int) -> float:
        """Share of n rows that judge after each epoch and are never learned from."""
        return float(self.validation)

    def _epochs(self, n: int) -> int:
        """Passes over n rows that a fit takes at most."""
        if self.epochs is not None:
            return self.epochs
        return min(max(round(ROWS_SEEN / n), FEWEST_EPOCHS), MOST_EPOCHS)

    def _schedule(self, n: int, epochs: int, start: Any) -> Any:
        """The step size for n rows; "falling" is over once a fit is done, so what goes on from one
        takes a tenth of its first step.
        """
        if self.step_size != "falling":
            return self.step_size
        if start:
            return Constant(FALLING_FROM / 10)
        return Cosine(FALLING_FROM, epochs * -(-n // min(self.batch_size, n)))

    def _learning(self) -> Network:
        """The network as training sees it; adversarial training moves its batches."""
        return self.network_

    def _standardize(self, X: Any, weights: Any) -> None:
        """Mean and deviation of each column, in 64 bits."""
        d = X.shape[1]
        if self.standardize == "whole":
            mean, scale = pooled_moments(spread(X, weights))
            self.mean_, self.scale_ = np.full(d, mean), np.full(d, scale)
        elif self.standardize:
            self.mean_, self.scale_ = moments(X, weights)
        else:
            self.mean_, self.scale_ = np.zeros(d), np.ones(d)

    def _prepared(self, X: Any) -> Any:
        """Standardised rows, with the shape of the network's input."""
        with np.errstate(over="ignore", invalid="ignore"):
            Z = ((X - self.mean_) / self.scale_).astype(self.dtype)
        if bad := bad_row(Z):
            raise TableError(
                f"Row {bad[0]} holds a number that is too large for {self.dtype} once the columns "
                "are standardised as in the fit: look for a unit or a decimal point that is off."
            )
        return Z.reshape(len(Z), *self.network_.points[0])

    def _prepared_targets(self, targets: Any, weights: Any, fresh: bool) -> Any:
        """Answers as the network's loss takes them; `fresh` when a fit begins afresh."""
        return targets

    def _watched(self, given: Any) -> Any:
        """scikit-learn's callbacks, told after each epoch."""
        most = self._trainings() * self._epochs(_num_samples(given[0]))
        return self._watch(given[0], given[1], most, self._as_fitted)

    def _trainings(self) -> int:
        """How often a fit trains, at most."""
        return 1

    def _as_fitted(self, epoch: Epoch) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name.endswith("_")}
        return kept | {"params_": epoch.params(), "state_": epoch.state()}

    def _keep(self, trained: Trained) -> None:
        self.params_, self.state_ = trained.params, trained.state
        self.n_iter_ = trained.epochs
        self.best_epoch_ = trained.best_epoch
        self.trace_ = {**trained.history, "stopped": trained.reason, "verdict": trained.verdict}
        self.warnings_ += list(trained.warnings)
        if trained.verdict == "diverged":
            self.warn(
                f"{trained.reason}. The weights before it are kept; divide step_size by ten, or "
                "give clip.",
                ConvergenceWarning,
            )

    def _outputs(self, X: Any) -> Array:
        """The network's outputs for rows, n×outputs, in 64 bits."""
        check_is_fitted(self)
        X = self._checked(self._flat(X), reset=False)
        return outputs_of(self.network_, self.params_, self.state_, self._prepared(X))

    def _weights(self, sample_weight: Any, X: Any) -> Array:
        given = 1.0 if sample_weight is None else sample_weight
        weights: Array = relative_weights(given, len(X))
        self.weighted_ = bool(np.ptp(weights) > 0)
        return weights

    @property
    def parameter_count_(self) -> int:
        """Numbers that training may change.

        Notes: Def 267
        """
        return sum(prod(np.shape(leaf)) for leaf in tree_leaves(self.params_))

    def _explained(self, problem: str, objective: str, latex: str) -> Explanation:
        facts = [
            ("layers", self._layers_in_words()),
            ("parameters", f"{self.parameter_count_:,}"),
            ("epochs", f"{self.n_iter_:,}; {self.trace_['stopped']}"),
        ]
        losses, held = self.trace_["loss"], self.trace_["validation_loss"]
        if losses:
            facts.append(("mean training loss", f"{number(losses[0])} → {number(losses[-1])}"))
        if held:
            best = f"{number(min(held))} after epoch {held.index(min(held)) + 1}"
            facts.append(("lowest validation loss", best))
        if getattr(self, "weighted_", False):
            objective = objective.replace("(1/n) Σᵢ", "(1/Σᵢ wᵢ) Σᵢ wᵢ")
            latex = latex.replace(r"\frac{1}{n}\sum_{i=1}^n", r"\frac{1}{\sum_i w_i}\sum_i w_i")
        if self.lam:
            objective += f" + λ‖W‖², λ = {self.lam:g}"
            latex += r" + \lambda \|W\|^2"
        return Explanation(
            type(self).__name__,
            problem=problem,
            hypothesis=hypothesis_of(self.network_),
            objective=Formula(objective, latex, "J: 1×1", "Concept 259"),
            gradient=gradient_of(self.network_),
            algorithm=f"Back-propagation, {self.batch_size} rows a step, rule {self.rule!r}, "
            f"η = {self.step_size}.",
            happened=tuple(facts),
            warnings=tuple(self.warnings_),
            notes="KE 279, Concept 294, Notation 304, Def 312, §7.6",
        )

    def _layers_in_words(self) -> str:
        shapes = [shape_text(shape) for shape in self.network_.points]
        parts = [shapes[0]]
        for layer, shape in zip(self.network_.layers, shapes[1:], strict=True):
            parts.append(f"{type(layer).__name__} {shape}")
        return " → ".join(parts)
