"""How many threads there are, and BLAS kept to one of them: its own would wait busily for ours.

Notes: §2.5.6
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

WIDEST = 1_000  # columns beyond which BLAS's own threads do as well


_THREAD = threading.local()


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


def threads() -> int:
    """Cores this process may use, fewer where a parent (joblib, say) has set a limit."""
    held = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(int(held) if held.isdigit() else 1 << 16, cores or 1))


def one_blas_thread(d: int) -> AbstractContextManager[Any]:
    """Keep BLAS to one thread for products of d columns, unless they are so wide that it pays.

    Parameters
    ----------
    d : int

    Returns
    -------
    context manager

    Notes: §2.5.6
    """
    return nullcontext() if d > WIDEST else _blas().limit(limits=1)


@contextmanager
def single_threaded() -> Iterator[None]:
    """What runs within is one of many that run side by side: it starts no threads of its own.

    It does the same pieces of work one after the other, so its bits are the same.

    Examples
    --------
    >>> with single_threaded():
    ...     is_single_threaded()
    True

    Notes: §2.5.6
    """
    before = is_single_threaded()
    _THREAD.alone = True
    try:
        yield
    finally:
        _THREAD.alone = before


def is_single_threaded() -> bool:
    """Whether this thread works on a piece of something larger.

    Notes: §2.5.6
    """
    return getattr(_THREAD, "alone", False)
