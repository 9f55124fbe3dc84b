"""The commands, each a plain function: engines are imported inside them, so `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pellucid import __version__
from pellucid.cli.cluster_command import cluster
from pellucid.cli.compare_command import compare
from pellucid.cli.encode_command import decode, encode
from pellucid.cli.export_command import export
from pellucid.cli.lab_command import lab
from pellucid.cli.options import AS_FOUND, Columns, Output, Reading, Source, Written
from pellucid.cli.serve_command import serve

app = App(
    name="pellucid",
    version=__version__,
    help_format="rst",
    suppress_keyboard_interrupt=False,  # `main` says what was left behind
    help="Machine learning you can see through: a table in, an honest model out.",
    default_parameter=Parameter(show_default=False),  # the texts name the defaults
)


@app.command
def fit(
    data: Source,
    /,
    *,
    target: Annotated[str | None, Parameter(name=["--target", "-t"])] = None,
    model: str | None = None,
    loss: str | None = None,
    problem: str | None = None,
    delimiter: str | None = None,
    costs: Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)] = (),
    balance: Annotated[bool, Parameter(negative="")] = False,
    lams: Annotated[tuple[float, ...], Parameter(negative="", consume_multiple=True)] = (),
    cv: int | None = None,
    test: float | None = None,
    seed: int | None = None,
    order_by: str | None = None,
    group: str | None = None,
    code: Columns = (),
    reading: Reading = AS_FOUND,
    prefer: str | None = None,
    budget: float | None = None,
    keep_test_out: Annotated[bool, Parameter(negative="")] = False,
    jobs: int | None = None,
    memory: str | None = None,
    cluster: str | None = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
    output: Output = None,
    config: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Fit a model to a table or images, test it on rows never used, write a report and the model.

    Parameters
    ----------
    data
        CSV, TSV, Parquet, JSON lines, or SQLite as file.db::table; - reads CSV from standard input.
        A pattern in quotes ('logs/*.parquet') or a folder is all its files as one table.
        Or images: a NumPy archive (.npz) with arrays called images and labels (or X and y).
    target
        The column to predict; for images, the array of labels.
    model
        auto (default), or one of mean, ridge, least-squares, random, logistic, softmax, sigmoids,
        curves, pairs, polynomial, nearest, network, trees. For images: convnet (auto), or network.
    loss
        What to judge by: square, absolute, zero-one, nll, nllm. Inferred when not said.
    problem
        regression, "two classes", "several classes" or "overlapping classes". Inferred when not
        said.
    delimiter
        What separates the labels of a target with several at once, such as ";".
    costs
        The cost of a mistake as actual:predicted=cost; repeat for more. Chooses the threshold.
    balance
        Let each class count the same where a class is said, however many rows it has. The
        probabilities stay as they are.
    lams
        Values of λ to try.
    cv
        Number of chunks for cross-validation (default 5).
    test
        Share of rows kept for the test error (default 0.2).
    seed
        Seed of the split and of every algorithm (default 0).
    order_by
        Time column: train on the past, test on what came after.
    group
        Column whose groups stay whole: all on one side of the split.
    code
        The code of a column, as size=thermometer:low,mid,high; repeat for more. Codes: one-hot,
        thermometer, numeric, factored, binary, bins, standardize, center, number, dates,
        two-valued. Chosen by kind, order and structure when not said.
    prefer
        balanced (default: a black box only where it is clearly better), readable, or accurate (all
        candidates averaged, with weights found on held-out rows).
    budget
        Seconds for the whole job: the best model found by then is taken, and what was not tried is
        named. Starting, reading the table and writing the report come in any case.
    keep_test_out
        Keep the model that was tested, instead of fitting it again on all rows.
    jobs
        Processes to work in (-1 is one a core). As many as the table is worth when not said: one
        below 20 kB, two below 100 kB, then one a core. The answer does not depend on it.
    memory
        Memory that the job may take, such as 1GB (default three quarters of what is free). Where
        the rows would take more, they are read in blocks, and what used a sample is named.
    cluster
        Address of a Dask cluster, such as tcp://HOST:8786, whose workers read the rows in blocks.
        They need the files at the same place. The answer does not depend on how many there are.
    resume
        Go on from the last whole pass over blocks of a run that was stopped or killed.
    output
        Folder for report.html, model.pellucid and run.toml (default pellucid-out).
    config
        A run.toml of an earlier fit: its settings, unless given here.
    json
        Print the result as JSON instead of text.
    """
    from pellucid.cli.fit_output import run_fit

    given = {
        "target": target,
        "model": model,
        "loss": loss,
        "problem": problem,
        "delimiter": delimiter,
        "costs": costs or None,
        "balance": balance or None,
        "lams": lams or None,
        "cv": cv,
        "test": test,
        "seed": seed,
        "order_by": order_by,
        "group": group,
        "code": code or None,
        **reading.given(),
        "prefer": prefer,
        "budget": budget,
        "keep_test_out": keep_test_out or None,
        "jobs": jobs,
        "memory": memory,
        "cluster": cluster,
    }
    said = {name: value for name, value in given.items() if value is not None}
    run_fit(data, said, output=output, config=config, as_json=json, resume=resume)


