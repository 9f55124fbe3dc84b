"""The one table of all pages, and what each is put through: defaults, ends of its controls."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from pellucid.errors import ColumnError
from pellucid.lab.catalogue import entries, page_named
from pellucid.lab.controls import Control
from pellucid.lab.data import Data
from pellucid.lab.page_contract import Page
from pellucid.lab.rendering import scenes_of
from pellucid.lab.sample_tables import sample
from pellucid.lab.scene import Scene
from pellucid.lab.tables import NO_TABLE, Tables

NAMES = [row.name for row in entries()]
# They train a network for each setting: their extremes are tried by `./test --slow`.
LONG = {
    "adversary",
    "convolutional-network",
    "generative-pair",
    "latent-explorer",
    "next-token",
    "regularisation",
    "training",
    "variational-and-denoising",
}
# What costs more than a second at an end of its controls waits for `./test --slow` too.
HEAVY_ENDS = LONG | {
    "attention",
    "convolutional-back-propagation",
    "filters",
    "judging-clusters",
    "max-pooling",
}
# One page for each widget, and among them a run that is played, typed matrices, handles, words:
# these are looked at in a browser at every change, the others by `./test --slow`.
SEEN = {
    "attention": ("arcs",),
    "back-propagation": ("matrix", "network"),
    "bag-of-words": ("text",),
    "derive-and-answer": ("tree",),
    "filters": ("pad",),
    "gradient-descent": ("plane",),
    "latent-explorer": ("images",),
    "tangent-plane": ("surface",),
}


def ends(control: Control) -> list[Any]:
    """The extreme values of a control."""
    d = control.declared
    if control.form == "slider" and d.shown is not None:
        return [int(v) if d.kind == "int" else float(v) for v in d.shown]
    if control.form == "menu":
        return [c for c in d.choices if c != d.default]
    if control.form == "box":
        return [not d.default]
    return []


def corners(page: Page) -> dict[str, dict[str, Any]]:
    """Defaults, all controls at their lowest, all at their highest."""
    found: dict[str, dict[str, Any]] = {"default": {}, "lowest": {}, "highest": {}}
    for control in page.controls:
        for name, at in (("lowest", 0), ("highest", -1)):
            if ends(control):
                found[name][control.name] = ends(control)[at]
    return found


def single_extremes(page: Page) -> Iterator[dict[str, Any]]:
    """Each end of each control, the others at their defaults."""
    for control in page.controls:
        for value in ends(control):
            yield {control.name: value}


@cache
def own() -> Tables:
    """Tables whose own one is the penguins'; read from the root of the repository."""
    return Tables("examples/penguins.csv", "body_mass_g")


def tables_of(page: Page) -> list[Data]:
    """Every table that a page is shown over: its samples, and the penguins where they serve."""
    if not page.samples:
        return [NO_TABLE]
    found = [sample(name) for name in page.samples]
    penguins = own().of(page, {"data": "own"})
    with contextlib.suppress(ColumnError):
        page.checked_state({}, penguins)
        found.append(penguins)
    return found


def scene_of(page: Page, state: dict[str, Any], data: Data) -> Scene:
    """The scene that a page shows; of a stream, the last."""
    found = None
    for found in scenes_of(page, state, data):  # noqa: B007
        if not page.streams:
            break
    assert found is not None
    return found


@cache
def first_look(name: str) -> tuple[Any, Any, Scene]:
    """The state, the table and the scene that a page begins with."""
    page = page_named(name)
    data = tables_of(page)[0]
    state = page.checked_state({}, data)
    return state, data, scene_of(page, state, data)


def ran(program: str) -> dict[str, Any]:
    """The variables of a page's program after it ran."""
    space: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            exec(compile(program, "the program of a page", "exec"), space)
    return space


def page(name: str) -> Page:
    """A page by its name."""
    return page_named(name)
