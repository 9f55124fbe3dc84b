"""What a server is started with: one process, or workers that each make the application."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pellucid.serve import server
from pellucid.serve.settings import VARIABLE, ServeSettings, read_settings


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_are_told_by_the_environment_what_one_process_is_given(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr("uvicorn.run", lambda what, **how: started.append((what, how)))
    monkeypatch.setattr("pellucid.serve.application.application", lambda settings: settings)
    monkeypatch.setattr("pellucid.serve.model_store.ModelStore", lambda models, missing: None)
    settings = ServeSettings({"m": "m.pellucid"}, port=81, workers=workers)
    server.run(settings)
    ((what, how),) = started
    assert (how["host"], how["port"]) == ("127.0.0.1", 81)
    assert not how["access_log"]  # rows stand in requests
    assert not how["server_header"]
    assert how["timeout_graceful_shutdown"] == 30
    assert how["timeout_worker_healthcheck"] == 120
    if workers == 1:
        assert what is settings
        assert "workers" not in how
        return
    assert what == "pellucid.serve.application:from_environment"
    assert how["workers"] == 2
    assert how["factory"]
    told = read_settings(os.environ[VARIABLE])
    assert told.models == settings.models
    assert not Path(told.metrics).exists()  # counts of the workers, gone with them
