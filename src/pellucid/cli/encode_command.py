"""The commands `pellucid encode` and `pellucid decode`: plain functions, as in `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pellucid.cli.options import AS_FOUND, Output, Reading, Source


def encode(
    data: Source,
    /,
    *,
    k: Annotated[int, Parameter(name=["-k", "--numbers"])] = 2,
    model: str = "network",
    truth: str | None = None,
    test: float = 0.2,
    epochs: int | None = None,
    seed: int = 0,
    reading: Reading = AS_FOUND,
    memory: str | None = None,
    cluster: str | None = None,
    output: Output = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Compress a table or images into k numbers a row; tell what is kept, draw the codes.

    Parameters
    ----------
    data
        A table or images, as for fit.
    k
        Numbers in a code (default 2, which can be drawn).
    model
        network (default), linear, variational or denoising; for images convnet too, which is
        convolutional.
    truth
        A column that is not encoded: it colours the map, and codes are judged by it. For images,
        the array of labels.
    test
        Share of the rows kept away to measure what is lost (default 0.2).
    epochs
        Most passes over the rows (default 300, for images 40; for convnet as many as take about
        half a minute, 3 to 100). Training ends sooner when held-out rows gain no more.
    seed
        Seed of every draw (default 0).
    memory
        Memory that the job may take, such as 1GB (default three quarters of what is free); beyond
        it rows are read in blocks: linear codes are those of all rows, a network that of a sample.
    cluster
        Address of a Dask cluster whose workers read the rows in blocks.
    output
        Folder for codes.csv, model.pellucid and report.html (default pellucid-out).
    json
        Print the result as JSON instead of text.
    """
    from pellucid.cli.encode_output import run_encode

    given = {
        "k": k,
        "model": model,
        "truth": truth,
        "test": test,
        "epochs": epochs,
        "seed": seed,
        **reading.given(),
    }
    room = {"memory": memory, "cluster": cluster}
    run_encode(data, given, output=output, as_json=json, room=room)


def decode(model: Path, codes: Source, /, *, output: Output = None) -> None:
    """Turn codes back into rows: what each code stands for, by the model's decoder.

    Parameters
    ----------
    model
        A model.pellucid that `pellucid encode` wrote.
    codes
        A table with the columns a1, a2, … such as codes.csv; - reads CSV from standard input.
    output
        File to write: .csv, .parquet or .jsonl; - or nothing prints CSV. Images need a .npz file.
    """
    from pellucid.cli.encode_output import run_decode

    run_decode(model, codes, output=output)
