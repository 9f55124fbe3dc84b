"""The cards of all pages in a file or in another document, each with its first picture.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pellucid.errors import PellucidError
from pellucid.lab.bundle import bundle
from pellucid.lab.catalogue import entries, page_named
from pellucid.lab.frame_encoding import pack_frame, unpack_frame
from pellucid.lab.html_documents import embedded
from pellucid.lab.rendering import scene_heads
from pellucid.lab.shared_arrays import ArrayPool, without_hover_marks
from pellucid.lab.tables import Tables


def first_pictures(tables: Tables, names: Collection[str] | None = None) -> str:
    """Scripts that draw the first picture of each page on its card.

    Parameters
    ----------
    tables : Tables
        Over which the pages are shown.
    names : collection of str, optional
        Of the pages that are drawn; all of them when not given.
    """
    pool = ArrayPool()
    scenes: dict[str, Any] = {}
    for row in entries():
        if names is None or row.name in names:
            try:
                scenes[row.name] = _first_picture(row.name, tables, pool)
            except PellucidError:
                continue  # a card without a picture is still a card
    held = embedded({"scenes": scenes, "arrays": pool.arrays})
    return (
        f'<script type="application/json" id="shown">{held}</script>'
        f'<script type="module">{bundle("gallery")}</script>'
    )


def _first_picture(name: str, tables: Tables, pool: ArrayPool) -> Any:
    page = page_named(name)
    head = next(scene_heads(page, {}, tables.of(page, {})))
    first = page.pictures[0].name if page.pictures[0].name in head["pictures"] else ""
    picture = without_hover_marks(head["pictures"])[first or next(iter(head["pictures"]))]
    small = {"picture": picture} | {k: head[k] for k in ("steps", "colours", "settled")}
    return pool.held(unpack_frame(pack_frame(small)))
