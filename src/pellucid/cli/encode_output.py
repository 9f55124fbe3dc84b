"""`pellucid encode` and `pellucid decode`: rows to codes and back, a model, a report."""

from __future__ import annotations

import csv
import io
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from pellucid.cli.job_runner import File, Job, run_job, show_findings
from pellucid.errors import ModelFileError, TableError
from pellucid.formatting import number
from pellucid.notebook_progress import Progress

if TYPE_CHECKING:
    from pellucid.jobs.encode.encoding_result import (
        ColumnReconstruction,
        EncodeResult,
        EncodeSettings,
    )


def run_encode(
    data: str,
    given: Mapping[str, Any],
    *,
    output: Path | None,
    as_json: bool,
    room: Mapping[str, str | None],
) -> None:
    """Encode a table or images, and print what was found."""
    from pellucid.jobs.encode.encoding_result import EncodeSettings

    run_job(encode_job(data, EncodeSettings(**given), room), output, as_json)


def encode_job(
    data: str, settings: EncodeSettings, room: Mapping[str, str | None]
) -> Job[EncodeResult]:
    """The job of `pellucid encode`; `room` holds the memory and the cluster that it may use."""
    from pellucid.data.image_files import is_image_file, read_images

    images = read_images(data, settings.truth) if is_image_file(data) else None

    def work(progress: Progress) -> EncodeResult:
        from pellucid.jobs.encode.encode_job import encode_images
        from pellucid.jobs.on_blocks.encode_on_blocks import encode_any_size

        if images is not None:
            return encode_images(images, settings, progress=progress)
        return encode_any_size(data, settings, progress, **room)

    def files(result: EncodeResult, folder: Path) -> list[File]:
        from pellucid.report.encode_report import render
        from pellucid.storage.model_file import packed_model

        pictures = None if images is None else images.images
        again = command(data, settings, folder)
        left = [
            File("model", "model.pellucid", packed_model(result.machine)),
            File("report", "report.html", render(result, folder, again, pictures)),
        ]
        if result.places is None:  # of rows in blocks, `predict` tells the codes
            left.insert(0, File("codes", "codes.csv", codes_file(result)))
        return left

    after = partial(_after, data)
    return Job(work, files, summary, show, after)


def _after(data: str, result: EncodeResult, folder: Path) -> dict[str, str]:
    model, images = folder / "model.pellucid", bool(result.machine.size)
    if result.places is not None:
        codes = folder / "codes.csv"
        return {
            "codes": f"./pellucid predict {shlex.join([str(model), data, '-o', str(codes)])}",
            "decode": f"./pellucid decode {model} {codes}",
        }
    made = " -o decoded.npz" if images else ""
    return {
        "predict": f"./pellucid predict {model} {'NEW.npz' if images else 'NEW.csv'}",
        "decode": f"./pellucid decode {model} {folder / 'codes.csv'}{made}",
    }


def command(data: str, settings: EncodeSettings, folder: Path) -> str:
    """The command that does this run again."""
    words = ["./pellucid", "encode", data, "-k", str(settings.k)]
    for name, value in settings.differing().items():
        if name != "k":
            for each in value if isinstance(value, tuple) else (value,):
                words += [f"--{name}", str(each)]
    return shlex.join([*words, "-o", str(folder)])


