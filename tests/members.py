"""The one table of all estimators; every property that all of them share is tested from it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from pellucid import (
    Autoencoder,
    BagOfWords,
    BinaryCode,
    Bins,
    BoostedTreesClassifier,
    BoostedTreesRegressor,
    Center,
    ClusterThenModel,
    ConvNetClassifier,
    ConvNetRegressor,
    CurvesClassifier,
    CurvesRegressor,
    Dates,
    DenoisingAutoencoder,
    EncoderDecoder,
    FactoredCode,
    FewLabelClassifier,
    ForestClassifier,
    ForestRegressor,
    GenerativeAdversarialPair,
    HierarchicalClusters,
    KMeans,
    LeastSquares,
    LinearAutoencoder,
    LinearClassifier,
    LogisticClassifier,
    LogisticCV,
    MajorityBaseline,
    MeanBaseline,
    NearestNeighbor,
    NearestNeighborClassifier,
    NearestNeighborRegressor,
    NetworkClassifier,
    NetworkRegressor,
    NextToken,
    NumericCode,
    OneHotCode,
    PolynomialBasis,
    RadialBasis,
    RadiusFeature,
    RandomRegression,
    Ridge,
    RidgeCV,
    RobustClassifier,
    SigmoidsClassifier,
    SoftmaxClassifier,
    SoftmaxCV,
    Standardize,
    StrongestMonomials,
    TableEncoder,
    ThermometerCode,
    VariationalAutoencoder,
)

Array = NDArray[np.float64]

# What one process compiled serves the others that a test starts; gone when the tests are over.
if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="pellucid-compiled-")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.1"
    atexit.register(shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)
    jax.config.update("jax_compilation_cache_dir", os.environ["JAX_COMPILATION_CACHE_DIR"])
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


@dataclass(frozen=True)
class Member:
    """An estimator, what it answers, and which of the shared properties it has.

    `answers` is "numbers", "two labels", "labels", "groups" (it makes its own labels), "columns"
    (a transformer), "chances" (of what it generates, or of what it was shown) or "sentences".
    `random`: draws numbers, so another order of the rows gives another answer.
    `sparse`: takes sparse rows. `moves`: what it predicts moves with a shift of every column.
    `text`: its rows are documents.
    """

    estimator: Any
    answers: str
    random: bool = False
    sparse: bool = True
    moves: bool = True
    text: bool = False

    @property
    def name(self) -> str:
        return repr(self.estimator)


MEMBERS = (
    Member(LeastSquares(), "numbers"),
    Member(MeanBaseline(), "numbers"),
    Member(MajorityBaseline(), "labels"),
    Member(NearestNeighbor(), "numbers", sparse=False),
    Member(NearestNeighborClassifier(), "labels", sparse=False),
    Member(NearestNeighborRegressor(), "numbers", sparse=False),
    Member(RandomRegression(tries=50), "numbers", random=True),
    Member(Ridge(), "numbers"),
    Member(Ridge(penalize_offset=True), "numbers", moves=False),
    Member(Ridge(algorithm="newton"), "numbers"),
    Member(Ridge(algorithm="descent"), "numbers"),
    Member(RidgeCV(), "numbers"),
    Member(RidgeCV(cv="loo"), "numbers"),
    Member(LinearClassifier(tries=200), "two labels", random=True),
    Member(LogisticClassifier(), "two labels"),
    Member(LogisticClassifier(class_weight="balanced"), "two labels"),
    Member(LogisticClassifier(lam=0.1, algorithm="descent", max_iter=3000), "two labels"),
    Member(LogisticCV(lams=(1e-3, 1e-1)), "two labels"),
    Member(SoftmaxClassifier(), "labels"),
    Member(SoftmaxClassifier(class_weight="balanced"), "labels"),
    Member(SoftmaxCV(lams=(1e-3, 1e-1)), "labels"),
    Member(SigmoidsClassifier(), "labels"),
    Member(CurvesRegressor(), "numbers", sparse=False),
    Member(CurvesRegressor(pairs=2), "numbers", sparse=False),
    Member(CurvesClassifier(), "labels", sparse=False),
    Member(BoostedTreesRegressor(max_iter=20), "numbers", random=True, sparse=False),
    Member(ForestRegressor(n_estimators=20), "numbers", random=True, sparse=False),
    Member(BoostedTreesClassifier(max_iter=20), "labels", random=True, sparse=False),
    Member(ForestClassifier(n_estimators=20), "labels", random=True, sparse=False),
    Member(FewLabelClassifier(), "labels", sparse=False),
    Member(KMeans(3), "groups", sparse=False),
    Member(KMeans(3, algorithm="descent", max_iter=3000), "groups", sparse=False),
    Member(HierarchicalClusters(3), "groups", sparse=False),
    Member(HierarchicalClusters(3, algorithm="merge"), "groups", sparse=False),
    Member(ClusterThenModel(), "numbers", sparse=False),
    Member(
        ClusterThenModel(LogisticClassifier(lam=0.01), n_clusters=2), "two labels", sparse=False
    ),
    Member(NetworkClassifier(hidden=(16,), step_size=0.01), "labels", sparse=False, moves=False),
    Member(NetworkRegressor(hidden=(16,), step_size=0.01), "numbers", sparse=False, moves=False),
    Member(
        ConvNetClassifier(filters=(4,), hidden=(16,), step_size=0.01),
        "labels",
        sparse=False,
        moves=False,
    ),
    Member(
        ConvNetRegressor(filters=(4,), hidden=(16,), step_size=0.01),
        "numbers",
        sparse=False,
        moves=False,
    ),
    Member(
        RobustClassifier(NetworkClassifier(hidden=(16,), step_size=0.01, epochs=30)),
        "labels",
        sparse=False,
        moves=False,
    ),
    Member(PolynomialBasis(), "columns", sparse=False),
    Member(PolynomialBasis(domain="scaled"), "columns", sparse=False),
    Member(LinearAutoencoder(), "columns", sparse=False),
    Member(LinearAutoencoder(2, overcomplete=True), "columns", sparse=False),
    Member(LinearAutoencoder(algorithm="descent"), "columns", sparse=False),
    Member(Autoencoder(hidden=(4,), epochs=3), "columns", sparse=False),
    Member(DenoisingAutoencoder(hidden=(4,), epochs=3), "columns", sparse=False),
    Member(VariationalAutoencoder(hidden=(4,), epochs=3), "columns", sparse=False),
    Member(OneHotCode(), "columns", sparse=False),
    Member(OneHotCode(missing="mean", unseen="mean", sparse_output=True), "columns", sparse=False),
    Member(ThermometerCode(), "columns", sparse=False),
    Member(NumericCode(missing="nan", unseen="own column"), "columns", sparse=False),
    Member(FactoredCode(), "columns", sparse=False),
    Member(BinaryCode(), "columns", sparse=False),
    Member(StrongestMonomials(), "columns", sparse=False),
    Member(StrongestMonomials(5), "columns", sparse=False),
    Member(Bins(), "columns", sparse=False),
    Member(Dates(), "columns", sparse=False),
    Member(Standardize(), "columns", sparse=False),
    Member(Center(missing="mean"), "columns", sparse=False),
    Member(RadialBasis(), "columns", sparse=False),
    Member(RadialBasis(5, centers="random", beta=0.3, metric="cityblock"), "columns", sparse=False),
    Member(RadialBasis(5, beta="tuned"), "columns", sparse=False),
    Member(RadiusFeature(), "columns", sparse=False),
    Member(RadiusFeature("mean", squared=True, keep_inputs=True), "columns", sparse=False),
    Member(BagOfWords(), "columns", sparse=False, text=True),
    Member(BagOfWords("tf-idf", ngram_range=(1, 2)), "columns", sparse=False, text=True),
    Member(BagOfWords(n_buckets=32, sparse_output=False), "columns", sparse=False, text=True),
    Member(TableEncoder(), "columns", sparse=False),
    Member(GenerativeAdversarialPair(hidden=(4,), epochs=3), "chances", sparse=False),
    Member(
        NextToken(places=6, width=8, heads=2, blocks=1, hidden=8, epochs=2),
        "chances",
        sparse=False,
        text=True,
    ),
    Member(
        EncoderDecoder(width=8, heads=2, hidden=8, epochs=2),
        "sentences",
        sparse=False,
        text=True,
    ),
)
GENERATED = ("chances", "sentences")
PREDICTORS = tuple(m for m in MEMBERS if m.answers not in ("columns", *GENERATED))
GENERATORS = tuple(member for member in MEMBERS if member.answers in GENERATED)


def rows(member: Member, seed: int = 0, n: int = 90) -> tuple[Any, NDArray[Any]]:
    """Rows and answers that suit the member; classes overlap, so that λ = 0 would do too."""
    random = np.random.default_rng(seed)
    if member.text:
        words = np.array(["she", "he", "reads", "a", "tired", "water", "Book"])
        texts = [" ".join(random.choice(words, 5)) for _ in range(n)]
        if member.answers == "sentences":
            return texts, np.array([" ".join(text.split()[::-1]) for text in texts], dtype=object)
        return texts, np.arange(n)
    X = random.normal(size=(n, 3)) * [1.0, 5.0, 0.2] + [0.0, 3.0, 1.0]
    score = X @ [1.0, -0.3, 2.0] + random.normal(size=n)
    if member.answers == "numbers":
        return X, score
    cuts = np.quantile(score, [0.5] if member.answers == "two labels" else [0.3, 0.7])
    return X, np.array(["low", "middle", "top"])[np.searchsorted(cuts, score)]
