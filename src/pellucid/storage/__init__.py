"""Model files that run no code when loaded, and files that appear whole or not at all."""

from __future__ import annotations

from typing import Any

__all__ = ["load_model", "save_model", "write_whole"]


def __getattr__(name: str) -> Any:
    if name in ("load_model", "save_model"):
        from pellucid.storage import model_file

        return getattr(model_file, name)
    if name == "write_whole":
        from pellucid.storage.atomic_files import write_whole

        return write_whole
    raise AttributeError(f"module 'pellucid.storage' has no attribute {name!r}")
