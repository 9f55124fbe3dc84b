"""`pellucid lab`: a free or named port, the browser, and a clean end.

Notes: §1.0.3
"""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Mapping
from typing import Any

from pellucid.errors import FramingError
from pellucid.former_names import renamed_arguments

USUAL_PORT = 8765


def listening_socket(port: int | None) -> socket.socket:
    """A socket on this machine alone; without a port the usual one, or a free one.

    Raises
    ------
    FramingError
        When the named port is taken.
    """
    tried = [USUAL_PORT, 0] if port is None else [port]
    for candidate in tried:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", candidate))
            found.listen(128)
        except (OSError, OverflowError) as trouble:
            found.close()
            if candidate == tried[-1]:
                raise FramingError(
                    f"Port {candidate} cannot be used ({_reason(trouble)}): choose another with "
                    "--port, or leave it out to take a free one."
                ) from trouble
        else:
            return found
    raise AssertionError("the last candidate raises an error or is bound")


def _reason(trouble: Exception) -> str:
    reason = getattr(trouble, "strerror", None) or str(trouble)
    return str(reason).lower()


@renamed_arguments(told="on_start")
def run_lab(
    source: str | None = None,
    *,
    target: str = "",
    reading: Mapping[str, Any] | None = None,
    page: str = "",
    port: int | None = None,
    browser: bool = True,
    on_start: Any = None,
) -> None:
    """Serve the lab until it is stopped.

    Parameters
    ----------
    source : str or None
        A table as for `read_table`.
    target : str
        Its column to predict.
    reading : mapping
        Further options of `read_table`.
    page : str
        The page that is opened; the table of contents when empty.
    port : int or None
        8765, or a free one where that is taken, when None.
    browser : bool
        Whether the browser is opened.
    on_start : callable (str), optional
        Is given the address.

    Raises
    ------
    FramingError
        When there is no such page, or the port is taken.
    """
    from pellucid.lab.catalogue import entry
    from pellucid.lab.tables import Tables

    path = f"/page/{entry(page).name}" if page else "/"
    tables = Tables(source, target, reading)
    with listening_socket(port) as own:
        try:
            _serve(own, tables, path, browser, on_start)
        except KeyboardInterrupt:
            return  # the server has closed everything, then hands the key on


def _serve(listener: socket.socket, tables: Any, path: str, browser: bool, on_start: Any) -> None:
    import uvicorn

    from pellucid.lab.server import application

    number = listener.getsockname()[1]
    app = application(tables, number)
    address = f"http://127.0.0.1:{number}{path}?token={app.state.locks.token}"
    settings = uvicorn.Config(
        # Routes say what goes wrong in a sentence; work that Ctrl-C cuts off is no error.
        app, log_level="critical", ws="websockets-sansio", timeout_graceful_shutdown=1,
        server_header=False, access_log=False,
    )  # fmt: skip

    class Announced(uvicorn.Server):
        """Tells the address once it answers, and a key that stops it is heard."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if on_start is not None:
                on_start(address)
            if browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    Announced(settings).run(sockets=[listener])
