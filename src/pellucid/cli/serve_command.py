"""`pellucid serve`: predictions over HTTP."""

from __future__ import annotations

import os
import sys
from typing import Annotated

from cyclopts import Parameter

from pellucid.cli.options import Columns

TOKEN = "PELLUCID_TOKEN"


def serve(
    *models: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: Annotated[str | None, Parameter(negative="")] = None,
    workers: int = 1,
    missing: Columns = (),
) -> None:
    """Answer over HTTP: POST /predict takes rows, and / shows a page where one types a row.

    Also /schema, /explain, /report, /health, /metrics and /openapi.json. A model file that is
    replaced is taken up within a second.

    Parameters
    ----------
    models
        A model.pellucid of `pellucid fit`, `cluster` or `encode`; several are told apart by name,
        as NAME=PATH, and answer at /models/NAME/predict.
    host
        Where to listen (default 127.0.0.1: this machine alone).
    port
        At which port (default 8000).
    token
        What a request must show, as 'Authorization: Bearer TOKEN'; needed where others can reach
        the host. Or the variable PELLUCID_TOKEN, which others on the machine do not see.
    workers
        Processes that answer (default 1).
    missing
        A further spelling of "missing"; repeat for more.
    """
    from pellucid.serve.server import run
    from pellucid.serve.settings import ServeSettings, models_named

    settings = ServeSettings(
        models=models_named(models),
        host=host,
        port=port,
        token=token if token is not None else os.environ.get(TOKEN, ""),
        workers=workers,
        missing=missing,
    )
    names = ", ".join(settings.models)
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving {names} at http://{shown}:{port}/ (Ctrl-C stops it)", file=sys.stderr)
    run(settings)
