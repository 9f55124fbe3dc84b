"""The documentation builds without a warning, asks nothing of another host, and can be searched."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from code_blocks import ROOT

OUTSIDE = re.compile(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="https?://', re.I)


def test_the_site_builds_offline_and_can_be_searched(tmp_path: Path) -> None:
    site = tmp_path / "html"
    words = ["-q", "-W", "--keep-going", "-D", "draw_claims=0", "-b", "html"]
    places = ["-d", str(tmp_path / "trees"), str(ROOT / "docs"), str(site)]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, *places], capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    assert [p.name for p in pages if OUTSIDE.search(p.read_text(encoding="utf-8"))] == []
    # Search reads its index by a script, so it works from a file, without a server.
    assert "Ridge" in (site / "searchindex.js").read_text(encoding="utf-8")
