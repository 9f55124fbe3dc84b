"""The HTML report of a fit: one file, offline, the answer first."""

from __future__ import annotations

from pellucid.report.fit_report import render, write_report

__all__ = ["render", "write_report"]
