"""Memory of this machine and of this process, asked of the system it runs on.

Notes: Concept 185, §5.2.1
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from pellucid.errors import HyperparameterError


def total_memory() -> int:
    """Bytes of this machine's memory.

    Examples
    --------
    >>> total_memory() > peak_memory() > 0
    True
    """
    if sys.platform == "win32":
        return _windows_status("total")
    import os

    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_memory() -> int:
    """Bytes that this machine, or the share of it a container may use, can still give.

    Examples
    --------
    >>> 0 < free_memory() <= total_memory()
    True
    """
    if sys.platform == "win32":
        return _windows_status("free")
    return min([_available(), *_left_of_container()])


def _available() -> int:
    """What Linux says; half of the memory elsewhere, where what is free cannot be asked."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return total_memory() // 2
    held = dict(line.split(":", 1) for line in lines)
    return int(held["MemAvailable"].split()[0]) * 1024


def _left_of_container() -> list[int]:
    """What the limit of a control group leaves, where there is one."""
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
    except (OSError, ValueError):
        return []
    return [max(int(limit) - used, 1)] if limit.isdigit() else []


UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
BINARY_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def parse_bytes(size: str) -> int:
    """Bytes of a size as a person writes it: 1GB, 512 MiB, 1.5g.

    Raises
    ------
    HyperparameterError
        When it is no size above 0.

    Examples
    --------
    >>> parse_bytes("1GB"), parse_bytes("1.5 MiB")
    (1000000000, 1572864)
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([kmgt]?)(i?)b?\s*", size.lower())
    try:
        number = float(found[1]) if found else 0.0
    except ValueError:
        number = 0.0
    unit = (BINARY_UNITS if found and found[3] else UNITS).get(found[2] if found else "", 0)
    if number * unit < 1:
        raise HyperparameterError(f"A size of memory is written as 1GB or 512MB; got {size!r}.")
    return int(number * unit)


def peak_memory() -> int:
    """Highest resident memory of this process so far, in bytes."""
    if sys.platform == "win32":
        return _windows_peak()
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def collect_rarely() -> None:
    """Look for garbage rarely, as suits a process that keeps most of what it makes to its end."""
    import gc

    gc.set_threshold(100_000, 50, 100)


def _windows_status(field: str) -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_uint32), ("load", ctypes.c_uint32)] + [
            (name, ctypes.c_uint64)
            for name in ("total", "free", "page", "free_page", "virtual", "free_virtual", "more")
        ]

    status = Status(length=ctypes.sizeof(Status))
    _of_windows("kernel32", "GlobalMemoryStatusEx", ctypes.byref(status))
    return int(getattr(status, field))


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
