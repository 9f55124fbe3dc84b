"""Fingerprints of what is shown: its words, and a few sums of its numbers.

What was looked at and found right is kept as fingerprints, part by part; a part that changes is
named, looked at again, and kept anew (`KEEP_PICTURES=1 ./test FOLDER -n 0`). Numbers agree within a
share of their size, so that another processor's last digits are no change.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Patch
from matplotlib.text import Text

NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+−]?\d+)?")
WITHIN = 2e-3
NOISE = 1e-12  # of rounding: another processor has other

Fingerprint = list[float]  # words, how many numbers, how many of them finite, and four sums


def leaves(value: Any) -> Iterator[str | np.ndarray]:
    """All words and numbers of nested values, in their order; the names of entries are words."""
    if is_dataclass(value) and not isinstance(value, type):
        yield from leaves({f.name: getattr(value, f.name) for f in fields(value)})
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name)
            yield from leaves(part)
    elif isinstance(value, str):
        yield value
    elif value is None or isinstance(value, bool | np.bool_):
        yield str(value)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        yield np.asarray(value, dtype=np.float64).ravel()
    elif isinstance(value, int | float | np.number):
        yield np.array([value], dtype=np.float64)
    elif isinstance(value, np.ndarray | list | tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield type(value).__name__


def fingerprint(value: Any) -> Fingerprint:
    """The fingerprint of nested values: numbers inside words count as numbers."""
    words, numbers = [], []
    for leaf in leaves(value):
        if isinstance(leaf, str):
            found = NUMBER.findall(leaf)
            numbers += [float(n.replace("−", "-").replace(",", "")) for n in found]
            words.append(NUMBER.sub("#", leaf))
        else:
            numbers += leaf.tolist()
    told = zlib.crc32("\n".join(words).encode())
    each = np.array(numbers, dtype=np.float64)
    there = np.isfinite(each)
    each = np.where(there & (np.abs(each) > NOISE), each, 0.0)
    turn = np.arange(len(each))
    sums = (each.sum(), each @ np.cos(turn), each @ np.sin(0.37 * turn), np.abs(each).sum())
    return [told, len(each), int(there.sum()), *(float(f"{v:.6g}") for v in sums)]


def differ(one: Fingerprint, other: Fingerprint) -> str:
    """What two fingerprints differ in; nothing where they agree."""
    if one[0] != other[0]:
        return "words"
    if one[1:3] != other[1:3]:
        return "how many numbers"
    size = max(one[-1], other[-1])
    apart = max(abs(a - b) for a, b in zip(one[3:], other[3:], strict=True))
    return "numbers" if apart > WITHIN * size else ""


def differences(kept: Mapping[str, Fingerprint], now: Mapping[str, Fingerprint]) -> list[str]:
    """Each part that is gone, new or changed, with what changed in it."""
    told = [f"{name}: gone" for name in kept if name not in now]
    told += [f"{name}: new" for name in now if name not in kept]
    both = {name: differ(kept[name], now[name]) for name in kept if name in now}
    return told + [f"{name}: other {what}" for name, what in both.items() if what]


# What artists of all kinds may be asked for, where they have it.
ASKED = (
    *("get_label", "get_xydata", "get_data_3d", "get_offsets", "get_array", "get_sizes"),
    *("get_segments", "get_coordinates", "get_extent", "get_linestyle", "get_marker"),
    *("get_zorder", "get_alpha", "get_color", "get_facecolor", "get_edgecolor"),
    *("get_linewidth", "get_markersize", "get_hatch"),
)


def of_figure(figure: Figure) -> dict[str, Any]:
    """Words and data of all that is drawn on a figure, axes by axes."""
    return {
        f"axes {place}": {
            "words": [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()],
            "limits": [axes.get_xlim(), axes.get_ylim(), axes.get_xscale(), axes.get_yscale()],
            "ticks": [t.get_text() for t in (*axes.get_xticklabels(), *axes.get_yticklabels())],
            "grid": [
                axis.get_gridlines()[:1] != [] and axis.get_gridlines()[0].get_visible()
                for axis in (axes.xaxis, axes.yaxis)
            ],
            "letters": [t.get_fontsize() for t in axes.get_xticklabels()[:1]],
            "drawn": [_of_artist(artist) for artist in axes.get_children()],
        }
        for place, axes in enumerate(figure.axes)
    } | {"size": figure.get_size_inches(), "words": [text.get_text() for text in figure.texts]}


def _of_artist(artist: Artist) -> list[Any]:
    found: list[Any] = [type(artist).__name__, artist.get_visible()]
    if isinstance(artist, PolyCollection):
        found.append(_corners(artist))
    if isinstance(artist, Legend):
        return [*found, [text.get_text() for text in artist.get_texts()]]
    if isinstance(artist, Text):
        told = artist.get_text()
        looks = (artist.get_rotation(), artist.get_fontsize(), artist.get_color())
        return [*found, told, artist.get_position(), *looks] if told else found
    if isinstance(artist, Patch):
        path = artist.get_path().transformed(artist.get_patch_transform())
        found.append(path.vertices)
    return found + [_plain(getattr(artist, name)()) for name in ASKED if hasattr(artist, name)]


def _corners(faces: PolyCollection) -> np.ndarray:
    """Where the faces lie on the page; in space, where they come by depth, in no order."""
    if hasattr(faces, "do_3d_projection"):
        axes: Any = faces.axes
        axes.M = axes.get_proj()
        faces.do_3d_projection()
    corners = np.concatenate(
        [np.empty(0), *(np.ravel(path.vertices) for path in faces.get_paths())]
    )
    return np.sort(corners) if hasattr(faces, "do_3d_projection") else corners


def _plain(value: Any) -> Any:
    """Automatic labels count objects, and what is hidden has no number."""
    if isinstance(value, Text):
        return value.get_text()
    if isinstance(value, str) and value.startswith("_child"):
        return ""
    return np.ma.filled(value, np.nan) if isinstance(value, np.ma.MaskedArray) else value


def sections(page: str, *folders: Path) -> dict[str, str]:
    """The sections of a page of HTML under their titles, and each of their drawings by itself.

    The names of `folders` that other runs and machines do not have are left out, and those that
    Matplotlib makes of a shape's last bits, which another processor rounds otherwise.
    """
    found = {}
    for folder in folders:
        page = page.replace(str(folder), "FOLDER")
    page = re.sub(r"\b([mp])[0-9a-f]{10}\b", r"\1-shape", page)
    for section in page.partition("<body")[2].split("<section>"):
        title = re.sub(r"<[^>]*>", "", section.partition("</h2>")[0])[:60] or "start"
        section = re.sub(r"<defs>.*?</defs>", "", section, flags=re.DOTALL)  # shapes of letters
        drawings = re.findall(r"<svg.*?</svg>", section, re.DOTALL)
        found[title] = re.sub(r"<svg.*?</svg>", "", section, flags=re.DOTALL)
        found |= {f"{title}, drawing {i}": drawn for i, drawn in enumerate(drawings)}
    return found


def check(place: Path, name: str, shown: Mapping[str, Any]) -> None:
    """What is shown under a name has the fingerprints that were kept for it, part by part.

    With `KEEP_PICTURES` in the environment it is kept instead.
    """
    now = {part: fingerprint(value) for part, value in shown.items()}
    kept: dict[str, dict[str, Fingerprint]] = {}
    if place.exists():
        kept = json.loads(place.read_text("utf-8"))
    if "KEEP_PICTURES" in os.environ:
        _write(place, kept | {name: now})
        return
    changed = differences(kept.get(name, {}), now)
    assert not changed, (
        f"{name} shows something else ({'; '.join(changed)}). Look at it, and if it is right: "
        f"KEEP_PICTURES=1 ./test {place.parent.relative_to(Path(__file__).parents[1])} -n 0"
    )


def _write(place: Path, found: Mapping[str, Mapping[str, Fingerprint]]) -> None:
    groups = (
        f"{_text(name)}: {{\n"
        + ",\n".join(f"{_text(part)}: {json.dumps(each)}" for part, each in parts.items())
        + "\n}"
        for name, parts in sorted(found.items())
    )
    place.write_text("{\n" + ",\n".join(groups) + "\n}\n", "utf-8")


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
