"""The report of a clustering: offline, safe, in order, and on a phone."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fingerprints import check, sections
from pellucid import cluster_table, read_table
from pellucid.errors import OutputError
from pellucid.jobs.cluster.cluster_result import ClusterResult, ClusterSettings
from pellucid.report.cluster_report import render, write_cluster_report

HOSTILE = "<script>alert('x')</script>"


@cache
def result(name: str) -> ClusterResult:
    random = np.random.default_rng(0)
    far = 0 if name == "none" else 12
    side = np.arange(60) % 2
    frame = {
        f"{HOSTILE}_mm": far * side + random.normal(size=60),
        "b" * 70: far * side + random.normal(size=60),
        "kind": np.where(side == 0, "<b>one</b>", "two & three"),
    }
    settings = ClusterSettings(ks=(2, 3), truth="kind")
    return replace(cluster_table(read_table(pa.table(frame)), settings), source="<i>t</i>.csv")


@cache
def page_of(name: str) -> str:
    return render(result(name), Path("out"), "./pellucid cluster '<i>t</i>.csv'")


@pytest.mark.parametrize("name", ["two", "none"])
def test_page_is_safe_offline_and_in_order(name: str) -> None:
    page = page_of(name)
    assert "<script" not in page.lower()
    assert "<i>t" not in page
    assert "<b>one" not in page
    loads = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)|url\(([^)]*)\)""", page)
    assert all((a or b).startswith(("#", "data:")) for a, b in loads)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    levels = [int(h) for h in re.findall(r"<h([1-6])\b", page)]
    assert levels.count(1) == levels[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert ">nan<" not in page
    if name == "two":  # where there are none, another processor's last digits lead elsewhere
        check(Path(__file__).with_name("shown.json"), "two groups", sections(page))


def test_the_answer_comes_first_and_the_groups_are_told() -> None:
    page = page_of("two")
    assert page.index("There are 2 groups") < page.index("What the groups mean")
    assert page.index("What the groups mean") < page.index("How many groups")
    assert "Against kind" in page
    assert "100.0% right" in page
    none = page_of("none")
    assert "There are no clusters here" in none
    assert "What the groups mean" not in none


def test_the_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    write_cluster_report(result("two"), tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text().endswith("</html>\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_cluster_report(result("two"), tmp_path / "file" / "r.html")


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize("name", ["two", "none"])
def test_report_on_a_phone(name: str, tmp_path: Path) -> None:
    playwright: Any = pytest.importorskip("playwright.sync_api")
    write_cluster_report(result(name), tmp_path / "r.html")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        asked: list[str] = []
        said: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.goto((tmp_path / "r.html").as_uri())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert said == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
