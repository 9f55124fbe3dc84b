"""The lab: every idea of the notes as a live page over one's own data.

Notes: §1.0.3
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

HOMES = {
    "Data": "data",
    "Page": "page_contract",
    "page": "notebook",
    "Scene": "scene",
    "page_named": "catalogue",
    "run_lab": "launch",
    "write_page": "export",
    "write_all": "export",
}
__all__ = sorted(HOMES)
__getattr__, __dir__ = lazy_names(__name__, HOMES)
