"""`pellucid fit IMAGES.npz`: what is done, written and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from pellucid.cli.job_runner import File, Job, predict_from, show_findings
from pellucid.cli.run_file import read_config, run_file, settings_from
from pellucid.formatting import number
from pellucid.notebook_progress import Progress

if TYPE_CHECKING:
    from pellucid.jobs.fit.fit_images import ImageFit


def image_job(data: str, given: Mapping[str, Any], config: Path | None) -> Job[ImageFit]:
    """The job of `pellucid fit IMAGES.npz`."""
    from pellucid.data.image_files import read_images

    found = read_images(data, given.get("target") or read_config(config).get("target"))
    settings = settings_from({"target": found.label_name, **given}, config)

    def work(progress: Progress) -> ImageFit:
        from pellucid.jobs.fit.fit_images import fit_images

        return fit_images(found, settings, progress=progress)

    def files(result: ImageFit, folder: Path) -> list[File]:
        from pellucid.report.image_report import render_images
        from pellucid.storage.model_file import packed_model

        return [
            File("report", "report.html", render_images(result, folder)),
            File("model", "model.pellucid", packed_model(result.machine)),
            File("settings", "run.toml", run_file(data, settings)),
        ]

    return Job(work, files, summary, show, predict_from("NEW.npz"))


def show(console: Console, result: ImageFit) -> None:
    """Print the result for a person: the answer first."""
    model = result.machine.model
    train, test = len(result.split.train), len(result.split.test)
    console.print(f"\n[bold]{result.image_set.description}[/]")
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
        f"interval {low:.1%} to {high:.1%}), where always guessing the commonest label is right "
        f"{result.errors_baseline['accuracy']:.1%}.\n"
    )
    show_findings(console, result.findings)


def summary(result: ImageFit) -> dict[str, Any]:
    """The result as plain values, for programs."""
    model = result.machine.model
    return {
        "found": result.image_set.description,
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
    }
