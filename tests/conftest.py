"""What holds for all tests."""

from __future__ import annotations

import atexit
import gc
import linecache
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from evidence import Evidence

# Speed is shown in benchmarks, never in a test: a busy machine is no fault of the code.
# The quick suite draws the same examples at every run, so that a red one is the fault of the
# change it stands on; `./test --slow` and a run of single files search further each time.
settings.register_profile("searching", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True, max_examples=25)

# Compiled programs and imported engines stay until the end: no need to walk over them so often.
gc.set_threshold(10_000, 20, 50)


def nightly() -> Iterator[str]:
    """Starts of the addresses of the tests, beside those marked in place, that the night runs.

    A line that is moved in goes on where the last one that is not ends.
    """
    head = ""
    for line in Path(__file__).with_name("nightly.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            yield head + line.strip()
        elif line and not line.startswith("#"):
            if not line.endswith(("[", "::", "/")):
                yield line
            head = line


NIGHTLY = tuple(nightly())


def pytest_configure(config: pytest.Config) -> None:
    """Each item of the notes' map is watched where its test runs."""
    quick = "not slow" in config.option.markexpr and " or " not in config.option.markexpr
    settings.load_profile("repeatable" if quick else "searching")
    config.pluginmanager.register(Evidence(config, NIGHTLY if quick else ()))
    if quick:
        share_compiler_context()


def share_compiler_context() -> None:
    """One MLIR context for all programs that JAX compiles, where each would make its own.

    It takes four milliseconds, as long as compiling most of the programs of the quick suite.
    """
    from functools import cache

    from jax._src.interpreters import mlir

    mlir.make_ir_context = cache(mlir.make_ir_context)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what the list names as slow, before the marks choose what is run."""
    for item in items:
        if item.nodeid.startswith(NIGHTLY):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: they are not walked over again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker has nothing to write at its end: it is spared taking down what JAX compiled.

    That takes several seconds, and the run waits for ten before it kills a worker. Nor does pytest
    walk once more over all that was made.
    """
    if hasattr(session.config, "workerinput"):
        gc.freeze()
        atexit.register(os._exit, 0)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """An example of a docstring looks, before it runs, at every file that anyone has shown."""
    if isinstance(item, pytest.DoctestItem):
        linecache.clearcache()


@pytest.fixture(scope="module")
def helper() -> Iterator[Callable[..., Any]]:
    """Starts a further process that takes part in work, and waits until it is there."""
    from pellucid import processes

    def started(*modules: str) -> Any:
        processes.start_processes(2, ("sklearn", *modules))
        found = processes._helpers[0]
        with found.free:
            found.wait()
        return found

    yield started
    processes.stop_processes()
