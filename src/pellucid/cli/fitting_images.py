"""`pellucid fit IMAGES.npz`: read, train, write the report, the model and the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pellucid.wording import number

if TYPE_CHECKING:
    from pellucid.jobs.fit.fit_images import ImageFit


def run_fit_images(
    data: str,
    given: Mapping[str, Any],
    *,
    output: Path | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Do the whole job and print what was found."""
    from pellucid.cli.fitting import (
        DEFAULT_FOLDER,
        progress,
        read_config,
        refuse_file,
        run_file,
        settings_from,
    )
    from pellucid.data.image_files import read_images
    from pellucid.jobs.fit.fit_images import fit_images
    from pellucid.report.image_report import render_images
    from pellucid.storage.atomic import write_together
    from pellucid.storage.model_file import packed_model

    found = read_images(data, given.get("target") or read_config(config).get("target"))
    settings = settings_from({"target": found.label_name, **given}, config)
    folder = output or DEFAULT_FOLDER
    refuse_file(folder)
    with progress(quiet=as_json) as say:
        say("reading the images", 0.0)
        result = fit_images(found, settings, progress=say)
        say("writing the report", 1.0)
        write_together(
            {
                folder / "report.html": render_images(result, folder),
                folder / "model.pellucid": packed_model(result.machine),
                folder / "run.toml": run_file(data, settings),
            }
        )
    if as_json:
        print(json.dumps(summary(result, folder), indent=2, ensure_ascii=False))
    else:
        show(result, folder)


def show(result: ImageFit, folder: Path) -> None:
    """Print the result for a person: the answer first."""
    from pellucid.cli.fitting import show_findings

    console = Console(highlight=False, soft_wrap=False)
    model = result.machine.model
    train, test = len(result.split.train), len(result.split.test)
    console.print(f"\n[bold]{result.found.said}[/]")
    console.print(f"{train:,} to learn from, {test:,} to test on. {result.split.how}\n")
    console.print(f"{result.why} {model.parameter_count_:,} parameters.")
    losses, held = model.trace_["loss"], model.trace_["validation_loss"]
    console.print(f"{model.n_iter_} epochs; {model.trace_['stopped']}.")
    console.print(
        f"Training loss {number(losses[0])} → {number(losses[-1])}; on images held out for "
        f"stopping {number(min(held))} after epoch {model.best_epoch_}, whose weights are kept.\n"
    )
    low, high = result.interval
    console.print(
        f"[bold]On images never used:[/] right {result.errors['accuracy']:.2%} of the time (95 % "
        f"interval {low:.1%} to {high:.1%}), where always guessing the commonest answer is right "
        f"{result.errors_baseline['accuracy']:.1%}.\n"
    )
    show_findings(console, result.findings)
    console.print(f"Report   {folder / 'report.html'}")
    console.print(f"Model    {folder / 'model.pellucid'}")
    console.print(f"Predict  ./pellucid predict {folder / 'model.pellucid'} NEW.npz")
    console.print(f"[dim]{sum(result.seconds.values()):.1f} s[/]")


def summary(result: ImageFit, folder: Path) -> dict[str, Any]:
    """The result as plain values, for programs."""
    model = result.machine.model
    return {
        "found": result.found.said,
        "images": {"training": len(result.split.train), "test": len(result.split.test)},
        "model": type(model).__name__,
        "parameters": model.parameter_count_,
        "epochs": model.n_iter_,
        "best_epoch": model.best_epoch_,
        "history": {k: model.trace_[k] for k in ("loss", "validation_loss")},
        "errors": result.errors,
        "errors_baseline": result.errors_baseline,
        "training_errors": result.training_errors,
        "interval": list(result.interval),
        "findings": [asdict(f) for f in result.findings],
        "seconds": result.seconds,
        "files": {
            "report": str(folder / "report.html"),
            "model": str(folder / "model.pellucid"),
            "settings": str(folder / "run.toml"),
        },
    }
