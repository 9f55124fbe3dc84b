"""The command `pellucid cluster`, a plain function like those of `commands`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from pellucid.cli.options import Columns, Output, Source


def cluster(
    data: Source,
    /,
    *,
    k: Annotated[str, Parameter(name=["-k", "--groups"])] = "2:8",
    truth: str | None = None,
    seed: int = 0,
    numeric: Columns = (),
    binary: Columns = (),
    category: Columns = (),
    text: Columns = (),
    date: Columns = (),
    identifier: Columns = (),
    drop: Columns = (),
    missing: Columns = (),
    encoding: str = "utf-8",
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
    numeric
        Read this column as numbers; repeat for more.
    binary
        Read this column as two-valued; repeat for more.
    category
        Read this column as categories; repeat for more.
    text
        Read this column as text; repeat for more.
    date
        Read this column as dates; repeat for more.
    identifier
        This column names the rows: it is not used, and stands in the labels file.
    drop
        Leave this column out; repeat for more.
    missing
        A further spelling of "missing", such as "?"; repeat for more.
    encoding
        Encoding of a text file (default utf-8), such as cp1252.
    report
        Write report.html too, with pictures.
    output
        Folder for labels.csv, model.pellucid and report.html (default pellucid-out).
    json
        Print the result as JSON instead of text.
    """
    from pellucid.cli.clustering import run_cluster

    given = {
        "truth": truth,
        "seed": seed,
        "numeric": numeric,
        "binary": binary,
        "category": category,
        "text": text,
        "date": date,
        "identifier": identifier,
        "drop": drop,
        "missing": missing,
        "encoding": encoding,
    }
    run_cluster(data, k, given, output=output, report=report, as_json=json)
