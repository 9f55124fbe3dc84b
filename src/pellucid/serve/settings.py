"""What a person chose about a service, as plain values that its workers read.

Notes: §1.0.3
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pellucid.errors import HyperparameterError

VARIABLE = "PELLUCID_SERVE"  # holds the settings for the worker processes


@dataclass(frozen=True)
class ServeSettings:
    """Where a service listens, whom it answers, and how much of one request it takes.

    Parameters
    ----------
    models : dict of str to str
        Paths of model files by name.
    host, port : str, int
        Where it listens.
    token : str
        What a request must show; empty only on this machine itself.
    workers : int
        Processes that answer.
    missing : tuple of str
        Spellings of "missing" beside the usual ones.
    largest_body : int
        Bytes.
    most_rows : int
        Rows.
    body_seconds : float
        How long a body may take to arrive.
    metrics : str
        Folder where the workers keep their counts; "" for one worker.
    """

    models: Mapping[str, str]
    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""
    workers: int = 1
    missing: tuple[str, ...] = ()
    largest_body: int = 64 * 1024**2
    most_rows: int = 100_000
    body_seconds: float = 30.0
    metrics: str = ""

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise HyperparameterError(
                f"Others reach {self.host}: give a token (--token WORD, or the variable "
                "PELLUCID_TOKEN), which every request must show as 'Authorization: Bearer WORD'. "
                "On 127.0.0.1 none is needed."
            )
        if self.token and (not self.token.isascii() or not self.token.isprintable()):
            raise HyperparameterError("A token is written in printable ASCII characters.")
        if not 0 <= self.port <= 65_535:
            raise HyperparameterError(f"A port is a number from 0 to 65535; got {self.port}.")
        if not 1 <= self.workers <= 256:
            raise HyperparameterError(f"Workers are 1 to 256 processes; got {self.workers}.")

    def as_json(self) -> str:
        """The settings as text; `read_settings` reads it."""
        return json.dumps(asdict(self) | {"models": dict(self.models)})


def read_settings(text: str) -> ServeSettings:
    """The inverse of `ServeSettings.as_json`.

    Examples
    --------
    >>> settings = ServeSettings({"m": "m.pellucid"}, missing=("?",))
    >>> read_settings(settings.as_json()) == settings
    True
    """
    found = json.loads(text)
    return ServeSettings(**found | {"missing": tuple(found["missing"])})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address.

    Examples
    --------
    >>> [is_loopback(h) for h in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def models_named(given: tuple[str, ...]) -> dict[str, str]:
    """Model files by name, from PATH or NAME=PATH; a path is named after its file.

    Raises
    ------
    HyperparameterError
        When two have one name, or a name cannot stand in an address.

    Examples
    --------
    >>> models_named(("pellucid-out/model.pellucid", "old=before.pellucid"))
    {'model': 'pellucid-out/model.pellucid', 'old': 'before.pellucid'}
    """
    found: dict[str, str] = {}
    for each in given:
        name, equals, path = each.partition("=")
        if not equals or Path(each).is_file():
            name, path = Path(each).stem, each
        if not name or not all(c.isalnum() or c in "-_." for c in name):
            raise HyperparameterError(
                f"{name!r} cannot name a model in an address: letters, digits, - _ and . can. Say "
                f"NAME={path}."
            )
        if name in found:
            raise HyperparameterError(
                f"Two models are called {name!r}: say NAME={path} for one of them."
            )
        found[name] = path
    if not found:
        raise HyperparameterError("Name at least one model file.")
    return found
