"""What the browser gets of a page once: all but what depends on settings and data.

Notes: §1.0.3
"""

from __future__ import annotations

from typing import Any

from pellucid.lab.catalogue import entry
from pellucid.lab.formulas import typeset
from pellucid.lab.page_contract import Page


def page_declaration(page: Page) -> dict[str, Any]:
    """Plain values: words, controls, typeset formulas, terms, places of pictures, questions."""
    row = entry(page.name)
    return {
        "name": page.name,
        "number": row.number,
        "chapter": row.chapter,
        "title": row.title,
        "lead": page.lead,
        "notes": page.notes,
        "controls": [control.declared_values() for control in page.controls],
        "formulas": [
            {"svg": typeset(f.latex, f.spoken), "spoken": f.spoken} for f in page.formulas
        ],
        "terms": [vars(term) for term in page.terms],
        "pictures": [vars(picture) for picture in page.pictures],
        "questions": [{"prompt": q.prompt, "answers": q.answers} for q in page.questions],
        "samples": list(page.samples),
        "streams": page.streams,
    }
