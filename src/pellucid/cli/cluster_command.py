"""The command `pellucid cluster`, a plain function like those of `commands`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pellucid.cli.options import AS_FOUND, Output, Reading, Source


def cluster(
    data: Source,
    /,
    *,
    k: Annotated[str, Parameter(name=["-k", "--groups"])] = "2:8",
    truth: str | None = None,
    seed: int = 0,
    reading: Reading = AS_FOUND,
    memory: str | None = None,
    cluster: str | None = None,
    report: Annotated[bool, Parameter(negative="")] = False,
    output: Output = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Find the groups of a table's rows: how many, how sure, what they mean; or that it has none.

    Parameters
    ----------
    data
        A table as for fit.
    k
        How many groups: 3 is exactly three; 2:8 (default) chooses from a range, or says that there
        are no clusters here.
    truth
        A column that is not used, and that the groups are compared with afterwards.
    seed
        Seed of every draw (default 0).
    memory
        Memory that the job may take, such as 1GB (default three quarters of what is free); beyond
        it rows are read in blocks, and what used a sample is named.
    cluster
        Address of a Dask cluster whose workers read the rows in blocks.
    report
        Write report.html too, with pictures.
    output
        Folder for labels.csv, model.pellucid and report.html (default pellucid-out).
    json
        Print the result as JSON instead of text.
    """
    from pellucid.cli.cluster_output import run_cluster

    given = {
        "truth": truth,
        "seed": seed,
        **reading.given(),
    }
    room = {"memory": memory, "cluster": cluster}
    run_cluster(data, k, given, output=output, report=report, as_json=json, room=room)
