"""Descent: objectives, and how they are minimised.

Notes: §3.0, KE 113
"""

from __future__ import annotations

from pellucid.descent.objective import Objective

__all__ = ["Objective"]
