"""`train`: batches of rows through a network, forward, backward and a step, epoch after epoch.

Notes: Concept 294, Concept 308, Def 312, Def 333, Concept 334
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import jax
import numpy as np

from pellucid.descent.rules import Rule
from pellucid.descent.step_sizes import Constant
from pellucid.descent.stopping import Progress, Stop
from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.checks import refuse_ids, refuse_points
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.network import Network
from pellucid.networks.targets import targets_for
from pellucid.networks.training.batch_blocks import (
    Block,
    blocks_of,
    capacity_of,
    takes_batch_statistics,
)
from pellucid.networks.training.checkpoints import checkpoints_of, training_digests
from pellucid.networks.training.devices import place_on_devices, threads_for
from pellucid.networks.training.epoch_snapshots import (
    MOST_EPOCHS,
    epoch_of_steps,
    snapshots_of_block,
)
from pellucid.networks.training.first_standing import cached_rule
from pellucid.networks.training.given_rows import precision_notices, row_source
from pellucid.networks.training.gradient_norms import gradient_norm_verdict
from pellucid.networks.training.history import append_epochs
from pellucid.networks.training.row_sources import (
    Chunk,
    InMemory,
    RowSource,
    filled_up,
    first_bad_row,
)
from pellucid.networks.training.settings import (
    WATCHING,
    Epoch,
    Settings,
    Watch,
    both_callbacks,
    check_settings,
    progress_callback,
    schedule_of,
)
from pellucid.networks.training.steps import (
    DECAYS,
    StepKind,
    compiled_block,
    decayed_entries,
    initial_rule_state,
    loss_weight,
    params_of,
    vector_of,
    with_loss_weight,
)
from pellucid.networks.training.training_result import Trained
from pellucid.networks.training.validation import HeldOutRows

RUNAWAY = 1e4  # an epoch's loss so many times the first one's is no accident


def train(
    network: Network,
    X: Any,
    y: Any = None,
    *,
    rule: str | Rule = "adam",
    step_size: Any = 1e-3,
    epochs: int = 100,
    batch_size: int = 32,
    seed: int = 0,
    dtype: str = "float32",
    weights: Any = None,
    decay: float = 0.0,
    decay_in: str = "loss",
    decay_offsets: bool = False,
    clip: float | None = None,
    validation: Any = None,
    patience: int | None = None,
    stop: Stop | None = None,
    start: Any = None,
    watch: Watch | None = None,
    gradient_norms: bool = False,
    checkpoint: Any = None,
) -> Trained:
    """Train a network: whole epochs run as one compiled loop.

    Parameters
    ----------
    network : Network
    X : array, n×in_shape, or a RowSource
        Rows in memory or mapped from disk; or `ParquetRows`, `Stream`, for more than fits.
    y : array, n×out_shape, (n,) for one output, or (n,) class codes for "nllm"
    rule : str or Rule
        Update rule of `descent.rules`.
    step_size : number, function of t, or a schedule of `descent.step_sizes`
        η(t), t counting steps from 1. With `reduction="sum"` it has to shrink as batches grow.
    epochs : int
        Most passes over the rows.
    batch_size : int
        K, rows of a step; all rows where there are fewer.
    seed : int
        Of the first weights, the order of rows, dropout and noise.
    dtype : {"float32", "float64"}
    weights : array of shape (n,), optional
        How much each row counts.
    decay : float
        λ of weight decay.
    decay_in : {"loss", "step"}
        λ‖W‖² as a part of the loss, whole at each step; or W ← (1 − 2λη)W beside the rule's step.
        They coincide for gradient descent only.
    decay_offsets : bool
        Whether offsets, scales and shifts are decayed as well.
    clip : float, optional
        Longest gradient of the losses; a longer one is shortened, before any decay is added.
    validation : (X, y) or (X, y, weights), optional
        Rows that are never learned from; their loss is taken after each epoch.
    patience : int, optional
        Epochs without a lower validation loss that are borne; then the best parameters are the
        answer. 1 is the notes' rule. None trains all epochs and takes the last parameters.
    stop : Stop, optional
        A stopping rule, asked after each epoch: its t counts epochs.
    start : list of dict, Trained or its standing, optional
        Parameters to begin with, or a training to go on with: with the same settings and rows its
        further epochs have the same bits as if it had never stopped.
    watch : callable Epoch -> bool, optional
        Called after each epoch; True stops.
    gradient_norms : bool
        Whether to record each layer's mean gradient norm, and warn where it vanishes or explodes.
    checkpoint : path or Checkpoints, optional
        A folder. Where it holds a checkpoint of this very training, that one is gone on with.

    Returns
    -------
    Trained

    Raises
    ------
    HyperparameterError, ShapeError, FramingError
        For settings or rows that do not serve.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.networks import Dense, Network
    >>> X = np.linspace(-1, 1, 64)[:, None]
    >>> line = Network([Dense(1)], "square", in_shape=1, reduction="mean")
    >>> found = train(line, X, 3 * X[:, 0] + 1, step_size=0.05, epochs=100)
    >>> found.verdict, found.predict([[2.0]]).round(2).tolist()
    ('finished', [[7.0]])

    Notes: Concept 294, Def 312, Def 333, Concept 334, §7.6.2
    """
    if decay_in not in DECAYS:
        raise HyperparameterError(f'decay_in is "loss" or "step"; got {decay_in!r}.')
    norms = gradient_norms or stop is not None
    kind = StepKind(decay_in if decay else "", decay_offsets, clip is not None, norms)
    settings = Settings(
        cached_rule(rule) if isinstance(rule, str) else rule, schedule_of(step_size), epochs,
        batch_size, seed, dtype, decay, clip, kind, patience, stop,
        both_callbacks(watch, WATCHING.get()),
        checkpoints_of(checkpoint),
    )  # fmt: skip
    check_settings(network, settings, validation)
    source = row_source(X, y, weights, seed)
    if isinstance(source, InMemory):
        refuse_points(network.points[0], source.X.shape)
        refuse_ids(network.layers, source.X)
    if validation and len(validation[0]) != len(validation[1]):
        raise ShapeError(
            f"validation has {len(validation[0])} rows and {len(validation[1])} targets."
        )
    notices = precision_notices(source, dtype)
    size = min(batch_size, source.rows or batch_size)
    with progress_callback() as say, computing_in(dtype), threads_for(network, size):
        held = HeldOutRows(network, *validation, dtype=dtype) if validation else None
        run = _Run(network, source, settings, held, size, notices)
        run.begin(start)
        while run.epochs < epochs and not run.reason:
            run.go_on()
            say(f"epoch {run.epochs:,} of {epochs:,}", run.epochs / epochs)
        return run.told()


@dataclass
class _Run:
    """The moving parts of one training."""

    network: Network
    source: RowSource
    settings: Settings
    held: HeldOutRows | None
    size: int
    notices: tuple[str, ...] = ()
    epochs: int = 0
    steps: int = 0
    reason: str = ""
    verdict: str = "finished"
    waited: int = 0
    best_epoch: int = 0
    interrupted: bool = False  # from outside: the same call goes on from here
    digests: tuple[str, ...] = ()
    history: dict[str, list[Any]] = field(default_factory=dict)

    def begin(self, start: Any) -> None:
        self.began = time.perf_counter()
        s = self.settings
        self.history = {"loss": [], "validation_loss": [], "gradient_norms": []}
        self.best: Any = None
        self.least = float("inf")
        self.stop_memory = s.stop.start() if s.stop else None
        saved = None
        if s.checkpoint:
            given = start.standing if isinstance(start, Trained) else start
            first = given["theta"] if isinstance(given, dict) else given
            self.digests = training_digests(self.source, self.held, first)
            saved = s.checkpoint.load(self._fingerprint())
        if saved is not None:
            self.verdict, self.reason = saved["over"]
        if isinstance(start, Trained | dict):
            saved = saved or (start.standing if isinstance(start, Trained) else start)
        if saved is not None:
            self._resume(saved)
        else:
            given = self.network.init(s.seed, s.dtype) if start is None else start
            given = self.network.checked(given)
            theta = vector_of(jax.tree.map(lambda leaf: np.asarray(leaf, s.dtype), given))
            self.carry = (
                theta,
                initial_rule_state(s.rule, theta),
                self.network.init_state(s.dtype),
            )
        # Copies, since the first step writes over them.
        self.carry = place_on_devices(
            jax.tree.map(lambda leaf: device_array(np.array(leaf)), self.carry)
        )
        key = jax.random.fold_in(jax.random.key(s.seed), 2**31 - 1)
        self.fixed: dict[str, Any] = {"key": key}
        if s.kind.decay:
            self.fixed["decay"] = np.asarray(s.decay, s.dtype)
            self.fixed["decayed"] = decayed_entries(self.network, s.kind.decay_offsets, s.dtype)
        if s.kind.clip:
            self.fixed["clip"] = np.asarray(s.clip, s.dtype)
        if (weight := loss_weight(self.network)) is not None:
            self.fixed["weight"] = np.asarray(weight, s.dtype)
        self.even = takes_batch_statistics(self.network)
        self._lay_out()
        self.block = compiled_block(
            with_loss_weight(self.network, 1.0), s.rule, s.kind, self.snapshots
        )
        self.now = self.carry[0], self.carry[2]  # θ and the layers' states, after each epoch
        self._keep()

    def _lay_out(self) -> None:
        """Where blocks of rows come from: picked by place from a table held, or chunk by chunk."""
        dtype, source = self.settings.dtype, self.source
        table = source.table(dtype) if isinstance(source, InMemory) else None
        self.chunks: Callable[[int], Iterable[Chunk]] = self._answered
        self.kinds: Sequence[str] = (dtype, dtype, dtype)
        if isinstance(source, InMemory) and table is not None:
            y = filled_up(targets_for(self.network, source.y), dtype)
            self.fixed["rows"] = place_on_devices(jax.tree.map(device_array, (table, y)))
            self.chunks, self.kinds = source.places, ("int32", dtype)
        self.snapshots = 0
        if self.held and self.kinds[0] == "int32" and source.rows:
            steps = -(-source.rows // self.size)
            capacity = capacity_of(source, self.size, self._row_bytes(), MOST_EPOCHS)
            self.snapshots = snapshots_of_block(self.network, dtype, steps, capacity)

    def _answered(self, epoch: int) -> Iterator[Chunk]:
        for x, y, w in self.source.epoch(epoch):
            if len(x):
                refuse_points(self.network.points[0], x.shape)
                refuse_ids(self.network.layers, x)
                yield x, targets_for(self.network, y), w

    def _fingerprint(self) -> str:
        s = self.settings
        lines = (
            self.network, s.rule.text, f"η = {s.step_size}", f"{self.size} rows a step",
            f"seed {s.seed}", s.dtype, f"λ = {s.decay:g} {s.kind}", f"clip {s.clip}",
            f"{self.source.rows} rows", f"patience {s.patience}",
            f"stop {re.sub(' at 0x[0-9a-f]+', '', repr(s.stop))}", *self.digests,
        )  # fmt: skip
        return "\n".join(map(str, lines))

    def _resume(self, saved: dict[str, Any]) -> None:
        self.carry = (saved["theta"], saved["memory"], saved["states"])
        self.epochs, self.steps = saved["epochs"], saved["steps"]
        self.history = {name: list(values) for name, values in saved["history"].items()}
        self.best, self.least, self.waited, self.best_epoch = saved["best"]
        self.stop_memory = saved["stop"]

    def _keep(self) -> None:
        """A copy of where the network stands, for the case that the next steps go astray."""
        self.good = jax.tree.map(np.array, self.now)

    def _row_bytes(self) -> int:
        return 4 * prod(self.network.points[0])

    def _together(self) -> int:
        """How many epochs go into a block: one where somebody may ask to stop after each.

        Held-out rows may ask for that after `patience` epochs at the soonest.
        """
        s = self.settings
        if s.stop or s.watch or s.checkpoint or not self.source.rows:
            return 1
        if self.held:
            patience = self.snapshots if s.patience is None else s.patience - self.waited
            return max(min(self.snapshots, patience), 1)
        return max(4096 // -(-self.source.rows // self.size), 1)

    def go_on(self) -> None:
        """One epoch, or as many as fit a block."""
        s = self.settings
        epochs = range(self.epochs, min(self.epochs + self._together(), s.epochs))
        held = self.snapshots or len(epochs)
        capacity = capacity_of(self.source, self.size, self._row_bytes(), held)
        seen = [
            self._run_block(block, capacity)
            for block in blocks_of(self.chunks, epochs, self.size, capacity, self.kinds, self.even)
        ]
        append_epochs(self.history, seen, self.network.reduction == "mean")
        validation = self._validation(len(epochs))
        for k, epoch in enumerate(epochs):
            self.epochs = epoch + 1
            self.now = self.carry[0], self.carry[2]
            if self.snapshots:
                self.now = jax.tree.map(lambda leaf, k=k: leaf[k], self.after)
            if self._went_astray():
                if self.snapshots:  # the epochs after it are not counted
                    self.steps -= seen[0][0].count // len(epochs) * (epochs.stop - self.epochs)
                    self.carry = self.now[0], self.carry[1], self.now[1]
                return
            if self.snapshots or self.epochs == epochs.stop:
                self._look(validation[k])
                self._keep()

    def _validation(self, epochs: int) -> list[float]:
        """The loss on held-out rows after each of the epochs."""
        if self.held is None:
            return [float("nan")] * epochs
        if self.snapshots:
            thetas, states = self.after
            return self.held.losses_after(thetas, states, epochs)
        return [self.held.loss(self.carry[0], self.carry[2])]

    def _run_block(self, block: Block, capacity: int) -> tuple[Block, Any]:
        if not block.count:
            return block, None
        etas = np.zeros(capacity, self.settings.dtype)
        eta = self.settings.step_size
        if isinstance(eta, Constant):
            etas[:] = eta.c
        else:
            etas[: block.count] = [eta(self.steps + 1 + i) for i in range(block.count)]
            if not (etas >= 0).all():
                first = int(np.argmin(etas >= 0))
                raise HyperparameterError(
                    f"step_size is ≥ 0 at every step; at step {self.steps + 1 + first} it is "
                    f"{etas[first]:g}."
                )
        arrays = (*place_on_devices((*block.parts, block.shares), rows_at=1), etas)
        if self.snapshots:
            arrays += (epoch_of_steps(block, capacity),)
        self.carry, seen = self.block(self.carry, arrays, block.count, self.steps, self.fixed)
        if self.snapshots:
            *seen, after = seen
            self.after = jax.tree.map(np.asarray, after)
        self.steps += block.count
        block.parts = None
        return block, seen

    def _went_astray(self) -> bool:
        losses = self.history["loss"]
        now, first = losses[self.epochs - 1], losses[0]
        bounded = np.isfinite(now) and now <= RUNAWAY * (abs(first) + 1)
        known = self.snapshots or self.epochs == len(losses)  # whether θ is that of this epoch
        if bounded and (not known or np.isfinite(self.now[0]).all()):
            return False
        for name in ("loss", "gradient_norms"):
            del self.history[name][self.epochs :]
        what = "became NaN or infinite" if not np.isfinite(now) else f"rose to {now:.3g}"
        self.reason = first_bad_row(self.source) or f"the loss {what} in epoch {self.epochs}"
        self.verdict = "diverged"
        if self.held is None or self.best is None:
            self.best, self.best_epoch = self.good, len(self.history["validation_loss"])
        return True

    def _look(self, validation: float) -> None:
        """Validation, stopping rules, watchers, checkpoint."""
        s = self.settings
        if self.held is not None:
            self.history["validation_loss"].append(validation)
            if validation < self.least:
                self.least, self.waited, self.best_epoch = validation, 0, self.epochs
                self.best = jax.tree.map(np.array, self.now)
            else:
                self.waited += 1
            if s.patience is not None and self.waited >= s.patience:
                self.verdict = "early stop"
                self.reason = "the loss on held-out rows stopped falling"
        if s.stop and not self.reason:
            self._ask(s.stop)
        if s.watch and s.watch(self._epoch(validation)) and not self.reason:
            self.verdict, self.reason = "stopped", "a callback asked to stop"
            self.interrupted = True
        over = self.reason or self.epochs >= s.epochs
        if s.checkpoint and (over or self.epochs % s.checkpoint.every == 0):
            s.checkpoint.save(self.epochs, self._standing())

    def _epoch(self, validation: float) -> Epoch:
        theta, _, states = self.carry
        return Epoch(
            self.epochs, self.settings.epochs, self.history["loss"][-1], validation,
            lambda: params_of(self.network, np.array(theta)),
            lambda: jax.tree.map(np.array, states),
        )  # fmt: skip

    def _ask(self, stop: Stop) -> None:
        losses = self.history["loss"]
        before = self.good[0]
        progress = Progress(
            self.epochs,
            params_of(self.network, np.array(self.carry[0])),
            time.perf_counter() - self.began,
            lambda: losses[-1],
            lambda: losses[-2] if len(losses) > 1 else float("inf"),
            lambda: float(np.linalg.norm(self.history["gradient_norms"][-1])),
            lambda: float(np.linalg.norm(np.asarray(self.carry[0]) - before)),
        )
        self.stop_memory, reason = stop.check(self.stop_memory, progress)
        if reason:
            self.verdict, self.reason = "stopped", reason

    def _standing(self) -> dict[str, Any]:
        theta, memory, states = jax.tree.map(np.array, self.carry)
        return {
            "theta": theta, "memory": memory, "states": states, "epochs": self.epochs,
            "steps": self.steps, "history": self.history, "stop": self.stop_memory,
            "best": (self.best, self.least, self.waited, self.best_epoch),
            "over": ("finished", "") if self.interrupted else (self.verdict, self.reason),
            "fingerprint": self._fingerprint(),
        }  # fmt: skip

    def told(self) -> Trained:
        wanted = self.best if self._takes_best() else (self.carry[0], self.carry[2])
        theta, state = jax.tree.map(np.array, wanted)
        s = self.settings
        found = self.notices + gradient_norm_verdict(
            self.network, self.history["gradient_norms"], s.rule.name
        )
        bad = self.verdict == "diverged" and "rows hold" in self.reason
        if self.verdict == "diverged":
            cure = "Mend the rows" if bad else "Divide step_size by ten, or give clip"
            found += (f"{self.reason}: the weights before it are kept. {cure}.",)
        return Trained(
            self.network, params_of(self.network, theta), state, self.verdict,
            self.reason or f"{self.epochs:,} epochs were done", self.epochs, self.steps,
            self.best_epoch if self._takes_best() else self.epochs, self.history,
            f"{s.rule.name}: {s.rule.text}", str(s.step_size), time.perf_counter() - self.began,
            self._standing(), found, bad,
        )  # fmt: skip

    def _takes_best(self) -> bool:
        early = self.settings.patience is not None
        return self.best is not None and (early or self.verdict == "diverged")
