"""Weights trained in PyTorch, rearranged for a network of dense, convolution, norm layers.

PyTorch keeps images channels first and one row a neuron; here channels are last and a neuron is a
column. So W of a dense layer is transposed, filters turn their axes, and the rows of the first
dense layer after `Flatten` are put in the order in which we flatten.

Notes: KE 279, Def 341, Def 389, Def 421
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelFileError, ShapeError
from pellucid.networks.layers.layer import Layer, Shape, shape_text
from pellucid.networks.network import Network

Array = NDArray[Any]
Module = dict[str, Array]

KINDS = {"Dense": "linear", "Convolution": "convolution", "BatchNorm": "batch normalization"}

# What PyTorch calls the number types that safetensors abbreviates.
NUMBERS = {"BF16": "bfloat16", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2"}


def load_torch_weights(
    network: Network, path: str | os.PathLike[str], *, epsilon: float = 1e-5
) -> tuple[list[Any], list[Any]]:
    """Parameters and remembered statistics of a network, from a PyTorch `state_dict`.

    The modules of each kind (linear, convolution, batch normalization) are taken in the order of
    their names, numbers counted as numbers, so "fc2" comes before "fc10".

    Parameters
    ----------
    network : Network
        The same stack of layers, in series.
    path : path
        What `safetensors.torch.save_file(model.state_dict(), path)` wrote.
    epsilon : float
        ε of PyTorch's batch normalization, under its root; the file does not hold it.

    Returns
    -------
    params, state : list of dict
        For `network.predict(params, X, state)`, or `train(network, X, y, start=params)`.

    Raises
    ------
    ModelFileError
        If the file is no safetensors file, holds numbers such as bfloat16, or its modules are not
        those of the network.
    ShapeError
        Where a module's weights do not fit, with its name and both shapes.

    Examples
    --------
    >>> import os, tempfile, numpy as np
    >>> from safetensors.numpy import save_file
    >>> from pellucid.networks import Dense, Network
    >>> file = os.path.join(tempfile.mkdtemp(), "torch.safetensors")
    >>> weight = np.array([[1.0, 2.0, 3.0]], "float32")  # one row a neuron
    >>> save_file({"0.weight": weight, "0.bias": np.ones(1, "float32")}, file)
    >>> network = Network([Dense(1)], in_shape=3)
    >>> params, state = load_torch_weights(network, file)
    >>> network.predict(params, np.array([[1.0, 1.0, 1.0]]), state).tolist()
    [[7.0]]

    Notes: KE 279, Def 341, Def 421
    """
    taking = _WeightLoader(_modules(path), epsilon)
    params, state = network.init(0), network.init_state()
    for l, layer in enumerate(network.layers):
        own, remembered = taking.layer(l, layer, network.points[l], params[l], state[l])
        params[l] = {name: np.array(value) for name, value in own.items()}
        state[l] = jax.tree.map(np.array, remembered)
    left = [name for modules in taking.waiting.values() for name, _ in modules]
    if left:
        raise ModelFileError(f"The file holds modules that the network lacks: {', '.join(left)}.")
    return params, state


@dataclass
class _WeightLoader:
    """Modules by kind, taken one by one; and where PyTorch keeps what we hold in our order."""

    waiting: dict[str, list[tuple[str, Module]]]
    epsilon: float
    order: Array | None = field(default=None)
    spatial: bool = False

    def layer(
        self, l: int, layer: Layer, shape: Shape, params: Any, state: Any
    ) -> tuple[dict[str, Array], Any]:
        kind = type(layer).__name__
        self.spatial |= kind == "Convolution" or len(shape) > 2
        if kind == "Flatten" and self.spatial:
            self.order = _order(layer, shape)
        if kind not in KINDS:
            if params:
                raise ModelFileError(
                    f"Layer {l + 1} ({kind}) takes no PyTorch weights; only "
                    f"{', '.join(KINDS)} in series do."
                )
            return params, state
        name, module = self._next(l, kind)
        if kind == "BatchNorm":
            return self._batch_norm(name, module, layer, params, state)
        W = module["weight"]
        if kind == "Dense":
            W = W.T if self.order is None or len(self.order) != W.shape[1] else W.T[self.order]
            self.order = None
        else:
            W = np.moveaxis(W, (0, 1), (-1, -2))  # filters and channels last
            W = np.flip(W, tuple(range(W.ndim - 2))) if getattr(layer, "flip", False) else W
        found = {"W": W} | ({"W0": module["bias"]} if "bias" in module else {})
        return _fitting(name, found, params), state

    def _next(self, l: int, kind: str) -> tuple[str, Module]:
        if not self.waiting[kind]:
            raise ModelFileError(
                f"Layer {l + 1} ({kind}) has no weights in the file: it holds too few "
                f"{KINDS[kind]} modules."
            )
        return self.waiting[kind].pop(0)

    def _batch_norm(
        self, name: str, module: Module, layer: Any, params: Any, state: Any
    ) -> tuple[dict[str, Array], Any]:
        """PyTorch divides by √(σ² + ε); our divisor takes σ² so that it comes out the same."""
        divisor = np.sqrt(module["running_var"].astype(np.float64) + self.epsilon)
        if layer.epsilon_place == "outside":
            variance = (divisor - layer.epsilon) ** 2
        else:
            variance = divisor**2 - layer.epsilon
        if (divisor < layer.epsilon).any() or (variance < 0).any():
            raise ModelFileError(
                f"{name}: a feature varies less than ε of this BatchNorm allows; give the layer "
                f'BatchNorm(epsilon={self.epsilon:g}, epsilon_place="inside").'
            )
        plain = np.ones_like(divisor), np.zeros_like(divisor)
        found = {"G": module.get("weight", plain[0]), "B": module.get("bias", plain[1])}
        held = {"mean": module["running_mean"], "variance": variance}
        if self.order is not None and len(self.order) == len(divisor):
            found, held = ({k: v[self.order] for k, v in each.items()} for each in (found, held))
        running = {"mean": state["mean"], "variance": state["variance"]}
        remembered = _fitting(name, held, running) | {"missing": np.zeros((), np.float32)}
        return _fitting(name, found, params), remembered


def _order(layer: Any, shape: Shape) -> Array:
    """For each place of our flattened vector, its place in PyTorch's, channels first by row."""
    theirs = np.arange(prod(shape)).reshape(shape[-1], *shape[:-1])
    ours = np.moveaxis(theirs, 0, -1)
    return ours.ravel(order="F" if layer.order == "column" else "C")


