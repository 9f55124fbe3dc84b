"""All folds, settings and restarts of a network trained at once, as one compiled program.

Notes: Concept 87, Concept 308, Def 333
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pellucid.data.splits import folds as make_folds
from pellucid.descent.batches import Batches
from pellucid.descent.pytree import tree_map
from pellucid.descent.rules import Rule, rule_named
from pellucid.errors import ConvergenceWarning, HyperparameterError, ShapeError
from pellucid.networks.engine.compiled import compiled
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.network import Network
from pellucid.networks.targets import targets_for
from pellucid.networks.training.batch_blocks import batch_rows, takes_batch_statistics
from pellucid.networks.training.devices import threads_for
from pellucid.networks.training.row_sources import filled_up
from pellucid.networks.training.settings import check_count, check_strengths, schedule_of
from pellucid.networks.training.steps import (
    StepKind,
    block_of,
    decayed_entries,
    params_of,
    vector_of,
)
from pellucid.networks.training.validation import HeldOutRows

TOGETHER = ("step_size", "decay", "clip")  # settings that differ within one compiled program
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class NetworkTuning:
    """How each setting did on each fold and restart.

    Parameters
    ----------
    settings : list of dict
        In the order of the grid.
    losses : ndarray, settings×folds×restarts
        Mean loss on the rows held out of each fold.
    training_losses : ndarray, settings×folds×restarts
        Mean loss of a training row in the last epoch.
    params : list
        Parameters of each training: params[setting][fold][restart].
    best : int
        The setting of the lowest mean held-out loss.

    Notes: Concept 87
    """

    settings: list[dict[str, Any]]
    losses: NDArray[np.float64]
    training_losses: NDArray[np.float64]
    params: list[list[list[Any]]] = field(repr=False)

    @property
    def best(self) -> int:
        means = np.where(np.isfinite(self.losses), self.losses, np.inf).mean(axis=(1, 2))
        return int(np.argmin(means))

    def table(self) -> list[tuple[dict[str, Any], float, float]]:
        """Setting, mean held-out loss and its standard error, best first."""
        flat = self.losses.mean(axis=2)
        error = flat.std(axis=1, ddof=1) / np.sqrt(flat.shape[1])
        rows = list(zip(self.settings, flat.mean(axis=1).tolist(), error.tolist(), strict=True))
        return sorted(rows, key=lambda row: (not np.isfinite(row[1]), row[1]))


def tune(
    network: Network,
    grid: Mapping[str, Sequence[Any]],
    X: Any,
    y: Any,
    *,
    folds: int | Sequence[tuple[Rows, Rows]] = 5,
    restarts: int = 1,
    rule: str | Rule = "adam",
    epochs: int = 100,
    batch_size: int = 32,
    seed: int = 0,
    dtype: str = "float32",
) -> NetworkTuning:
    """Cross-validate every setting of a grid: all trainings advance together, step by step.

    Parameters
    ----------
    network : Network
    grid : mapping of "step_size", "decay" or "clip" to values
        Every combination is trained.
    X : array, n×in_shape
    y : array
        As `train` takes it.
    folds : int or list of (train rows, held-out rows)
    restarts : int
        Trainings of each, from other first weights and in another order of rows.
    rule, epochs, batch_size, seed, dtype
        As `train` takes them. A training here takes the very steps that `train` takes on the rows
        of its fold, up to the rounding of its arithmetic.

    Returns
    -------
    NetworkTuning

    Raises
    ------
    HyperparameterError
        For a setting that cannot differ within one program: build a network for each, and tune it.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.networks import Dense, Network
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> line = Network([Dense(1)], "square", in_shape=1, reduction="mean")
    >>> found = tune(line, {"step_size": [1e-4, 0.05]}, X, 3 * X[:, 0] + 1, folds=3, epochs=50)
    >>> found.settings[found.best], found.losses.shape
    ({'step_size': 0.05}, (2, 3, 1))

    Notes: Concept 87, Concept 308
    """
    strange = sorted(set(grid) - set(TOGETHER))
    if strange or not grid or not all(len(values) for values in grid.values()):
        raise HyperparameterError(
            f"The grid takes values of {', '.join(TOGETHER)}; got {', '.join(strange) or 'none'}. "
            "Networks of other layers are tuned one by one."
        )
    settings = [
        dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())
    ]
    for setting in settings:
        check_strengths(setting.get("decay", 0.0), setting.get("clip"))
    for name, value in (("restarts", restarts), ("epochs", epochs), ("batch_size", batch_size)):
        check_count(name, value)
    X, y = np.asarray(X), targets_for(network, np.asarray(y))
    if len(X) != len(y):
        raise ShapeError(f"There are {len(X)} rows and {len(y)} targets; give one target a row.")
    pairs = folds if not isinstance(folds, int) else make_folds(len(X), folds, seed=seed)
    runs = [(train, held, seed + r) for train, held in pairs for r in range(restarts)]
    made = rule if isinstance(rule, Rule) else _named(rule)
    size = min(batch_size, *(len(train) for train, _, _ in runs))
    with computing_in(dtype), threads_for(network, size, len(runs) * len(settings)):
        thetas: list[Any] = [None] * len(runs)
        training = np.empty((len(runs), len(settings)))
        judged = np.empty((len(settings), len(runs)))
        # Runs of one program take as many steps an epoch; folds differ by a row, so by a step.
        for steps in {-(-len(train) // size) for train, _, _ in runs}:
            at = [r for r, run in enumerate(runs) if -(-len(run[0]) // size) == steps]
            group = [runs[r] for r in at]
            carry, training[at] = _trained(
                network, made, settings, (X, y), group, epochs, size, steps, dtype
            )
            for r, theta, state in zip(at, carry[0], _by_run(carry[2], len(at)), strict=True):
                thetas[r] = theta
                judged[:, r] = _judged(network, X, y, runs[r][1], theta, state, dtype)
    if not np.isfinite(judged).any():
        warnings.warn(
            "Every training diverged: there is no best setting. Try smaller step sizes, or clip.",
            ConvergenceWarning,
            stacklevel=2,
        )
    shape = (len(settings), len(pairs), restarts)
    params = [
        [
            [params_of(network, thetas[f * restarts + r][s]) for r in range(restarts)]
            for f in range(len(pairs))
        ]
        for s in range(len(settings))
    ]
    return NetworkTuning(settings, judged.reshape(shape), training.T.reshape(shape), params)


@lru_cache(maxsize=16)
def _named(name: str) -> Rule:
    return rule_named(name)


@lru_cache(maxsize=16)
def _compiled(network: Network, rule: Rule, kind: StepKind) -> Any:
    """`block_of` over runs (folds × restarts, each with rows of its own) and, inside, settings."""
    run = block_of(network, rule, kind)
    fixed = {"rows": None, "key": None, "decay": 0, "decayed": None, "clip": 0}
    used = {name: fixed[name] for name in _held(kind)}
    over_settings = jax.vmap(run, (0, (None, None, 0), None, None, used))
    over_runs = jax.vmap(
        over_settings, (0, (0, 0, None), None, None, {n: 0 if n == "key" else None for n in used})
    )
    return compiled(over_runs, donate_argnums=0)


def _held(kind: StepKind) -> list[str]:
    decay = ["decay", "decayed"] if kind.decay else []
    return ["rows", "key", *decay, *(["clip"] if kind.clip else [])]


def _trained(
    network: Network, rule: Rule, settings: list[dict[str, Any]], rows: Any, runs: Any,
    epochs: int, size: int, steps: int, dtype: str,
) -> tuple[Any, Any]:  # fmt: skip
    """The carry of each run and setting, and the mean loss of a row in the last epoch."""
    has_decay, has_clip = ("decay" in settings[0]), ("clip" in settings[0])
    kind = StepKind("loss" if has_decay else "", False, has_clip, False)
    S = len(settings)
    carry = _first(network, rule, runs, S, dtype)
    fixed: dict[str, Any] = {
        "rows": tuple(device_array(filled_up(part, dtype)) for part in rows),
        "key": jnp.stack(
            [jax.random.fold_in(jax.random.key(seed), 2**31 - 1) for _, _, seed in runs]
        ),
    }
    if has_decay:
        fixed["decay"] = np.array([s["decay"] for s in settings], dtype)
        fixed["decayed"] = decayed_entries(network, False, dtype)
    if has_clip:
        longest = [np.inf if s["clip"] is None else s["clip"] for s in settings]
        fixed["clip"] = np.array(longest, dtype)
    schedules = [schedule_of(s.get("step_size", 1e-3)) for s in settings]
    block = _compiled(network, rule, kind)
    together = max(256 // steps, 1)  # epochs in one call
    losses: Any = None
    even = takes_batch_statistics(network)
    done = 0
    while done < epochs:
        count = min(together, epochs - done)
        parts = [_epoch(runs, done + e, size, even, dtype) for e in range(count)]
        places, shares = (np.concatenate(p, axis=1) for p in zip(*parts, strict=True))
        first = done * steps
        etas = np.array(
            [[eta(first + t + 1) for t in range(count * steps)] for eta in schedules], dtype
        )
        carry, (losses,) = block(carry, (places, shares, etas), count * steps, first, fixed)
        done += count
    last = np.asarray(losses, dtype=np.float64)[:, :, -steps:]
    weight = shares[:, -steps:].sum(axis=2)[:, None, :]
    means = last * weight if network.reduction == "mean" else last
    return jax.tree.map(np.array, carry), means.sum(axis=2) / weight.sum(axis=2)


def _first(network: Network, rule: Rule, runs: Any, S: int, dtype: str) -> Any:
    """The carry of all trainings before the first step: runs×settings×…"""
    theta = np.stack(
        [np.repeat(np.asarray(vector_of(network.init(seed, dtype)))[None], S, 0)
         for _, _, seed in runs]
    )  # fmt: skip
    memory = tree_map(
        lambda leaf: jnp.broadcast_to(
            device_array(leaf), theta.shape if np.ndim(leaf) else theta.shape[:2]
        ),
        rule.init(theta),
    )
    states = jax.tree.map(
        lambda leaf: jnp.broadcast_to(leaf, (*theta.shape[:2], *leaf.shape)),
        network.init_state(dtype),
    )
    return jax.tree.map(jnp.array, (theta, memory, states))


def _epoch(runs: Any, epoch: int, size: int, even: bool, dtype: str) -> tuple[Any, Any]:
    """Places and weights of one epoch for each run: runs×steps×size; short runs are filled up."""
    chosen, shares = [], []
    for train, _, seed in runs:
        order = train[Batches(1, seed=seed).epoch(epoch, len(train))]
        parts = zip(*batch_rows([(order, None)], size, even), strict=True)
        places, real = (np.concatenate(part) for part in parts)
        chosen.append(places)
        shares.append(real)
    return np.stack(chosen).astype(np.int32), np.stack(shares).astype(dtype)


def _by_run(states: Any, count: int) -> list[Any]:
    """What the layers remember, run by run."""
    return [jax.tree.map(lambda leaf, r=r: leaf[r], states) for r in range(count)]


def _judged(
    network: Network, X: Any, y: Any, held_out: Rows, theta: Any, state: Any, dtype: str
) -> list[float]:
    """Mean held-out loss of each setting of one run."""
    rows = HeldOutRows(network, X[held_out], y[held_out], dtype=dtype)
    states = [jax.tree.map(lambda leaf, s=s: leaf[s], state) for s in range(len(theta))]
    return [rows.loss(own, remembered) for own, remembered in zip(theta, states, strict=True)]
