"""The report of a fit on images: the answer, the training, the network, the mistakes.

Notes: §1.0.5, Def 333, Def 445
"""

from __future__ import annotations

from pathlib import Path

from pellucid.formatting import number
from pellucid.jobs.fit.fit_images import ImageFit
from pellucid.pictures.images import confident_mistakes
from pellucid.report.common_parts import Drawer, answer, footer
from pellucid.report.fit_report import MEASURES, commands
from pellucid.report.page import grid, page, paragraph, section
from pellucid.report.training_section import network_section, training_section

PER_PICTURE = 8


def render_images(result: ImageFit, folder: Path = Path("pellucid-out")) -> str:
    """The report as HTML text.

    Parameters
    ----------
    result : ImageFit
        What `fit_images` returned.
    folder : Path
        Where the model file stands, for the commands shown.
    """
    drawn = Drawer()
    model = result.machine.model
    findings = "".join(paragraph(f"{f.name}: {f.message}") for f in result.findings)
    body = "".join(
        [
            _answer(result),
            section(
                "The images", paragraph(result.image_set.description), paragraph(result.split.how)
            ),
            training_section(model, drawn),
            _mistakes(result, drawn),
            network_section(model),
            section("What to be wary of", findings),
            section("What was minimised", result.machine.explain().to_html()),
            commands(result.settings, folder, "images.npz"),
            footer(),
        ]
    )
    return page(f"Images of {result.image_set.source}: a report", drawn.on(body))


def _answer(result: ImageFit) -> str:
    found, base = result.errors, result.errors_baseline
    low, high = result.interval
    sentence = (
        f"On {len(result.split.test):,} images never used, {found['accuracy']:.1%} of the answers "
        "are right. Always giving the commonest label is right "
        f"{base['accuracy']:.1%} of the time."
    )
    facts = [
        (f"{found['accuracy']:.2%}", "right on images never used"),
        (f"{low:.1%} to {high:.1%}", "its 95 % interval"),
        (number(found["nll"]), "log loss"),
        (f"{result.training_errors['accuracy']:.2%}", "right on the training images"),
        (f"{result.seconds['training']:.0f} s", "of training"),
    ]
    return answer(f"Images of {result.image_set.source}", (sentence, result.why), facts)


def _mistakes(result: ImageFit, draw: Drawer) -> str:
    rows = [
        (MEASURES.get(name, name), number(value), number(result.errors_baseline.get(name)))
        for name, value in result.errors.items()
    ]
    images = result.image_set.images[result.split.test]
    figure = confident_mistakes(
        images, result.labels, result.probabilities, list(result.machine.model.classes_),
        PER_PICTURE,
    )  # fmt: skip
    return section(
        "Errors on images never used",
        grid("On the test images", ("measure", "this network", "baseline"), rows, (1, 2)),
        draw(
            figure,
            "Rows are the right answers, columns what was said; beside it the images that were got "
            "wrong most confidently.",
            wide=True,
        ),
    )
