"""A running lab, as tests see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lab:
    """A running lab: its port and token."""

    port: int
    token: str

    def address(self, path: str, fragment: str = "") -> str:
        """Of a page, with the token."""
        end = f"#{fragment}" if fragment else ""
        return f"http://127.0.0.1:{self.port}{path}?token={self.token}{end}"
