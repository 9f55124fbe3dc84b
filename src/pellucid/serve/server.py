"""Run a service until it is stopped: answers under way are finished first.

Notes: §1.0.3
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from pellucid.serve.settings import VARIABLE, ServeSettings

LAST_SECONDS = 30  # for the answers under way when the service is stopped
# A worker silent for so long is replaced: loading engines on a busy machine takes its time.
SILENT_SECONDS = 120


def run(settings: ServeSettings) -> None:
    """Serve; returns after SIGTERM or SIGINT, when the answers under way are given.

    Parameters
    ----------
    settings : ServeSettings
        With several workers, one that dies is replaced.

    Raises
    ------
    ModelFileError
        When a model cannot be served; nothing is started then.
    """
    import uvicorn

    from pellucid.serve.application import application

    shown: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "timeout_graceful_shutdown": LAST_SECONDS,
        "timeout_worker_healthcheck": SILENT_SECONDS,
    }
    if settings.workers == 1:
        uvicorn.run(application(settings), **shown)
        return
    from pellucid.serve.model_store import ModelStore

    ModelStore(
        {name: Path(path) for name, path in settings.models.items()}, settings.missing
    )  # what cannot be served is said once, here
    with tempfile.TemporaryDirectory(prefix="pellucid-serve-") as folder:
        os.environ[VARIABLE] = replace(settings, metrics=folder).as_json()
        uvicorn.run(
            "pellucid.serve.application:from_environment",
            factory=True,
            workers=settings.workers,
            **shown,
        )
