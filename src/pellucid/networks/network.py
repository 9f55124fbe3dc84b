"""`Network`: layers in series with a loss at the end.

Notes: Def 266, Notation 276, Concept 278, KE 279, Concept 294
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from pellucid.errors import FramingError, HyperparameterError, NetworkWarning, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.checks import (
    check_outputs,
    layer_cautions,
    refuse_ids,
    refuse_points,
)
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.engine.precision import computing_in, dtype_of
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import PREDICTING, Backward, Layer, Mode, Shape
from pellucid.networks.layers.series import (
    forward_series,
    init_series,
    init_state_series,
    refuse_no_layers,
    shapes_of_series,
)
from pellucid.networks.output_losses import DIRECT, OutputLoss, loss_named, targets_like
from pellucid.networks.parameters import as_numbers, checked_params, points_in
from pellucid.networks.summary import Summary, summary_of

if TYPE_CHECKING:
    from pellucid.networks.passes.pass_values import Pass

REDUCTIONS = ("sum", "mean")


@dataclass(frozen=True)
class Network:
    """A sequence of layers, and the loss of its output.

    It holds no parameters: `init` draws them, everything else takes them, and all of it is pure.
    Shapes are inferred from `in_shape` onward and checked here.

    Parameters
    ----------
    layers : sequence of Layer
    loss : {"square", "absolute", "nll", "nllm"} or OutputLoss
    in_shape : tuple of int, or int
        Shape of one input point; may be left out when the first layer is `Dense(…, inputs=m)`.
    reduction : {"sum", "mean"}
        Of the points' losses. The notes' chapter sums; with the mean a step size serves any batch.

    Raises
    ------
    ShapeError
        When consecutive layers do not fit, with both shapes and the layers' numbers.
    FramingError
        For an unknown loss, no layers, something among them that is none, or a loss that cannot
        take the output.

    Warns
    -----
    NetworkWarning
        Of a linear hidden layer, a step activation, pooling that skips inputs and the like.

    Examples
    --------
    >>> import jax, numpy as np
    >>> from pellucid.networks import Dense, ReLU, Softmax
    >>> net = Network([Dense(3), ReLU(), Dense(2), Softmax()], "nllm", in_shape=2)
    >>> net.points
    ((2,), (3,), (3,), (2,), (2,))
    >>> params = net.init(seed=0)
    >>> net.predict(params, np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]

    Notes: Def 266, KE 279
    """

    layers: Sequence[Layer]
    loss: str | OutputLoss = "square"
    in_shape: Shape | int | None = None
    reduction: str = "sum"

    def __post_init__(self) -> None:
        if isinstance(self.layers, Layer):
            raise FramingError("Network takes a list of layers: write [layer], even for one.")
        object.__setattr__(self, "layers", tuple(self.layers))
        refuse_no_layers(self.layers)
        object.__setattr__(self, "in_shape", _in_shape(self.layers, self.in_shape))
        if self.reduction not in REDUCTIONS:
            raise HyperparameterError(
                f'Network: reduction is "sum" or "mean"; got {self.reduction!r}.'
            )
        loss = loss_named(self.loss)
        of_params, points = shapes_of_series(self.layers, self._input())
        object.__setattr__(self, "_of_params", tuple(of_params))
        object.__setattr__(self, "_points", tuple(points))
        check_outputs(self.layers, loss)
        for said, aloud in layer_cautions(self.layers, loss, points):
            if aloud:
                warnings.warn(said, NetworkWarning, stacklevel=3)

    def _input(self) -> Shape:
        assert isinstance(self.in_shape, tuple)
        return self.in_shape

    @property
    def points(self) -> tuple[Shape, ...]:
        """Shape of one point: the input, then after each layer."""
        return self._points  # type: ignore[attr-defined, no-any-return]

    @property
    def out_shape(self) -> Shape:
        """Shape of one output."""
        return self.points[-1]

    @property
    def param_shapes(self) -> tuple[dict[str, Any], ...]:
        """Shapes of the parameters of each layer."""
        return self._of_params  # type: ignore[attr-defined, no-any-return]

    @property
    def cautions(self) -> tuple[str, ...]:
        """What one should know of these layers; the graver ones are warned of at construction.

        Notes: Concept 283, Concept 284, Def 341, KE 438
        """
        found = layer_cautions(self.layers, loss_named(self.loss), self.points)
        return tuple(said for said, _ in found)

    @property
    def head(self) -> tuple[OutputLoss, int]:
        """The loss, and how many layers come before it.

        One less than all where the loss takes in the output activation: ∂L/∂Z^L = A^L − y.
        """
        loss = loss_named(self.loss)
        direct = DIRECT.get((loss.name, type(self.layers[-1]).__name__))
        return (direct, len(self.layers) - 1) if direct else (loss, len(self.layers))

    def init(self, seed: Any = 0, dtype: str = "float32") -> list[Any]:
        """Parameters before training: one dict a layer, {} where there are none.

        Parameters
        ----------
        seed : int or JAX random key
        dtype : {"float32", "float64"}
        """
        with computing_in(dtype) as kind:
            key = jax.random.key(seed) if isinstance(seed, int) else seed
            return init_series(self.layers, key, self._input(), kind)[0]

    def init_state(self, dtype: str = "float32") -> list[Any]:
        """What the layers remember before training: one entry a layer, {} for nothing."""
        with computing_in(dtype) as kind:
            return init_state_series(self.layers, self._input(), kind)

    def checked(self, params: Any) -> list[Any]:
        """The parameters with the shapes that the layers have; offsets may come as n×1.

        Raises
        ------
        ShapeError
            For others: it names the layer and the parameter, and says what shape they have.

        Notes: Notation 269, Notation 304
        """
        return checked_params(self.layers, self.param_shapes, params)

    def forward(self, params: Any, x: Any, mode: Mode = PREDICTING) -> tuple[Any, Backward]:
        """y, and the way back, as a layer has it.

        Notes: KE 279
        """
        params, x = _on_device(self.checked(params)), device_array(x)
        y, backward, _ = forward_series(self.layers, params, x, mode)
        return y, backward

    def losses(self, params: Any, x: Any, y: Any, mode: Mode = PREDICTING) -> Any:
        """The loss of each point, (n,).

        Notes: Concept 259
        """
        loss, depth = self.head
        params, x = _on_device(self.checked(params)), device_array(x)
        g, _, _ = forward_series(self.layers[:depth], params[:depth], x, mode)
        return loss.value(g, targets_like(g, y, loss.name == "nllm"))

    def loss_and_gradient(
        self, params: Any, x: Any, y: Any, mode: Mode, weights: Any = None
    ) -> tuple[Any, list[Any], list[Any]]:
        """The loss of a batch, its derivative by every parameter, and the states after it.

        Pure, for `jit`, `lax.scan` and `vmap`.

        Parameters
        ----------
        params : list of dict
        x : array, n×in_shape
        y : array, n×out_shape; (n,) for a single output, or for class numbers with "nllm"
        mode : Mode
            `state` as `init_state` and this function give it, `key` where a layer draws.
        weights : array of shape (n,), optional
            A weight for each point; 0 leaves it out. The mean is divided by their sum.

        Returns
        -------
        value : number
        gradient : list of dict
            Shaped as `init` gives parameters.
        states : list

        Notes: Concept 294, Notation 304, §7.6
        """
        loss, depth = self.head
        params, x = _on_device(self.checked(params)), device_array(x)
        mode = replace(mode, weights=weights)
        g, backward, states = forward_series(self.layers[:depth], params[:depth], x, mode)
        y = targets_like(g, y, loss.name == "nllm")
        _, gradient = backward(self.shared(loss.slope(g, y), weights))
        rest = range(depth, len(self.layers))
        return (
            self.shared(loss.value(g, y), weights).sum(),
            gradient + [{} for _ in rest],
            states + [mode.at(l).state for l in rest],
        )

    def shared(self, of_points: Any, weights: Any = None) -> Any:
        """Losses or slopes of points, each with its share in the loss of all: w, or w / Σw.

        Points that all weigh nothing have no share: their loss and gradient are 0.
        """
        share = jnp.ones(len(of_points), of_points.dtype) if weights is None else weights
        if self.reduction == "mean":
            total = share.sum()
            share = share / jnp.where(total > 0, total, 1)
        return of_points * share.reshape(-1, *[1] * (of_points.ndim - 1))

    def predict(self, params: Any, X: Any, state: Any = None) -> Any:
        """Outputs for points as they will be met: nothing dropped, no noise, running statistics.

        Parameters
        ----------
        params : list of dict
        X : array, n×in_shape
        state : list, optional
            What the layers remember.

        Returns
        -------
        array, n×out_shape

        Raises
        ------
        ShapeError
            For points of another shape, or params that are not one dict a layer.
        FramingError
            For token ids that an `Embedding` does not have.
        """
        params = self.checked(params)
        with computing_in(dtype_of(params)) as kind:
            x = points_in(X, kind)
            refuse_points(self.points[0], x.shape)
            refuse_ids(self.layers, x)
            params = as_numbers(params, kind)
            y, _ = self.forward(params, x, Mode(state=state or {}))
            return y

    def summary(self) -> Summary:
        """A table of layers, shapes and parameters: text, Rich or HTML.

        Notes: Def 445
        """
        return summary_of(self)

    def collapse_linear(self, params: Sequence[Any]) -> tuple[Network, list[Any]]:
        """The same function in fewer layers, with its parameters; see `collapse_linear`.

        Notes: Concept 282, Concept 283
        """
        from pellucid.networks import collapse_linear

        collapsed: tuple[Network, list[Any]] = collapse_linear(self, params)
        return collapsed

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def forward_pass(self, x: Any, params: Any, mode: Mode = PREDICTING) -> Pass:
        """Every value from the input to the output; see `forward_pass`.

        Notes: Def 292
        """
        from pellucid.networks import forward_pass

        found: Pass = forward_pass(self, x, params, mode)
        return found

    def backward_pass(self, x: Any, y: Any, params: Any, mode: Mode = PREDICTING) -> Pass:
        """Every value, the loss, and every derivative; see `backward_pass`.

        Notes: Def 293, Notation 304
        """
        from pellucid.networks import backward_pass

        found: Pass = backward_pass(self, x, y, params, mode)
        return found


def _on_device(params: Any) -> Any:
    """Arrays of NumPy as the engine's, in the numbers that it computes with at present."""
    return jax.tree.map(device_array, params)


def _in_shape(layers: Sequence[Layer], given: Any) -> Shape:
    if not layers:
        raise FramingError("A network needs at least one layer.")
    if given is None:
        first = layers[0]
        if not isinstance(first, Dense) or first.inputs is None:
            raise ShapeError(
                "Give the network the shape of one input point, such as in_shape=2 or "
                "in_shape=(28, 28, 1); or begin with Dense(…, inputs=2)."
            )
        return (first.inputs,)
    shape = tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(map(is_whole, shape)):
        raise ShapeError(
            f"in_shape is a whole number ≥ 1, or a tuple of them, such as (28, 28, 1); "
            f"got {given!r}."
        )
    return tuple(map(int, shape))
