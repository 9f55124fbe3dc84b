"""What the system says of its memory and cores, each system read as it answers."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import memory, threads
from pellucid.errors import HyperparameterError

UNITS = ["", "k", "M", "G", "T"]


@given(
    st.decimals(0, 5000, places=3, allow_nan=False),
    st.sampled_from(range(5)),
    st.sampled_from(["", "B", "b", "iB"]),
    st.sampled_from(["", " "]),
)
def test_a_size_is_its_number_times_a_power_of_1000_or_of_1024(
    number: Any, power: int, ending: str, space: str
) -> None:
    if power == 0:
        ending = ending.replace("i", "")
    exact = Fraction(number) * (1024 if "i" in ending else 1000) ** power
    written = f"{space}{number}{space}{UNITS[power]}{ending}"
    if exact < 1:
        with pytest.raises(HyperparameterError, match="is written as"):
            memory.parse_bytes(written)
    else:
        assert memory.parse_bytes(written) == pytest.approx(int(exact), rel=1e-12, abs=1)


@pytest.mark.parametrize("written", ["", "GB", "1..2GB", "-1GB", "1PB", "1iB", "0GB", "0.9", "a"])
def test_what_is_no_size_is_named(written: str) -> None:
    with pytest.raises(HyperparameterError, match="is written as 1GB"):
        memory.parse_bytes(written)
    assert memory.parse_bytes("1") == 1


def answering(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """Let the files of Linux hold this, and no others be there."""

    def read(path: Path, **_: Any) -> str:
        if str(path) not in files:
            raise FileNotFoundError(path)
        return files[str(path)]

    monkeypatch.setattr(Path, "read_text", read)


CONTAINER = "/sys/fs/cgroup/memory."


def test_free_is_what_linux_or_the_container_leaves_whichever_is_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linux = {"/proc/meminfo": "MemTotal:  16 kB\nMemAvailable:    9 kB\n"}
    answering(monkeypatch, linux)
    assert memory.free_memory() == 9 * 1024
    for limit, used, left in (("5000", "1000", 4000), ("5000", "5000", 1), ("max", "1", 9 * 1024)):
        answering(monkeypatch, linux | {f"{CONTAINER}max": limit, f"{CONTAINER}current": used})
        assert memory.free_memory() == left
    answering(monkeypatch, {})
    assert memory.free_memory() == memory.total_memory() // 2


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="a question of POSIX")
def test_total_and_peak_are_bytes_of_this_machine_and_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import resource

    shown = Path("/proc/meminfo")
    if shown.exists():
        total = int(shown.read_text().split("MemTotal:")[1].split()[0]) * 1024
        assert memory.total_memory() == pytest.approx(total, rel=0.05)
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=3_000))
    for platform, bytes_ in (("linux", 3_000 * 1024), ("darwin", 3_000)):
        monkeypatch.setattr(sys, "platform", platform)
        assert memory.peak_memory() == bytes_


class Windows:
    """Answers as `kernel32` does, by the layout of its documentation: sizes, fields at offsets."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    def __call__(self, library: str, use_last_error: bool = False) -> Windows:
        assert (library, use_last_error) == ("kernel32", True)
        return self

    @staticmethod
    def _fill(place: Any, size: int, fields: dict[int, int]) -> None:
        address = ctypes.addressof(place._obj)
        assert ctypes.sizeof(place._obj) == size == ctypes.c_uint32.from_address(address).value
        for offset, value in fields.items():
            ctypes.c_uint64.from_address(address + offset).value = value

    def GlobalMemoryStatusEx(self, status: Any) -> int:
        self._fill(status, 64, {8: 7 << 33, 16: 5 << 33})
        return int(not self.fails)

    def K32GetProcessMemoryInfo(self, process: Any, counters: Any, size: int) -> int:
        assert process.value == 2 ** (8 * ctypes.sizeof(ctypes.c_void_p)) - 1, "this process"
        self._fill(counters, size, {8: 3 << 33, 16: 1 << 33})
        return int(not self.fails)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the layout of 64 bits")
def test_windows_is_asked_by_its_own_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "WinDLL", Windows(), raising=False)
    assert memory.total_memory() == 7 << 33
    assert memory.free_memory() == 5 << 33
    assert memory.peak_memory() == 3 << 33
    monkeypatch.setattr(ctypes, "WinDLL", Windows(fails=True), raising=False)
    for ask in (memory.total_memory, memory.free_memory, memory.peak_memory):
        with pytest.raises(OSError, match="does not answer"):
            ask()


@pytest.mark.parametrize(
    ("cores", "limit", "expected"),
    [(8, "", 8), (8, "3", 3), (3, "8", 3), (8, "0", 1), (100_000, "", 1 << 16), (8, "two", 8)],
)
def test_threads_are_the_cores_of_this_process_within_its_parents_limit(
    monkeypatch: pytest.MonkeyPatch, cores: int, limit: str, expected: int
) -> None:
    def affinity(process: int) -> range:
        assert process == 0, "this one"
        return range(cores)

    monkeypatch.setenv("OMP_NUM_THREADS", limit)
    monkeypatch.setattr(os, "sched_getaffinity", affinity, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores + 1)
    assert threads.threads() == expected
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert threads.threads() == expected
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert threads.threads() == 1


@pytest.mark.parametrize("d", [1, threads.WIDEST, threads.WIDEST + 1])
def test_blas_keeps_to_one_thread_for_narrow_products_only(d: int) -> None:
    np.zeros((2, 2)) @ np.zeros((2, 2))
    blas = threads._blas()
    with blas.limit(limits=2):
        before = [pool["num_threads"] for pool in blas.info()]
        with threads.one_blas_thread(d):
            within = [pool["num_threads"] for pool in blas.info()]
        assert within == (before if d > threads.WIDEST else [1] * len(before))
        assert [pool["num_threads"] for pool in blas.info()] == before
    assert threads.WIDEST >= 100


def test_a_thread_is_single_only_within() -> None:
    assert threads.is_single_threaded() is False
    with threads.single_threaded():
        with threads.single_threaded():
            assert threads.is_single_threaded() is True
        assert threads.is_single_threaded() is True
    assert threads.is_single_threaded() is False


@pytest.mark.parametrize("given", [None, "ACTIVE"])
def test_threads_of_the_command_line_sleep_while_they_wait_unless_it_is_said_otherwise(
    given: str | None,
) -> None:
    """It is said before an engine loads OpenMP, which reads it once."""
    around = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told = around if given is None else around | {"OMP_WAIT_POLICY": given}
    look = "import os, sys, pellucid.cli; print(os.environ['OMP_WAIT_POLICY'], *sys.modules)"
    seen = subprocess.run(
        [sys.executable, "-c", look], env=told, capture_output=True, text=True, check=True
    ).stdout.split()
    assert seen[0] == (given or "PASSIVE")
    assert not {"sklearn", "scipy", "torch", "numba"} & {*seen[1:]}
