"""The client of a Dask cluster: at an address, or the active one; and its failures as sentences.

Notes: §2.5.6
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from pellucid.errors import ClusterError, MissingExtraError

CONNECTION_SECONDS = 10  # seconds until an address that does not answer is given up
GLANCE = 0.2  # seconds between two looks whether the client is still there


def active_client() -> Any:
    """The `distributed.Client` that is active in this process, or None.

    Notes: §2.5.6
    """
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        return distributed.default_client()
    except ValueError:
        return None


@contextmanager
def client_at(address: str) -> Iterator[Any]:
    """A client of the cluster at an address, closed at the end.

    Parameters
    ----------
    address : str
        Of its scheduler, such as "tcp://10.0.0.5:8786".

    Raises
    ------
    ClusterError
        When no scheduler answers, or it has no workers.
    MissingExtraError
        Without the extra [dask].

    Notes: §2.5.6
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError(
            'A Dask cluster needs the extra [dask]: pip install "pellucid[dask]".'
        ) from error
    client: Any = None
    with _silence_connection_log():
        try:
            client = Client(address, timeout=CONNECTION_SECONDS, set_as_default=False)
            client.wait_for_workers(1, timeout=CONNECTION_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            if client is not None:
                client.close()
                raise ClusterError(
                    f"The Dask scheduler at {address} has no workers: start some with "
                    f"`dask worker {address}`."
                ) from error
            raise ClusterError(
                f"No Dask scheduler answers at {address}: start one with `dask scheduler`, or give "
                "the address that it prints, such as tcp://HOST:8786."
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=1)


@contextmanager
def _silence_connection_log() -> Iterator[None]:
    """Dask's own log of lost connections is left out: what matters is raised as an error."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)


def arrivals(client: Any, futures: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Futures and what they gave, as they come.

    Raises
    ------
    CancelledError
        When the client is closed meanwhile: it loses its scheduler without telling who waits.

    Notes: §2.5.6
    """
    from distributed import as_completed

    waiting: Any = as_completed
    arrived = waiting(futures, loop=client.loop, with_results=True)
    while arrived.count():
        if arrived.has_ready():
            yield next(arrived)
        elif client.status in ("closing", "closed"):
            raise CancelledError("the client is closed")
        else:
            with arrived.thread_condition:
                if not arrived.has_ready():
                    arrived.thread_condition.wait(GLANCE)


@contextmanager
def readable_errors(client: Any) -> Iterator[None]:
    """Failures of a cluster as sentences.

    Raises
    ------
    ClusterError

    Notes: §2.5.6
    """
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            "Several workers ended on the same partition; most likely it does not fit their "
            "memory. Make partitions smaller (repartition, rechunk), or give workers more memory."
        ) from error
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"A worker of the Dask cluster lacks a package ({error}): install pellucid of the same "
            "version on every worker."
        ) from error
    except (CancelledError, CommClosedError, TimeoutError, OSError) as error:
        if client.status == "running" and not isinstance(error, CancelledError | CommClosedError):
            raise
        raise ClusterError(
            f"The scheduler of the Dask cluster was lost ({client.status}): the fit ends here. "
            "Start a cluster and fit again; nothing half-fitted is left."
        ) from error
