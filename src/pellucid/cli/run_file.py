"""The settings of a fit: from the command line and from a run file, checked; and the file written.

Notes: §1.0.5
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import FramingError, TableError

if TYPE_CHECKING:
    from pellucid.jobs.column_summary import ColumnSummary
    from pellucid.jobs.fit.fit_result import Settings


def settings_from(given: Mapping[str, Any], config: Path | None) -> Settings:
    """Settings of a run file, overridden by what was given on the command line."""
    from pellucid.jobs.fit.fit_result import Settings

    held = read_config(config)
    merged = held | dict(given)
    if "target" not in merged:
        raise FramingError(
            "Say which column to predict: --target COLUMN. To find groups without one: pellucid "
            "cluster."
        )
    known = {f.name for f in fields(Settings)}
    unknown = sorted(set(merged) - known)
    if unknown:
        raise FramingError(f"{config}: unknown setting(s) {', '.join(unknown)}.")
    if isinstance(merged.get("costs"), tuple):
        merged["costs"] = dict(_cost(entry) for entry in merged["costs"])
    if isinstance(merged.get("code"), tuple):
        merged["code"] = (held.get("code") or {}) | dict(_code(entry) for entry in merged["code"])
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in merged.items()}
    return Settings(**plain)


def _cost(entry: str) -> tuple[str, float]:
    name, _, value = entry.rpartition("=")
    try:
        return name, float(value)
    except ValueError:
        raise FramingError(
            f"--costs takes actual:predicted=cost, such as sick:well=10; got {entry!r}."
        ) from None


def _code(entry: str) -> tuple[str, str]:
    name, found, code = entry.partition("=")
    if not found or not name or not code:
        raise FramingError(
            f"--code takes column=code, such as size=thermometer:low,mid,high; got {entry!r}."
        )
    return name, code


def read_config(config: Path | None) -> dict[str, Any]:
    """The settings of a run file; none without one."""
    return {} if config is None else _settings_in(_read(config), config)


def read_run(folder: Path) -> tuple[str, str, dict[str, Any]]:
    """The data of a run, its target, and how it was read, from the folder that `fit` wrote.

    Raises
    ------
    TableError
        When the folder holds no run file, or the file names no data.
    """
    path = folder / "run.toml"
    data = _read(path).get("data")
    if not isinstance(data, str):
        raise TableError(f"{path} does not name the data of its run.")
    settings = settings_from({}, path)
    return data, settings.target, {k: v for k, v in settings.reading().items() if v != ()}


def _read(config: Path) -> dict[str, Any]:
    try:
        with config.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise TableError(f"Cannot read {config}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableError(f"{config} is not a TOML file: {error}.") from error


def _settings_in(read: Mapping[str, Any], config: Path) -> dict[str, Any]:
    settings = read.get("settings")
    if not isinstance(settings, dict):
        raise TableError(
            f"{config} has no table [settings]: a run file begins its settings with that line."
        )
    return settings


def run_file(data: str, settings: Settings, columns: Sequence[ColumnSummary] = ()) -> str:
    """The settings as TOML: `pellucid fit DATA --config run.toml` replays the run.

    The table `codes` tells what each column was encoded by, and why; it is for reading.
    """
    import tomli_w

    from pellucid import __version__

    plain = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(settings).items()
        if value is not None and value != ()
    }
    codes = {c.name: {"code": c.code, "reason": c.why_code} for c in columns if c.code}
    told: dict[str, Any] = {"pellucid": __version__, "data": data, "settings": plain}
    return tomli_w.dumps(told | ({"codes": codes} if codes else {}))
