"""Cards of all pages, with pictures laid out in a file."""

from __future__ import annotations

import json
import re

from pellucid.lab.catalogue import entries
from pellucid.lab.gallery import first_pictures
from pellucid.lab.html_documents import chapters_of_cards
from pellucid.lab.tables import Tables


def test_every_page_has_its_card() -> None:
    cards = chapters_of_cards("{name}.html")
    for row in entries():
        assert f'data-name="{row.name}"><a class="card" href="{row.name}.html">' in cards
    assert "href" not in chapters_of_cards("")


def test_first_pictures_are_laid_out_whole() -> None:
    text = first_pictures(Tables(), {"losses", "sigmoid"})
    found = re.search(r'id="shown">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    held = json.loads(found[1])
    assert set(held["scenes"]) == {"losses", "sigmoid"}
    for scene in held["scenes"].values():
        assert scene["picture"]["widget"] == "plane"
        assert scene["picture"]["marks"]
        assert {"steps", "colours", "settled"} <= set(scene)
