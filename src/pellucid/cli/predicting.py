"""`pellucid predict`: the table as it came, with what the model answers beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import ModelFileError, TableError

if TYPE_CHECKING:
    import pyarrow as pa

    from pellucid.jobs.cluster.cluster_machine import ClusterMachine
    from pellucid.jobs.encode.encoding_machine import EncodingMachine
    from pellucid.jobs.fit.image_machine import ImageMachine
    from pellucid.jobs.fit.machine import Machine


def run_predict(
    model: Path,
    data: str,
    *,
    output: Path | None,
    reading: dict[str, Any],
    as_json: bool,
    intervals: float | None = None,
) -> None:
    """Predict, and write or print the widened table."""
    from pellucid.data.sources.any_source import on_disk
    from pellucid.jobs.fit.with_intervals import with_intervals
    from pellucid.storage import load_model

    machine: Any = load_model(model)
    if not hasattr(machine, "answers"):
        raise ModelFileError(
            f"{model} holds a {type(machine).__name__} that was saved in Python; it does not know "
            "how to read a table. Use it in Python: pellucid.load_model opens it."
        )
    machine = with_intervals(machine, intervals)
    if getattr(machine, "reads_images", False):
        widened = of_images(machine, data)
    else:
        with on_disk(data) as path:
            source = str(path) if data == "-" else data
            widened = with_predictions(machine, source, **reading)
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(as_bytes(widened, ".jsonl" if as_json else ".csv"))
        sys.stdout.flush()
        return
    from pellucid.storage import write_whole

    write_whole(output, as_bytes(widened, output.suffix.lower()))
    print(f"{widened.num_rows:,} answers written to {output}", file=sys.stderr)


def of_images(machine: ImageMachine | EncodingMachine, data: str) -> pa.Table:
    """The number of each image of an archive from 0, with what the machine answers beside it.

    Raises
    ------
    TableError
        When it is not an archive of images.
    """
    import pyarrow as pa

    from pellucid.data.image_files import is_image_file

    if not is_image_file(data):
        raise TableError(f"This model reads images: give it a .npz archive, not {data}.")
    answers = machine.answers(data)
    count = len(next(iter(answers.values())))
    return pa.table({"image": range(count), **answers})


def with_predictions(
    machine: Machine | ClusterMachine | EncodingMachine,
    source: Any,
    encoding: str = "utf-8",
    **reading: Any,
) -> pa.Table:
    """The table's own columns as written, with what the machine answers beside them.

    That is `prediction`, one `probability_CLASS` a class, and `caution`; for groups, `distance`;
    of an autoencoder the code, `a1`, `a2`, …, and `reconstruction_loss`. `reading` is what
    `read_table` takes beside.

    Raises
    ------
    ColumnError
        When a column of training is absent; the message names it.
    TableError
        When the table already has a column of that name.
    """
    import pyarrow as pa

    from pellucid.data.reading import read_as_written, read_table

    table = read_table(source, schema=machine.wanted, encoding=encoding, **reading)
    arrow = read_as_written(source, encoding)
    for name, values in machine.answers(table).items():
        if name in arrow.column_names:
            raise TableError(f"The table already has a column {name!r}; rename it first.")
        arrow = arrow.append_column(name, pa.array(values))
    return arrow


def pa_table(columns: dict[str, Any]) -> pa.Table:
    """Columns by name as a table; numbers and texts may stand in arrays of objects."""
    import pyarrow as pa

    return pa.table({name: pa.array(list(values)) for name, values in columns.items()})


def as_bytes(table: pa.Table, suffix: str) -> bytes:
    """The table as a file of that kind.

    Raises
    ------
    TableError
        For a kind that is not written.
    """
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    if suffix in (".csv", ".txt", ""):
        from pyarrow import csv

        csv.write_csv(table, sink, csv.WriteOptions(quoting_style="needed"))
    elif suffix == ".parquet":
        from pyarrow import parquet

        parquet.write_table(table, sink)
    elif suffix in (".jsonl", ".ndjson"):
        import json

        for row in table.to_pylist():
            sink.write((json.dumps(row, ensure_ascii=False, default=str) + "\n").encode())
    else:
        raise TableError(f"Cannot write {suffix!r}; choose .csv, .parquet or .jsonl.")
    return bytes(sink.getvalue())
