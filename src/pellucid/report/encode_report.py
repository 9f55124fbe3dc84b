"""The report of an encoding: what is kept, where rows lie, what codes decode to, odd rows.

Notes: §8.3, Concept 351, Concept 363
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.jobs.encode.encoding_result import EncodeResult
from pellucid.pictures import images as image_pictures
from pellucid.pictures import latent_space as pictures
from pellucid.report.common_parts import Drawer, answer, columns_as_read, finding, footer, how_to
from pellucid.report.hover_map import MOST_POINTS, hover_map
from pellucid.report.page import grid, page, paragraph, picture, section
from pellucid.report.training_section import is_network, training_section


def render(
    result: EncodeResult,
    folder: Path = Path("pellucid-out"),
    again: str = "",
    images: Any = None,
) -> str:
    """The report as HTML text.

    Parameters
    ----------
    result : EncodeResult
        What `encode_table` or `encode_images` returned.
    folder : Path
        Where the model file stands, for the commands shown.
    again : str
        The command that does the run again.
    images : array, n×h×w×c, optional
        The images encoded.
    """
    drawn = Drawer()
    model = result.machine.model
    found = "".join(map(finding, result.findings))
    body = "".join(
        [
            _answer(result),
            _map(result, drawn, images),
            _kept(result, drawn),
            _rebuilt(result, drawn),
            _odd(result, drawn, images),
            section("Worth knowing", found),
            training_section(model, drawn) if is_network(model) else "",
            section("What was minimised", model.explain().to_html()),
            columns_as_read(result.columns) if result.columns else "",
            _how_to(result, folder, again),
            footer(),
        ]
    )
    return page(f"Codes of {result.source or 'a table'}: a report", drawn.on(body))


def _answer(result: EncodeResult) -> str:
    facts = [
        (f"{result.rows:,}", "images" if result.machine.size else "rows"),
        (f"{result.settings.k} / {result.d}", "numbers a code / numbers a row"),
        (f"{max(result.all_columns.share, 0):.0%}", "kept, on rows never used"),
        (f"{result.squares.share:.0%}", "of the squared error kept by this code"),
        (f"{result.linear.share:.0%}", "by the best linear code"),
    ]
    return answer(f"Codes of {result.source or 'a table'}", (result.headline,), facts)


def _map(result: EncodeResult, draw: Drawer, images: Any) -> str:
    labels = result.labels
    parts = [
        paragraph(
            "Each point is a row, at the first two numbers of its code. That near points are like "
            "rows is hoped for, not guaranteed: rest on points and see."
        )
    ]
    if result.codes.shape[1] > 1:
        drawing = hover_map(
            result.codes[:, :2], _words(result), labels, images, result.settings.seed
        )
        shown = min(len(result.codes), MOST_POINTS)
        caption = f"{shown:,} of {result.rows:,} rows. Colours: "
        caption += "none." if labels is None else "labels, which took no part in the code."
        parts.append(picture(drawing, caption))
    if images is not None or result.codes.shape[1] == 1:
        figure = pictures.latent_map(result.codes, labels, images=images)
        parts.append(draw(figure, "The same as a still picture, with some of the images."))
    if result.code_descriptions:
        rows = [(f"a{j + 1}", words) for j, words in enumerate(result.code_descriptions)]
        parts.append(grid("Correlation of each number of the code", ("", "goes with"), rows))
    if result.accuracy is not None:
        coded, whole, commonest = result.accuracy
        rows = [
            ("label of the nearest code", f"{coded:.1%}"),
            ("label of the nearest row", f"{whole:.1%}"),
            ("the commonest label", f"{commonest:.1%}"),
        ]
        parts.append(grid("Right, on rows never used", ("answer", "right"), rows, (1,)))
    return section("Where the rows lie", *parts)


def _words(result: EncodeResult) -> list[str]:
    """What the map says of each row."""
    marks = list(result.identifiers.values())
    told = []
    for row, loss in enumerate(result.losses):
        name = ", ".join(str(mark[row]) for mark in marks if mark[row] is not None)
        label = "" if result.labels is None else f", {result.labels[row]}"
        number_of = row if result.places is None else int(result.places[row])
        told.append(
            f"row {number_of + 1}{f' ({name})' if name else ''}{label}; loss {number(loss)}"
        )
    return told


def _kept(result: EncodeResult, draw: Drawer) -> str:
    if not result.by_column:
        return ""
    kept = result.by_column
    rows = [
        (c.name, number(c.loss), number(c.baseline_loss), f"{max(c.share, 0):.0%}")
        for c in (*kept, result.all_columns)
    ]
    heads = ("column", "loss with the code", "loss without", "kept")
    return section(
        "What is kept of each column",
        paragraph(
            "The loss of a row is the sum over its columns: squares for numbers (in standard "
            "deviations), the log loss for yes-or-no and for categories. Without a code every row "
            "is decoded as the mean."
        ),
        draw(
            pictures.variance_explained_by_column([c.name for c in kept], [c.share for c in kept]),
            "100% is lossless; 0% is no better than saying the mean.",
        ),
        grid("Mean loss of a row never used", heads, rows, (1, 2, 3)),
    )


def _rebuilt(result: EncodeResult, draw: Drawer) -> str:
    probes, size = result.probes, result.machine.size
    if probes is None:
        return ""
    titles = [f"{place + 1}" for place in probes.places]
    reach = float(probes.originals.min()), float(probes.originals.max())

    def made(rows: Any) -> Any:  # as a screen shows it: ink and paper of the originals
        return _grey(np.clip(rows, *reach), size)

    pairs = pictures.originals_and_reconstructions(
        _grey(probes.originals, size), {"decoded": made(probes.rebuilt)}, titles
    )
    parts = [
        draw(
            pairs,
            "Images never used, and what their codes decode to. They are not the same: what the "
            "code cannot hold is gone.",
            wide=True,
        )
    ]
    walks = [made(walk) for walk in probes.walks]
    names = [f"a{j + 1}" for j in range(len(walks))]
    parts.append(
        draw(
            pictures.traversals(walks, names, probes.values),
            "Generated, not observed: one number of the code of the first image varied over the "
            "range it has, the others kept. It may stand for nothing one can name.",
        )
    )
    if probes.grid is not None:
        codes, sheet = probes.grid
        images = made(sheet.reshape(-1, sheet.shape[-1]))
        images = images.reshape(*codes.shape[:2], *images.shape[1:])
        parts.append(
            draw(
                pictures.decoded_images(images, codes),
                "Generated, not observed: what a grid of codes decodes to.",
            )
        )
    averages = [made(row)[0] for _, row in probes.averages]
    said = [title for title, _ in probes.averages]
    parts += [
        draw(
            image_pictures.images(averages, said, columns=6, numbers=False, size=1.2),
            "Generated, not observed: what 0, the mean code, and the mean code of each label "
            "decode to. An average need not be typical of its label; untypical is what lies "
            "farther from its rows than they do from one another.",
        ),
        paragraph(probes.zero),
    ]
    return section("What codes decode to", *parts)


def _grey(rows: Any, size: tuple[int, ...]) -> Any:
    """Rows as images of one channel."""
    return np.asarray(rows).reshape(-1, *size).mean(axis=-1)


def _odd(result: EncodeResult, draw: Drawer, images: Any) -> str:
    if not result.outliers:
        return ""
    heads = ["row", "loss", "of the usual"]
    rows = [[f"{o.row:,}", number(o.loss), f"{o.times:.1f} ×"] for o in result.outliers]
    for head, told in (
        ("identifier", [o.name for o in result.outliers]),
        ("where it comes from", [o.because for o in result.outliers]),
    ):
        if any(told):
            heads.append(head)
            rows = [[*row, text] for row, text in zip(rows, told, strict=True)]
    parts = [
        paragraph(
            "Rows that the code cannot describe as it does the others: rare, or wrong in the data."
        ),
        grid("Worst reconstructed, of all rows", heads, rows, (0, 1, 2)),
    ]
    if images is not None:
        places = [o.row - 1 for o in result.outliers]
        shown = np.asarray(images)[places].astype(float)
        flat = shown.reshape(len(places), -1)
        size = result.machine.size
        rebuilt = result.machine.model.reconstruct(flat)
        figure = pictures.originals_and_reconstructions(
            _grey(flat, size),
            {"decoded": _grey(rebuilt, size)},
            [str(o.row) for o in result.outliers],
        )
        parts.append(draw(figure, "The worst reconstructed images.", wide=len(places) > 6))
    return section("Odd rows", *parts)


def _how_to(result: EncodeResult, folder: Path, again: str) -> str:
    file = folder / "model.pellucid"
    model = shlex.quote(str(file))
    rows = "images.npz" if result.machine.size else "rows.csv"
    new = "new.npz" if result.machine.size else "new.csv"
    lines = [
        f"./pellucid predict {model} {new} -o new-codes.csv",
        f"./pellucid decode {model} {shlex.quote(str(folder / 'codes.csv'))} -o {rows}",
    ]
    title = "How to encode new rows, decode codes, and do this again"
    python = (f"codes = machine.encode({new!r})", "machine.decode(codes)")
    return how_to(title, (*lines, again), python, file)
