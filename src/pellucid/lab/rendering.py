"""From settings to what the browser is sent: scenes with their program, and judged answers.

Notes: §1.0.3
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.errors import FramingError, PellucidError
from pellucid.lab.controls import column_choices
from pellucid.lab.data import Data
from pellucid.lab.page_contract import Page
from pellucid.lab.scene import Scene

NO_TABLE = Data("", None, "")


def scenes_of(page: Page, state: Mapping[str, Any], data: Data) -> Iterator[Scene]:
    """The scenes of settled settings; arithmetic that overflows is shown, not warned of.

    Raises
    ------
    PellucidError
        As the page or the library does. A page over whose data the arithmetic fails says so.
    """
    work = page.scenes(state, data)
    while True:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scene = next(work, None)
        except PellucidError:
            raise
        except (ArithmeticError, np.linalg.LinAlgError, ValueError) as trouble:
            raise FramingError(f"These settings do not go together: {trouble}") from trouble
        if scene is None:
            return
        yield scene


def scene_heads(page: Page, given: Mapping[str, Any], data: Data) -> Iterator[dict[str, Any]]:
    """Heads of frames for the settings that a browser gave."""
    return (head for head, _ in heads_and_scenes(page, given, data))


def heads_and_scenes(
    page: Page, given: Mapping[str, Any], data: Data
) -> Iterator[tuple[dict[str, Any], Scene]]:
    """Heads of frames, each with the scene that it tells of."""
    state = page.checked_state(given, data)
    about = f"{len(data.table):,} rows of {data.name}" if data.table is not None else ""
    known = [["known of the data", data.truth]] if data.truth else []
    common = {
        "code": page.code(state, data),
        "settled": state,
        "columns": column_choices(page.controls, data) if data.table is not None else {},
        "about": about,
        "colours": {term.name: term.colour for term in page.terms},
    }
    for scene in scenes_of(page, state, data):
        head = scene.head()
        yield head | common | {"facts": [*head["facts"], *known]}, scene
        if not page.streams:
            return


def answer_to(page: Page, given: Mapping[str, Any], data: Data, index: Any) -> dict[str, str]:
    """The right answer to a question of a page, with the reason.

    Raises
    ------
    FramingError
        When there is no such question.
    """
    if not isinstance(index, int) or not 0 <= index < len(page.questions):
        raise FramingError(f"{page.name} has {len(page.questions)} questions, counted from 0.")
    state = page.checked_state(given, data)
    scene = None
    for scene in scenes_of(page, state, data):  # noqa: B007
        if not page.streams:
            break
    if scene is None:
        raise FramingError(f"{page.name} shows nothing for these settings.")
    right, reason = page.questions[index].judge(state, scene)
    return {"right": right, "reason": reason}
