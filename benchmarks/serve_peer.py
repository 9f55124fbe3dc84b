"""The peer of `serve`: the same pipeline in scikit-learn behind FastAPI, as a person writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
TEXTS = ["island", "sex"]


def pipeline(table: Path) -> Pipeline:
    """Fitted to the penguins."""
    frame = pd.read_csv(table)
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer([("numbers", numbers, NUMBERS), ("texts", texts, TEXTS)])
    made = make_pipeline(columns, LogisticRegression(C=1e3, max_iter=1_000))
    return made.fit(frame[NUMBERS + TEXTS], frame["species"])


class Row(BaseModel):
    """One penguin."""

    island: str | None
    bill_length_mm: float | None
    bill_depth_mm: float | None
    flipper_length_mm: float | None
    body_mass_g: float | None
    sex: str | None


class Answer(BaseModel):
    """What is said of it."""

    prediction: str
    probabilities: dict[str, float]


def application(model: Pipeline) -> FastAPI:
    """One address, which takes rows."""
    app = FastAPI()

    @app.post("/predict")
    def predict(rows: list[Row]) -> list[Answer]:
        frame = pd.DataFrame([row.model_dump() for row in rows])
        chances: Any = model.predict_proba(frame)
        labels = [str(label) for label in model.classes_]
        return [
            Answer(
                prediction=labels[int(each.argmax())],
                probabilities=dict(zip(labels, map(float, each), strict=True)),
            )
            for each in chances
        ]

    return app


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(
        application(joblib.load(sys.argv[1])),
        port=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
    )
