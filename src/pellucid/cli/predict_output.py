"""`pellucid predict`: the table as it came, with what the model answers beside it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pellucid.cli.job_runner import progress
from pellucid.errors import ModelFileError, TableError
from pellucid.notebook_progress import Progress
from pellucid.storage.atomic_files import open_atomically
from pellucid.storage.table_files import as_bytes, refuse_kind

if TYPE_CHECKING:
    import pyarrow as pa

    from pellucid.jobs.encode.encoding_machine import EncodingMachine
    from pellucid.jobs.fit.image_machine import ImageMachine


def run_predict(
    model: Path,
    data: str,
    *,
    output: Path | None,
    reading: dict[str, Any],
    as_json: bool,
    intervals: float | None = None,
    cluster: str | None = None,
) -> None:
    """Predict, and write or print the widened table."""
    from pellucid.jobs.fit.interval_machine import with_intervals
    from pellucid.storage import load_model

    machine: Any = load_model(model)
    if not hasattr(machine, "answers"):
        raise ModelFileError(
            f"{model} holds a {type(machine).__name__} that was saved in Python; it does not know "
            "how to read a table. Use it in Python: pellucid.load_model opens it."
        )
    machine = with_intervals(machine, intervals)
    printed = output is None or str(output) == "-"
    suffix = (".jsonl" if as_json else ".csv") if printed or output is None else output.suffix
    refuse_kind(suffix.lower())
    with progress(quiet=printed) as say:
        write = partial(
            _write,
            machine,
            data,
            suffix=suffix.lower(),
            reading=reading,
            progress=say,
            cluster=cluster,
        )
        if printed or output is None:
            write(sys.stdout.buffer)
            sys.stdout.flush()
            return
        with open_atomically(output) as stream:
            rows = write(stream)
    print(f"{rows:,} answers written to {output}", file=sys.stderr)


def _write(
    machine: Any,
    data: str,
    stream: BinaryIO,
    *,
    suffix: str,
    reading: dict[str, Any],
    progress: Progress,
    cluster: str | None,
) -> int:
    """Answers to images, or to the rows of a table, which may be more than memory holds."""
    from pellucid.data.sources.any_source import on_disk
    from pellucid.jobs.on_blocks.any_size import refuse_whole
    from pellucid.jobs.on_blocks.prediction_stream import predictor_of, write_predictions

    if getattr(machine, "reads_images", False):
        refuse_whole(None, data, cluster)
        widened = of_images(machine, data)
        stream.write(as_bytes(widened, suffix))
        return int(widened.num_rows)
    with on_disk(data) as path:
        return write_predictions(
            predictor_of(machine, **reading),
            str(path) if data == "-" and cluster is None else data,
            stream,
            suffix,
            lambda rows: progress(f"{rows:,} rows answered", 0.0),
            cluster,
        )


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


def pa_table(columns: dict[str, Any]) -> pa.Table:
    """Columns by name as a table; numbers and texts may stand in arrays of objects."""
    import pyarrow as pa

    return pa.table({name: pa.array(list(values)) for name, values in columns.items()})