@app.command
def predict(
    model: Path,
    data: Source,
    /,
    *,
    output: Output = None,
    missing: Columns = (),
    decimal: Columns = (),
    thousands: Columns = (),
    date_format: Columns = (),
    encoding: str = "utf-8",
    intervals: float | None = None,
    cluster: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Ask a model about new rows: the table comes back with the model's answers beside it.

    A model of fit adds prediction, probabilities, and a caution where a row is unlike those of
    training; of cluster, the group and the distance to its mean; of encode, the code (a1, a2, …)
    and what decoding it loses. For images the answers come alone, each with the image's number,
    counted from 0.

    Parameters
    ----------
    model
        A model.pellucid that `pellucid fit`, `cluster` or `encode` wrote.
    data
        A table with the columns of training, or images (.npz) if the model reads those; - reads CSV
        from standard input.
    output
        File to write (.csv, .parquet or .jsonl); - or nothing prints CSV.
    missing
        A further spelling of "missing"; repeat for more.
    decimal
        What stands before decimals here, where it is not as in training: "," or "price=,".
    thousands
        What stands between thousands here: "." or "price=.".
    date_format
        How dates are written here, such as "%d/%m/%Y" or "when=%d/%m/%Y".
    encoding
        Encoding of a text file (default utf-8).
    intervals
        Numbers only: a share such as 0.9; columns low and high are added, between which so many of
        the answers lie.
    cluster
        Address of a Dask cluster whose workers read and answer the rows in blocks.
    json
        Print JSON lines instead of CSV.
    """
    from pellucid.cli.predict_output import run_predict

    reading = {
        "missing": missing,
        "decimal": decimal,
        "thousands": thousands,
        "date_format": date_format,
        "encoding": encoding,
    }
    run_predict(
        model,
        data,
        output=output,
        reading=reading,
        as_json=json,
        intervals=intervals,
        cluster=cluster,
    )


app.command(cluster)
app.command(compare)
app.command(encode)
app.command(decode)
app.command(lab)
app.command(serve)
app.command(export)


@app.command
def explain(model: Path, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Tell what a model file holds: problem, objective, gradient, what happened, warnings.

    Parameters
    ----------
    model
        A model.pellucid that `pellucid fit`, `cluster` or `encode` wrote, or that Python saved.
    json
        Print JSON instead of text.
    """
    from pellucid.cli.explain_output import run_explain

    run_explain(model, as_json=json)


@app.command
def check(
    data: Source,
    /,
    *,
    target: Annotated[str | None, Parameter(name=["--target", "-t"])] = None,
    reading: Reading = AS_FOUND,
    test: float = 0.2,
    seed: int = 0,
    memory: str | None = None,
    cluster: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Read a table and check the assumptions behind a fit, without fitting.

    Parameters
    ----------
    data
        A table as for fit; no images.
    target
        The column that would be predicted; without it only the columns are shown.
    test
        Share of rows that the split would keep for testing (default 0.2).
    seed
        Seed of the split (default 0).
    memory
        Memory that the check may take, such as 1GB (default three quarters of what is free);
        beyond it rows are read in blocks.
    cluster
        Address of a Dask cluster whose workers read the rows in blocks.
    json
        Print JSON instead of text.
    """
    from pellucid.cli.explain_output import run_check

    options = reading.reading()
    room = {"memory": memory, "cluster": cluster}
    run_check(data, target, options, test=test, seed=seed, as_json=json, room=room)


@app.command
def notes(
    reference: str | None = None, /, *, json: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Show what implements a section or a numbered box of the notes, and what is still open.

    Parameters
    ----------
    reference
        A section such as 2.6, or a box such as "KE 71"; without one a summary is shown.
    json
        Print JSON instead of text.
    """
    from pellucid.cli.explain_output import run_notes

    run_notes(reference, as_json=json)


@app.command
def demo(*, output: Output = None) -> None:
    """Fit the penguins: a first look at everything, from the table to the report.

    Parameters
    ----------
    output
        Folder to write to (default pellucid-out).
    """
    from pellucid.cli.fit_output import run_demo

    run_demo(output)


@app.command
def derive(
    formula: Written,
    /,
    *,
    wrt: str,
    where: str | None = None,
    latex: Annotated[bool, Parameter(negative="")] = False,
    code: str | None = None,
    layout: str = "denominator",
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Differentiate a matrix formula: the gradient with shapes, the steps, and a numeric check.

    Parameters
    ----------
    formula
        For example "norm2(X' * theta - y)^2 / n + lam * norm2(theta)^2".
    wrt
        The symbol to differentiate by.
    where
        Shapes, for example "X: d×n, y: n×1, theta: d×1"; worked out where not said.
    latex
        Print LaTeX too.
    code
        numpy, jax or torch: print a module with value and gradient instead.
    layout
        denominator (default; the notes' own) or numerator.
    json
        Print JSON instead of text.
    """
    from pellucid.cli.derive_output import run_derive

    run_derive(formula, wrt, where, latex=latex, code=code, layout=layout, as_json=json)


@app.command
def check_gradient(
    formula: Written,
    /,
    *,
    wrt: str,
    answer: Written,
    where: str | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Check a gradient worked out by hand, and say what is wrong with it.

    Parameters
    ----------
    formula
        What was differentiated.
    wrt
        By which symbol.
    answer
        The gradient found by hand, for example "2*X*(X'*theta - y)".
    where
        Shapes, when they cannot be worked out.
    json
        Print JSON instead of text.
    """
    from pellucid.cli.derive_output import run_check_gradient

    run_check_gradient(formula, wrt, answer, where, as_json=json)


@app.command
def minimize(
    formula: Written,
    /,
    *,
    data: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    wrt: str | None = None,
    target: Annotated[str | None, Parameter(name=["--target", "-t"])] = None,
    bind: Columns = (),
    given: Annotated[tuple[str, ...], Parameter(name="--set", negative="")] = (),
    where: str | None = None,
    ones: Annotated[bool, Parameter(negative="")] = False,
    start: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    rule: str = "gradient descent",
    step_size: str | None = None,
    batch: int | None = None,
    steps: int = 1000,
    stop: str | None = None,
    picture: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Minimise a matrix formula over the columns of a table, and show the way down.

    Parameters
    ----------
    formula
        For example "norm2(X' * theta - y)^2 / n + lam * norm2(theta)^2"; X is d×n, points are
        columns.
    data
        A table as for fit.
    wrt
        The parameter to find (default theta, or the only name of the formula without a value).
    target
        This column is y, and all others, encoded and standardised, are the rows of X.
    bind
        What a name stands for, as NAME=COLUMN,COLUMN; repeat for more.
    given
        A number by name, such as lam=0.1; repeat for more.
    where
        Shapes that the data don't tell, such as "x: 3".
    ones
        Prepend the 1 to every point of X, for an offset.
    start
        Where to begin: one number for all entries, or one an entry, such as 1,-2. Without it zeros,
        unless J has no value or no slope there.
    rule
        "gradient descent" (default), momentum, adadelta, "true adadelta", adagrad or adam.
    step_size
        A number, "line search", shrinking or 1/t; not said, a line search for gradient descent and
        0.1 for the other rules and for batches.
    batch
        Points that each step looks at, drawn at random; without it all of them.
    steps
        Most steps (default 1000).
    stop
        When to stop before that: bounds on gradient, step, change or seconds, such as
        "gradient<1e-6, seconds<10" (default gradient<1e-8).
    picture
        File for a picture of the descent (.svg).
    json
        Print JSON instead of text.
    """
    from pellucid.cli.minimize_output import DescentSettings, run_minimize

    settings = DescentSettings(rule, step_size, steps, stop, batch, start)
    run_minimize(
        formula, data, wrt=wrt, target=target, bind=bind, given=given, ones=ones, where=where,
        settings=settings, picture=picture, as_json=json,
    )  # fmt: skip
