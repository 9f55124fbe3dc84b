"""The documentation builds without a warning, asks nothing of another host, and can be searched."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from code_blocks import ROOT

OUTSIDE = re.compile(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="https?://', re.I)


def built(builder: str, folder: Path) -> Path:
    """The documentation by one of Sphinx's builders, where a warning is an error."""
    words = ["-q", "-W", "--keep-going", "-D", "draw_claims=0", "-b", builder]
    places = ["-d", str(folder / "trees"), str(ROOT / "docs"), str(folder / builder)]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, *places], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / builder


def test_every_page_and_docstring_is_read_without_a_warning(tmp_path: Path) -> None:
    built("dummy", tmp_path)


@pytest.mark.slow
def test_the_site_builds_offline_and_can_be_searched(tmp_path: Path) -> None:
    site = built("html", tmp_path)
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    assert [p.name for p in pages if OUTSIDE.search(p.read_text(encoding="utf-8"))] == []
    # Search reads its index by a script, so it works from a file, without a server.
    assert "Ridge" in (site / "searchindex.js").read_text(encoding="utf-8")
