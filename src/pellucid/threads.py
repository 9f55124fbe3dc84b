"""How many threads there are, and BLAS kept to one of them: its own would wait busily for ours.

Notes: §2.5.6
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

WIDEST = 1_000  # columns beyond which BLAS's own threads do as well


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