def _fitting(name: str, found: dict[str, Array], expected: dict[str, Any]) -> dict[str, Array]:
    """The arrays as float32, each of the shape that the layer has.

    Raises
    ------
    ShapeError
        With the module's name and both shapes.
    """
    if set(found) != set(expected):
        raise ModelFileError(
            f"{name} holds {', '.join(found)}, but the layer has {', '.join(expected)}: "
            "set `offset` as PyTorch's `bias` was."
        )
    for key, value in found.items():
        have, want = value.shape, tuple(np.shape(expected[key]))
        if have != want:
            raise ShapeError(
                f"{name}: as our {key} it is {shape_text(have)}, but the layer's is "
                f"{shape_text(want)}."
            )
    return {key: np.ascontiguousarray(value, np.float32) for key, value in found.items()}


def _modules(path: str | os.PathLike[str]) -> dict[str, list[tuple[str, Module]]]:
    """The modules of each kind, in the order of their names."""
    modules: dict[str, Module] = {}
    for key, tensor in _tensors(path).items():
        name, _, part = key.rpartition(".")
        if part != "num_batches_tracked":
            modules.setdefault(name, {})[part] = tensor
    waiting: dict[str, list[tuple[str, Module]]] = {kind: [] for kind in KINDS}
    for name in sorted(modules, key=_counted):
        waiting[_kind(name, modules[name])].append((name or "weight", modules[name]))
    return waiting


def _tensors(path: str | os.PathLike[str]) -> dict[str, Array]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return dict(load(Path(path).read_bytes()))
    except OSError as error:
        raise ModelFileError(f"Cannot read {path}: {error.strerror or error}.") from error
    except KeyError as error:  # a sound file, of numbers that NumPy lacks
        kind = str(error.args[0])
        raise ModelFileError(
            f"{path} holds numbers of type {NUMBERS.get(kind, kind)}, which are not read here. "
            "Write them as float32: safetensors.torch.save_file(model.float().state_dict(), path)."
        ) from error
    except (SafetensorError, ValueError) as error:
        raise ModelFileError(
            f"{path} is not a safetensors file of plain numbers. Write one with "
            "safetensors.torch.save_file(model.state_dict(), path)."
        ) from error


def _kind(name: str, module: Module) -> str:
    if "running_mean" in module and "running_var" in module:
        return "BatchNorm"
    axes = module["weight"].ndim if "weight" in module else 0
    if set(module) <= {"weight", "bias"} and axes >= 2:
        return "Dense" if axes == 2 else "Convolution"
    raise ModelFileError(
        f"{name!r} holds {', '.join(module)}, which is neither a linear layer, nor a convolution, "
        "nor a batch normalization with running statistics."
    )


def _counted(name: str) -> list[tuple[int, int, str]]:
    """Sorts numbers as numbers: layer2 before layer10."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
