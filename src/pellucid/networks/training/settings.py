"""How to train, and what is known after an epoch.

Notes: Concept 294, Def 333, Concept 334
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pellucid.descent.rules import Rule
from pellucid.descent.step_sizes import LineSearch, Schedule, Shrinking, step_size_of
from pellucid.descent.stopping import Stop
from pellucid.errors import ConvergenceWarning, HyperparameterError
from pellucid.hyperparameters import is_whole
from pellucid.networks.network import Network
from pellucid.networks.training.checkpoints import Checkpoints
from pellucid.networks.training.steps import StepKind
from pellucid.notebook_progress import Progress, progress_or_bar


@dataclass(frozen=True)
class Epoch:
    """What is known after an epoch, for those who watch.

    Parameters
    ----------
    number, of : int
        Epochs done, and epochs asked for.
    loss : float
        Mean loss of a training row, as it was met.
    validation_loss : float
        NaN where nothing is held out.
    params, state : callable () -> list
        Where the network stands; copied when asked for.
    """

    number: int
    of: int
    loss: float
    validation_loss: float
    params: Callable[[], Any]
    state: Callable[[], Any]


Watch = Callable[[Epoch], Any]
# Told of every epoch of every training begun meanwhile, such as a progress display.
WATCHING: ContextVar[Watch | None] = ContextVar("WATCHING", default=None)


@contextmanager
def progress_watcher(watch: Watch) -> Iterator[None]:
    """Each training begun inside tells `watch` of its epochs, and stops when it says True.

    Notes: Concept 294
    """
    token = WATCHING.set(watch)
    try:
        yield
    finally:
        WATCHING.reset(token)


@contextmanager
def progress_callback() -> Iterator[Progress]:
    """To whom a training tells how far it has come: to a notebook, unless somebody watches it."""
    if WATCHING.get() is not None:
        yield lambda stage, done: None
        return
    with progress_or_bar() as say:
        yield say


def both_callbacks(one: Watch | None, other: Watch | None) -> Watch | None:
    """Both are called; either may stop."""
    if one is None or other is None:
        return one or other
    return lambda epoch: bool(one(epoch)) | bool(other(epoch))


@dataclass(frozen=True)
class Settings:
    """How to train; see `train`, which fills it in."""

    rule: Rule
    step_size: Schedule
    epochs: int
    batch_size: int
    seed: int
    dtype: str
    decay: float
    clip: float | None
    kind: StepKind
    patience: int | None
    stop: Stop | None
    watch: Watch | None
    checkpoint: Checkpoints | None


def schedule_of(given: Any) -> Schedule:
    """The step size as a function of t.

    Raises
    ------
    HyperparameterError
        For a search, which batches cannot serve.

    Notes: §7.7.2
    """
    found = step_size_of(given)
    if isinstance(found, LineSearch | Shrinking):
        raise HyperparameterError(
            "A search for the step size needs the whole objective at each step; give batches a "
            "number, a function of t, or a schedule such as Cosine."
        )
    return found


def check_count(name: str, value: Any, minimum: int = 1) -> None:
    """A whole number, large enough."""
    if not is_whole(value, minimum):
        raise HyperparameterError(f"{name} is a whole number ≥ {minimum}; got {value!r}.")


def check_strengths(decay: Any, clip: Any) -> None:
    """λ of weight decay and the longest gradient."""
    if not (decay >= 0 and (clip is None or clip > 0)):
        raise HyperparameterError(
            f"decay (λ) is a number ≥ 0 and clip one > 0, or None; got {decay}, {clip}."
        )


def check_settings(network: Network, settings: Settings, validation: Any) -> None:
    """Refuse settings that do not serve; warn of a decay that is too strong.

    Notes: Concept 334, §7.6.2
    """
    if not isinstance(network, Network):
        raise HyperparameterError(f"train takes a Network; got a {type(network).__name__}.")
    for name in ("epochs", "batch_size"):
        check_count(name, getattr(settings, name))
    check_count("seed", settings.seed, minimum=0)
    check_strengths(settings.decay, settings.clip)
    if settings.stop is not None and not isinstance(settings.stop, Stop):
        raise HyperparameterError(
            f"stop is a rule of descent.stopping, such as SmallChange(1e-4); got {settings.stop!r}."
        )
    if settings.patience is not None and (validation is None or settings.patience < 1):
        raise HyperparameterError(
            "patience is a whole number ≥ 1 and needs validation=(X, y), rows to judge by."
        )
    if settings.decay and 2 * settings.decay * settings.step_size(1) >= 1:
        warnings.warn(
            "2λη ≥ 1: weight decay alone makes weights change sign or vanish in one step. "
            "Lower decay or step_size.",
            ConvergenceWarning,
            stacklevel=3,
        )
