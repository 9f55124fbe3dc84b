"""Pages of the lab in the documentation: a gallery of all of them, and single ones.

```{lab-gallery}
```

shows a card for each page, with its first picture.

```{lab} gradient-descent
```

shows one page as the file that `pellucid lab --export` writes. `-D draw_claims=0` leaves pictures
and files out, for a check of the words alone.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pellucid.lab.bundle import embedded_style
from pellucid.lab.catalogue import entry, page_named
from pellucid.lab.export import page_file
from pellucid.lab.gallery import first_pictures
from pellucid.lab.html_documents import chapters_of_cards
from pellucid.lab.tables import Tables

FOLDER = "lab_pages"  # of the built site


class LabGallery(SphinxDirective):
    """Cards of all pages."""

    def run(self) -> list[nodes.Node]:
        scripts = first_pictures(Tables()) if self.config.draw_claims else ""
        text = (
            f'<style>{embedded_style()}</style><div class="inside"><div class="lab">'
            f'<div class="contents">{chapters_of_cards("")}</div></div></div>{scripts}'
        )
        return [nodes.raw("", text, format="html")]


class LabPage(SphinxDirective):
    """One page, its main control laid out beforehand."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        row = entry(self.arguments[0])
        title, command = html.escape(row.title), f"pellucid lab --page {row.name}"
        words = f"<p>Live, over your own table: <code>{command}</code></p>"
        if not self.config.draw_claims:
            return [nodes.raw("", f"<p><b>{title}</b></p>{words}", format="html")]
        folder = Path(self.env.app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        text = page_file(page_named(row.name), Tables())
        (folder / f"{row.name}.html").write_text(text, encoding="utf-8")
        up = "../" * self.env.docname.count("/")
        frame = (
            f'<iframe class="lab-page" src="{up}{FOLDER}/{row.name}.html" title="{title}" '
            f'loading="lazy"></iframe>'
        )
        return [nodes.raw("", frame + words, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("lab-gallery", LabGallery)
    app.add_directive("lab", LabPage)
    return {"parallel_read_safe": True}
