"""Memory of this machine and of this process, asked of the system it runs on.

Notes: Concept 185, §5.2.1
"""

from __future__ import annotations

import sys
from typing import Any


def total_memory() -> int:
    """Bytes of this machine's memory.

    Examples
    --------
    >>> total_memory() > peak_memory() > 0
    True
    """
    if sys.platform == "win32":
        return _windows_total()
    import os

    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def peak_memory() -> int:
    """Highest resident memory of this process so far, in bytes."""
    if sys.platform == "win32":
        return _windows_peak()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _windows_total() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_uint32), ("load", ctypes.c_uint32)] + [
            (name, ctypes.c_uint64)
            for name in ("total", "free", "page", "free_page", "virtual", "free_virtual", "more")
        ]

    status = Status(length=ctypes.sizeof(Status))
    _of_windows("kernel32", "GlobalMemoryStatusEx", ctypes.byref(status))
    return int(status.total)


def _windows_peak() -> int:
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = [("length", ctypes.c_uint32), ("faults", ctypes.c_uint32)] + [
            (name, ctypes.c_size_t)
            for name in ("peak", "now", "a", "b", "c", "d", "page_file", "page_file_peak")
        ]

    counters = Counters(length=ctypes.sizeof(Counters))
    own = ctypes.c_void_p(-1)  # the handle that stands for this process
    _of_windows(
        *("kernel32", "K32GetProcessMemoryInfo"), own, ctypes.byref(counters), counters.length
    )
    return int(counters.peak)


def _of_windows(library: str, function: str, *arguments: Any) -> None:
    """Call a function of Windows that answers 0 where it fails.

    Raises
    ------
    OSError
        With the system's own reason.
    """
    import ctypes

    load: Any = ctypes.WinDLL  # type: ignore[attr-defined, unused-ignore]
    if not getattr(load(library, use_last_error=True), function)(*arguments):
        raise OSError(f"Windows does not answer {function}.")
