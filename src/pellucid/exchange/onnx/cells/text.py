"""Text inside a graph: looked up, split into words, made small, read as a number.

Notes: §2.1.3, Def 197
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pellucid.exchange.onnx.graph import OnnxGraph

# What Python reads as a plain number, and digits that are a name and no amount (02134).
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
NAME = r"[+-]?(0\d+|\d{17,})"


def look_up_text(graph: OnnxGraph, text: str, place: Mapping[str, int], otherwise: int) -> str:
    """The whole number of each text; `otherwise` for a text that has none.

    Notes: Def 197
    """
    held = {**place} or {"": otherwise}
    return graph(
        "LabelEncoder",
        text,
        keys_strings=[*held],
        values_int64s=[*held.values()],
        default_int64=otherwise,
    )


def look_up_number(graph: OnnxGraph, x: str, place: Mapping[float, int], otherwise: int) -> str:
    """The whole number of each amount; `otherwise` for an amount that has none.

    Notes: Def 197
    """
    held = {**place} or {np.nan: otherwise}
    met = graph("Equal", graph.upright(x), graph.constant([*held]))
    at = graph("ArgMax", graph.cast(met, np.int32), axis=1, keepdims=0)
    found = graph("Gather", graph.whole([*held.values()]), at, axis=0)
    any_met = graph("Greater", graph.total(graph.cast(met, np.int64), 1), graph.whole(0))
    return graph("Where", any_met, found, graph.whole(otherwise))


def same(graph: OnnxGraph, text: str, other: str) -> str:
    """Where a text is a given constant."""
    return graph("Equal", text, graph.text(other), min_opset=19)


def pieces(
    graph: OnnxGraph, text: str, count: int, delimiter: str = "", max_splits: int = 0
) -> str:
    """The first `count` pieces of each text, n×count, "" where there are fewer.

    After `max_splits` splits what is left stays in the last piece. Without a delimiter texts are
    split at spaces, and those around do not count.

    Notes: Def 201
    """
    settings = ({"delimiter": delimiter} if delimiter else {}) | (
        {"maxsplit": max_splits} if max_splits else {}
    )
    found, _ = graph.several("StringSplit", 2, text, min_opset=0, **settings)
    spare = graph("Expand", graph.text([[""]]), _shape_of(graph, text, count))
    return graph.columns(graph("Concat", found, spare, axis=1), np.arange(count))


def _shape_of(graph: OnnxGraph, text: str, width: int) -> str:
    return graph("Concat", graph("Shape", text), graph.whole([width]), axis=0)


def piece(graph: OnnxGraph, split: str, at: int) -> str:
    """One of the pieces, (n,)."""
    return graph("Gather", split, graph.whole(at), axis=1)


def join_pieces(graph: OnnxGraph, split: str, count: int) -> str:
    """The pieces with a space after each, (n,)."""
    text = graph("StringConcat", piece(graph, split, 0), graph.text(" "))
    for at in range(1, count):
        text = graph("StringConcat", text, piece(graph, split, at))
        text = graph("StringConcat", text, graph.text(" "))
    return text


def join_pieces_in_python(text: str, count: int) -> str:
    """What `join_pieces` makes of a text, in Python."""
    words = [word for word in text.split(" ") if word][:count]
    return "".join(f"{word} " for word in [*words, *[""] * (count - len(words))])


def lower_case(graph: OnnxGraph, text: str) -> str:
    """Letters from A to Z made small; runtimes have no table of other letters without a locale."""
    return graph("StringNormalizer", text, case_change_action="LOWER", locale="C")


def as_lower_case(text: str) -> str:
    """What `lower_case` makes of a text, in Python."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def number_in(graph: OnnxGraph, text: str) -> str:
    """Texts that are numbers as numbers, NaN for all others and for names made of digits.

    Notes: §2.1.3
    """
    number = graph("RegexFullMatch", text, pattern=NUMBER)
    named = graph("RegexFullMatch", text, pattern=NAME)
    plain = graph("And", number, graph("Not", named))
    return graph.cast(graph("Where", plain, text, graph.text("nan")), np.float64)
