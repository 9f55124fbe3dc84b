"""A page inside a notebook: live through anywidget, as one file in a frame without it.

Notes: §1.0.3
"""

from __future__ import annotations

import base64
import binascii
import html
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

from pellucid.errors import FramingError, PellucidError
from pellucid.lab.access_control import LARGEST_TABLE
from pellucid.lab.bundle import bundle, embedded_style
from pellucid.lab.catalogue import page_named
from pellucid.lab.export import page_file
from pellucid.lab.frame_encoding import pack_frame
from pellucid.lab.page_contract import Page
from pellucid.lab.page_declaration import page_declaration
from pellucid.lab.rendering import answer_to, heads_and_scenes
from pellucid.lab.scene import Scene
from pellucid.lab.tables import Tables

FRAME = (
    '<iframe srcdoc="{text}" title="{title}" sandbox="allow-scripts" loading="lazy" '
    'style="width:100%;height:46rem;border:1px solid #d9dee3;border-radius:8px"></iframe>'
)
MOST_VIEWS = 16  # of one page, at work at the same time


def page(
    name: str,
    data: Any = None,
    *,
    target: str = "",
    reading: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Any:
    """A page of the lab for the last line of a notebook's cell.

    With anywidget (`pip install "pellucid[notebook]"`) it is live, in JupyterLab, VS Code and
    marimo: a widget whose `state`, `numbers` and `program` are those of the page, and whose
    `move(eta=0.3)` moves its controls. Without it the page is shown as one file, its main control
    laid out beforehand.

    Parameters
    ----------
    name : str
        Of the page, such as "gradient-descent".
    data : path, data frame, array or Table, optional
        As for `read_table`; a sample of known truth when not given.
    target : str
        Its column to predict.
    reading : mapping
        Further options of `read_table`.
    **settings
        Of the page's controls.

    Returns
    -------
    anywidget.AnyWidget or StaticPage

    Raises
    ------
    PellucidError
        When there is no such page or setting, or the table cannot be read.

    Examples
    --------
    >>> live = page("gradient-descent", eta=0.5)
    >>> type(live).__name__ in ("LivePage", "StaticPage")
    True
    """
    found, tables = page_named(name), Tables(data, target, reading)
    state = found.checked_state(settings, tables.of(found, settings))
    if "data" in settings:
        state["data"] = settings["data"]
    if find_spec("anywidget") is None:
        return StaticPage(found, tables, state)
    made: Any = _live_page()(PageSession(found, tables, state))
    return made


class StaticPage:
    """A page as one file in a frame: what a notebook shows without anywidget.

    Parameters
    ----------
    page : Page
    tables : Tables
    state : mapping
        Its settings.
    """

    def __init__(self, page: Page, tables: Tables, state: Mapping[str, Any]) -> None:
        self._page, self._tables, self.state = page, tables, dict(state)

    def __repr__(self) -> str:
        return (
            f"The page {self._page.name!r} of the lab. A notebook shows it; live with "
            '`pip install "pellucid[notebook]"`.'
        )

    def _repr_html_(self) -> str:
        text = page_file(self._page, self._tables, given=self.state)
        return FRAME.format(
            text=html.escape(text), title=html.escape(page_declaration(self._page)["title"])
        )


class PageSession:
    """What a view of a page asks, and the frames that answer it.

    Parameters
    ----------
    page : Page
    tables : Tables
    state : mapping
        The settings that it begins with.
    """

    def __init__(self, page: Page, tables: Tables, state: Mapping[str, Any]) -> None:
        self.page, self.tables = page, tables
        self.state: dict[str, Any] = dict(state)
        self.scene: Scene | None = None
        self.program = ""
        self._works: dict[str, Iterator[tuple[dict[str, Any], Scene]]] = {}
        self._given: dict[str, dict[str, Any]] = {}

    def declared(self) -> dict[str, Any]:
        """The declaration of the page, sent to the view once."""
        return page_declaration(self.page) | {
            "state": self.state,
            "home": "",
            "data": {"own": self.tables.offered()},
        }

    def answer(self, request: Mapping[str, Any]) -> bytes:
        """The frame that answers a question; a sentence where it cannot be answered."""
        found: dict[str, Any]
        try:
            found = {"found": self._found(request)}
        except PellucidError as trouble:
            found = {"trouble": str(trouble)}
        except Exception as trouble:  # the kernel would tell nobody who looks at the page
            print(f"pellucid lab: {self.page.name}: {trouble!r}", file=sys.stderr)  # noqa: T201
            found = {"trouble": "This page cannot be computed with these settings."}
        return pack_frame({"asked": str(request.get("id", ""))} | found)

    def _found(self, request: Mapping[str, Any]) -> dict[str, Any]:
        view, kind = str(request.get("view", "")), request.get("kind")
        if kind == "upload":
            return self.tables.dropped(
                str(request.get("name", "")), _content(request.get("content"))
            )
        if kind == "leave":
            self.leave(view)
            return {}
        if kind == "more":
            return self._next(view)
        given = request.get("state")
        if not isinstance(given, dict):
            raise FramingError("A page is asked with its settings.")
        data = self.tables.of(self.page, given)
        if kind == "answer":
            return dict(answer_to(self.page, given, data, request.get("index")))
        if kind != "scene":
            raise FramingError(f"A page is asked for a scene, more or an answer; got {kind!r}.")
        self.leave(view)
        self._given[view], self._works[view] = given, heads_and_scenes(self.page, given, data)
        for oldest in list(self._works)[:-MOST_VIEWS]:
            self.leave(oldest)
        return self._next(view)

    def _next(self, view: str) -> dict[str, Any]:
        if view not in self._works:
            raise FramingError("Nothing is at work: move a setting to start it.")
        found = next(self._works[view], None)
        if found is None:
            return {"done": True}
        head, self.scene = found
        chosen = {k: v for k, v in self._given[view].items() if k == "data"}
        self.state, self.program = chosen | head["settled"], head["code"]
        if not self.page.streams:
            self.leave(view)
        return head

    def leave(self, view: str) -> None:
        """End the work of a view that is closed or asks for other settings."""
        work: Any = self._works.pop(view, None)
        if work is not None:
            work.close()
            del self._given[view]

    def end(self) -> None:
        """End the work of all views."""
        for view in list(self._works):
            self.leave(view)


def _content(text: Any) -> bytes:
    if not isinstance(text, str) or len(text) > LARGEST_TABLE // 3 * 4:
        raise FramingError(f"A file has at most {LARGEST_TABLE:,} bytes.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as trouble:
        raise FramingError("The file did not arrive whole: drop it again.") from trouble


@cache
def _live_page() -> Any:
    """The widget's class; anywidget is imported when the first page is shown."""
    import anywidget
    import traitlets

    class LivePage(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
        """A live page: a widget that answers its views."""

        _esm = bundle("notebook")
        _css = embedded_style()
        declared = traitlets.Dict().tag(sync=True)
        asked = traitlets.Dict().tag(sync=True)
        answered = traitlets.Bytes().tag(sync=True)
        moved = traitlets.Dict().tag(sync=True)

        def __init__(self, conversation: PageSession) -> None:
            super().__init__(declared=conversation.declared())
            self.conversation = conversation
            self.observe(self._answer, names="asked")

        def _answer(self, change: Any) -> None:
            self.answered = self.conversation.answer(change["new"])

        def move(self, **settings: Any) -> None:
            """Move controls of the page, as a hand would."""
            page, state = self.conversation.page, self.state | settings
            page.checked_state(
                state, self.conversation.tables.of(page, state)
            )  # or it says what is wrong
            self.moved = dict(settings)

        @property
        def state(self) -> dict[str, Any]:
            """The settings that the page shows."""
            return dict(self.conversation.state)

        @property
        def numbers(self) -> dict[str, Any]:
            """The numbers that the page shows, by the variable of its program."""
            scene = self.conversation.scene
            return dict(scene.numbers) if scene is not None else {}

        @property
        def program(self) -> str:
            """The Python that reproduces what the page shows."""
            return self.conversation.program

        def close(self) -> None:
            """End all work with the widget."""
            conversation: PageSession | None = getattr(self, "conversation", None)
            if conversation is not None:
                conversation.end()
            super().close()

    return LivePage