def codes_file(result: EncodeResult) -> str:
    """A line a row, in their order: number, identifiers, the code, the reconstruction's loss."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    names = list(result.identifiers)
    own = ["row", *(f"a{j + 1}" for j in range(result.codes.shape[1])), "loss"]
    for name in names:
        if name in own:
            raise TableError(f"The table's identifier {name!r} has the name of a column of codes.")
    writer.writerow(["row", *names, *own[1:]])
    marks = [result.identifiers[name] for name in names]
    for row, (code, loss) in enumerate(zip(result.codes, result.losses, strict=True)):
        told = ["" if mark[row] is None else mark[row] for mark in marks]
        writer.writerow([row + 1, *told, *(f"{a:.9g}" for a in code), f"{loss:.6g}"])
    return sink.getvalue()


def show(console: Console, result: EncodeResult) -> None:
    """Print the result for a person: the answer first."""
    from pellucid.jobs.encode.encoding_statements import trained

    what = "images" if result.machine.size else "rows"
    console.print(f"\n[bold]{escape(result.headline)}[/]")
    console.print(f"{result.rows:,} {what}; {result.measured_rows:,} of them to measure with.")
    if told := trained(result.machine.model):
        console.print(told)
    if result.by_column:
        console.print()
        grid = RichTable(title="Kept of each column, on rows never used")
        for at, head in enumerate(("column", "kept", "loss", "loss of no code")):
            grid.add_column(head, justify="right" if at else "left")
        for kept in result.by_column:
            share = f"{max(kept.share, 0):.0%}"
            grid.add_row(escape(kept.name), share, number(kept.loss), number(kept.baseline_loss))
        console.print(grid)
    for j, words in enumerate(result.code_descriptions):
        console.print(f"[bold]a{j + 1}[/] goes with {escape(words)}")
    if result.accuracy is not None:
        console.print("\n" + accuracy_statement(result))
    if result.outliers:
        console.print("\n[bold]Worst reconstructed[/]")
        for odd in result.outliers[:5]:
            name = f" ({escape(odd.name)})" if odd.name else ""
            why = f": {escape(odd.because)}" if odd.because else ""
            console.print(f"  row {odd.row:,}{name}, {odd.times:.1f} × the usual loss{why}")
    if result.findings:
        console.print()
    show_findings(console, result.findings)


def accuracy_statement(result: EncodeResult) -> str:
    """How well codes tell the labels, in a sentence."""
    assert result.accuracy is not None
    coded, whole, commonest = result.accuracy
    return (
        f"The nearest code's label is right {coded:.0%} of the time on rows never used; the "
        f"nearest row's {whole:.0%}, the commonest label {commonest:.0%}. Labels took no part in "
        "the code."
    )


def summary(result: EncodeResult) -> dict[str, Any]:
    """The result as plain values, for programs."""

    def as_dict(of: ColumnReconstruction) -> dict[str, Any]:
        return {"name": of.name, "loss": of.loss, "nothing": of.baseline_loss, "kept": of.share}

    return {
        "headline": result.headline,
        "rows": result.rows,
        "test_rows": result.measured_rows,
        "numbers_a_row": result.d,
        "k": result.settings.k,
        "model": result.settings.model,
        **training(result.machine.model),
        "all_columns": as_dict(result.all_columns),
        "by_column": [as_dict(kept) for kept in result.by_column],
        "squared_error": as_dict(result.squares),
        "squared_error_linear": as_dict(result.linear),
        "says": list(result.code_descriptions),
        "accuracy": None
        if result.accuracy is None
        else dict(zip(("codes", "rows", "commonest"), result.accuracy, strict=True)),
        "odd_rows": [asdict(odd) for odd in result.outliers],
        "findings": [asdict(f) for f in result.findings],
        "seconds": result.seconds,
    }


def training(model: Any) -> dict[str, Any]:
    """Figures of a network's training; none of a model without."""
    if not hasattr(model, "network_"):
        return {}
    return {
        "parameters": int(model.parameter_count_),
        "epochs": int(model.n_iter_),
        "best_epoch": int(model.best_epoch_),
        "stopped": model.trace_["stopped"],
    }


def run_decode(model: Path, codes: str, *, output: Path | None) -> None:
    """Decode a table of codes, and write or print the rows."""
    import numpy as np

    from pellucid.data import read_table
    from pellucid.jobs.encode.encoding_machine import EncodingMachine
    from pellucid.storage import load_model, write_whole

    machine = load_model(model)
    if not isinstance(machine, EncodingMachine):
        raise ModelFileError(f"{model} was not written by `pellucid encode`: it has no decoder.")
    names = [f"a{j + 1}" for j in range(machine.model.code_length)]
    wanted = {"kind": "numeric", "levels": None}
    table = read_table(codes, schema=[wanted | {"name": name} for name in names])
    numbers = np.column_stack([table[name].values for name in names])
    bad = ~np.isfinite(numbers).all(axis=1)
    if bad.any():
        raise TableError(f"Row {int(bad.argmax()) + 1} of {codes} lacks a number of its code.")
    rows = machine.decode(numbers)
    if machine.size:
        content = _as_images(rows, output)
    else:
        from pellucid.cli.predict_output import pa_table
        from pellucid.storage.table_files import as_bytes

        suffix = ".csv" if output is None or str(output) == "-" else output.suffix.lower()
        content = as_bytes(pa_table(rows), suffix)
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    write_whole(output, content)
    said = f"{len(numbers):,} rows decoded to {output}; they are made, not observed."
    print(said, file=sys.stderr)


def _as_images(images: Any, output: Path | None) -> bytes:
    import numpy as np

    if output is None or output.suffix.lower() != ".npz":
        raise TableError("This model decodes images: name a file for them, -o images.npz.")
    sink = io.BytesIO()
    np.savez_compressed(sink, images=images.astype(np.float32), generated=np.array(True))
    return sink.getvalue()
