"""The cards of all pages in a file or in another document, each with its first picture.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pellucid.errors import PellucidError
from pellucid.lab.bundle import bundle
from pellucid.lab.catalogue import entries, page_named
from pellucid.lab.documents import embedded
from pellucid.lab.frames import packed, unpacked
from pellucid.lab.laid_out import Pool, lighter
from pellucid.lab.showing import shown
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
    pool = Pool()
    scenes: dict[str, Any] = {}
    for row in entries():
        if names is None or row.name in names:
            try:
                scenes[row.name] = _first(row.name, tables, pool)
            except PellucidError:
                continue  # a card without a picture is still a card
    held = embedded({"scenes": scenes, "arrays": pool.arrays})
    return (
        f'<script type="application/json" id="shown">{held}</script>'
        f'<script type="module">{bundle("gallery")}</script>'
    )


def _first(name: str, tables: Tables, pool: Pool) -> Any:
    page = page_named(name)
    head = next(shown(page, {}, tables.of(page, {})))
    first = page.pictures[0].name if page.pictures[0].name in head["pictures"] else ""
    picture = lighter(head["pictures"])[first or next(iter(head["pictures"]))]
    small = {"picture": picture} | {k: head[k] for k in ("steps", "colours", "settled")}
    return pool.held(unpacked(packed(small)))
