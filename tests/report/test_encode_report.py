"""The report of an encoding: what is said of its map holds for what is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pellucid.jobs.encode.encoding_result import OutlierRow
from pellucid.report.encode_report import _map, _odd, _rebuilt

CODES = np.random.default_rng(0).normal(size=(6, 2))


@pytest.mark.parametrize("labels", [None, np.array(list("aabbcc"))])
def test_colours_are_said_to_be_labels_where_there_are_some(labels: Any) -> None:
    result: Any = SimpleNamespace(
        codes=CODES, labels=labels, rows=6, settings=SimpleNamespace(seed=0),
        code_descriptions=(), identifiers={}, places=None, losses=np.arange(6.0), accuracy=None,
    )  # fmt: skip
    drawn = _map(result, lambda *given, **how: "", None)
    assert ("Colours: none." in drawn) == (labels is None)
    assert ("labels, which took no part" in drawn) == (labels is not None)


def shown(part: Any, *given: Any) -> tuple[list[tuple[list[Any], str, bool]], str]:
    """Of each picture that a part draws: its images, what stands below, whether it is wide."""
    told: list[tuple[list[Any], str, bool]] = []

    def draw(figure: Any, caption: str, *, wide: bool = False) -> str:
        images = [im.get_array() for axes in figure.axes for im in axes.images]
        told.append(([np.asarray(each) for each in images], caption, wide))
        return ""

    return told, part(given[0], draw, *given[1:])


@pytest.mark.parametrize("count", [6, 7])
def test_odd_images_stand_above_what_they_decode_to_by_their_rows(count: int) -> None:
    images = np.arange(80.0).reshape(10, 2, 2, 2)
    odd = [OutlierRow(10 - j, "", 1.5, 3.0, "") for j in range(count)]
    model = SimpleNamespace(reconstruct=lambda flat: 100 - flat)
    result: Any = SimpleNamespace(
        outliers=odd, machine=SimpleNamespace(size=(2, 2, 2), model=model)
    )
    ((found, _, wide),), text = shown(_odd, result, images)
    assert wide is (count > 6)
    assert "3.0 ×" in text
    grey = images[[each.row - 1 for each in odd]].mean(axis=-1)
    np.testing.assert_allclose(found, [*grey, *(100 - grey)])
    assert shown(_odd, result, None)[0] == []


def test_what_codes_decode_to_is_shown_in_the_ink_of_the_originals() -> None:
    """Each image at its place in the grid of codes, cut to what the originals reach."""
    rows = np.linspace(-1, 2, 24).reshape(6, 4)
    grid = np.stack(np.meshgrid(np.arange(3.0), np.arange(2.0)), axis=-1), rows.reshape(2, 3, 4)
    probes = SimpleNamespace(
        places=(4, 8), originals=np.array([[0.0] * 4, [1.0] * 4]), rebuilt=rows[:2],
        walks=rows[None, :3], values=np.array([[-1.0, 0.0, 1.0]]), grid=grid,
        averages=[("0", rows[:1]), ("mean", rows[1:2])], zero="Nothing.",
    )  # fmt: skip
    result: Any = SimpleNamespace(probes=probes, machine=SimpleNamespace(size=(2, 2, 1)))
    told, text = shown(_rebuilt, result)
    pairs, walks, codes, averages = (each[0] for each in told)
    cut = np.clip(rows, 0, 1).reshape(6, 2, 2)
    np.testing.assert_allclose(pairs[2:], cut[:2])
    np.testing.assert_allclose(walks, cut[:3])
    np.testing.assert_allclose(averages, cut[:2])
    sheet = cut.reshape(2, 3, 2, 2).transpose(0, 2, 1, 3).reshape(4, 6)
    np.testing.assert_allclose(codes, [sheet])
    assert [wide for _, _, wide in told] == [True, False, False, False]
    assert "Nothing." in text
    probes.grid = None
    assert len(shown(_rebuilt, result)[0]) == 3
