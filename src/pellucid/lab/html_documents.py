"""The HTML of a page and of the table of contents: a shell, its declaration as JSON, one module.

Notes: §1.0.3
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from pellucid.lab.catalogue import CHAPTERS, Entry, entries
from pellucid.lab.page_contract import Page
from pellucid.lab.page_declaration import page_declaration
from pellucid.lab.tables import Tables

WIDGETS = tuple(sorted(p.stem for p in (Path(__file__).parent / "widgets").glob("*.js")))
DRAWING = tuple(name for name in WIDGETS if name not in ("page", "tools"))
SHELL = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/lab.css">
<title>{title}</title>
</head>
<body>
{body}
<script type="application/json" id="declared">{declared}</script>
<script type="module" src="/static/{module}.js"></script>
</body>
</html>
"""


def embedded(values: Any) -> str:
    """JSON that no text in it can end early."""
    return json.dumps(values, ensure_ascii=False).replace("<", "\\u003c")


def page_document(page: Page, tables: Tables) -> str:
    """A page, to be filled by the browser."""
    found = page_declaration(page) | {
        "home": "/",
        "widgets": DRAWING,
        "data": {"own": tables.offered()},
    }
    return SHELL.format(
        title=html.escape(f"{found['title']} · pellucid lab"),
        body='<div id="lab"></div>',
        declared=embedded(found),
        module="live",
    )


def contents_document(tables: Tables) -> str:
    """The table of contents: chapters, a card a page."""
    own = tables.offered()
    over = f"over {own[0]['name']}" if own else "over samples of known truth"
    found = {"widgets": DRAWING, "data": own}
    return SHELL.format(
        title="pellucid lab",
        body=f'<div id="lab">{contents_body(over, "/page/{name}")}</div>',
        declared=embedded(found),
        module="contents",
    )


def contents_body(over: str, address: str) -> str:
    """Chapters with their cards; `address` says where a page's {name} leads."""
    return (
        '<div class="lab"><main class="contents"><h1>pellucid lab</h1>'
        f'<p class="lead">{len(entries())} ideas as live pages, {html.escape(over)}. Move '
        "something and see what it does; every number comes from the library, and each page shows "
        "the Python that gives the same.</p>"
        '<label class="find"><span>Find a page</span>'
        '<input type="search" id="find" autocomplete="off"></label>'
        f'<p class="none" role="status"></p>{chapters_of_cards(address)}</main></div>'
    )


def chapters_of_cards(address: str) -> str:
    """The chapters with a card for each page; without an address a card leads nowhere."""
    chapters = []
    for number, title in CHAPTERS.items():
        cards = "".join(_card(row, address) for row in entries() if row.chapter == number)
        if cards:
            head = "Appendix A" if number == "A" else f"Chapter {number}"
            chapters.append(
                f'<section><h2>{head} · {title}</h2><ul class="cards">{cards}</ul></section>'
            )
    return "".join(chapters)


def _card(row: Entry, address: str) -> str:
    tag = (
        f'a class="card" href="{address.format(name=row.name)}"' if address else 'div class="card"'
    )
    return (
        f'<li data-name="{row.name}"><{tag}><div class="thumb" aria-hidden="true"></div>'
        f"<b>{html.escape(row.title)}</b><span>{html.escape(row.question)}</span></{tag.split()[0]}>"
        "</li>"
    )
