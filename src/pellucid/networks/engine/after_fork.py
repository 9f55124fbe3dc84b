"""Networks in a process that was forked after one had computed: in a fresh process, or refused.

The threads that compute do not follow into a fork; whoever asks them there waits for ever.
"""

from __future__ import annotations

import os
import pickle
from functools import partial, wraps
from types import FunctionType
from typing import Any

from pellucid.errors import ForkedProcessError
from pellucid.processes import run_in_fresh_process

_computing: list[int] = []  # the process that first computed with a network
REFUSED = (
    "This process was forked from one in which a network had already run. The threads that "
    "compute do not follow into a fork, so it would hang. Estimators without callbacks compute in "
    "a fresh process by themselves; for all else start processes afresh: "
    'multiprocessing.get_context("spawn") or "forkserver", joblib\'s backend "loky" (its '
    "default), or ProcessPoolExecutor(mp_context=…) with one of these; or let no network run "
    "before the fork."
)


def is_fork() -> bool:
    """Whether this process was forked from one that had computed with a network."""
    return bool(_computing) and _computing[0] != os.getpid()


def note_computing() -> None:
    """Remember the process that computes with a network.

    Raises
    ------
    ForkedProcessError
        In a process forked from it.
    """
    if not _computing:
        _computing.append(os.getpid())
    if is_fork():
        raise ForkedProcessError(REFUSED)


class ComputesAfterFork:
    """Abstract: an estimator whose public methods compute in a fresh process after a fork.

    Each call there starts Python and the engine anew, which takes a second or two; the numbers
    are those that the method gives elsewhere. With callbacks, which would see another process's
    objects, the call is refused.

    Notes: §7.8
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        for name, method in list(vars(cls).items()):
            if isinstance(method, FunctionType) and not name.startswith("_"):
                setattr(cls, name, computed_afresh(method))


def computed_afresh(method: Any) -> Any:
    """The method, computed in a fresh process where this one is a fork."""

    @wraps(method)
    def called(self: Any, *given: Any, **named: Any) -> Any:
        if is_fork() and not hasattr(self, "_skl_callbacks"):
            return in_fresh_process(self, method.__name__, given, named)
        return method(self, *given, **named)

    return called


def in_fresh_process(
    estimator: Any, method: str, given: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """What the method returns; the estimator learns, and warnings and errors arrive, as if here."""
    try:
        state, result = run_in_fresh_process(partial(_called, estimator, method, given, named))
    except pickle.PicklingError as cannot:
        raise ForkedProcessError(f"{REFUSED} (It cannot be sent there: {cannot}.)") from None
    except EOFError as ended:
        raise ForkedProcessError(
            f"The fresh process that computes {type(estimator).__name__}.{method} for this fork "
            f"ended and gave no answer ({ended}): what it printed says why."
        ) from None
    vars(estimator).clear()  # what the call took away is gone here too
    vars(estimator).update(state)
    return estimator if result is None else result[0]


def _called(
    estimator: Any, method: str, given: tuple[Any, ...], named: dict[str, Any]
) -> tuple[dict[str, Any], Any]:
    """In the fresh process: make the call; what the estimator has learned, and what it returns."""
    found = getattr(estimator, method)(*given, **named)
    return vars(estimator), None if found is estimator else (found,)
