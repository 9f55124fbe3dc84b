"""The service as it is asked over HTTP: formats, refusals, doors, models that are replaced.

Notes: §1.0.3, §1.0.7
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
import uvicorn

from fingerprints import check
from pellucid.errors import HyperparameterError, ModelFileError
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.linear.ridge import Ridge
from pellucid.serve.application import Service, application
from pellucid.serve.request_bodies import ARROW, CSV
from pellucid.serve.settings import ServeSettings, models_named
from pellucid.storage import save_model

PENGUINS = Path(__file__).parents[2] / "examples" / "penguins.csv"
ROW = {
    "island": "Biscoe",
    "bill_length_mm": 39.1,
    "bill_depth_mm": 18.7,
    "flipper_length_mm": 181,
    "body_mass_g": None,
    "sex": "male",
}


def fitted(target: str, model: str, file: Path) -> Path:
    save_model(fit_table(PENGUINS, Settings(target=target, model=model, cv=2)).machine, file)
    return file


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "species": str(fitted("species", "softmax", folder / "species.pellucid")),
        "mass": str(fitted("body_mass_g", "ridge", folder / "mass.pellucid")),
    }


@contextmanager
def asking(settings: ServeSettings) -> Iterator[httpx.Client]:
    """A client of a service that runs on a free port of this machine."""
    config = uvicorn.Config(
        application(settings), port=0, log_level="critical", http="httptools", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the service ended before it began"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as found:
            yield found
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def client(files: dict[str, str]) -> Iterator[httpx.Client]:
    with asking(ServeSettings(files, largest_body=100_000, most_rows=50)) as found:
        yield found


def test_one_row_and_many_in_every_format_have_one_answer(client: httpx.Client) -> None:
    one = client.post("/predict", json=ROW).json()
    assert list(one) == [
        "prediction",
        *(f"probability_{c}" for c in ("Adelie", "Chinstrap", "Gentoo")),
    ]

    def same(answers: list[dict[str, Any]], times: int) -> None:
        """To the last digits, which depend on how many rows go through a product at once."""
        assert [answer["prediction"] for answer in answers] == [one["prediction"]] * times
        for answer in answers:
            assert list(answer) == list(one)
            chances, wanted = (list(found.values())[1:] for found in (answer, one))
            assert chances == pytest.approx(wanted, rel=1e-12)

    same(client.post("/predict", json=[ROW, ROW]).json(), 2)
    text = client.post(
        "/predict",
        content="\n".join(
            [",".join(ROW), ",".join("" if v is None else str(v) for v in ROW.values())]
        ),
        headers={"Content-Type": "text/csv; charset=utf-8", "Accept": "application/json"},
    )
    same(text.json(), 1)
    sink = pa.BufferOutputStream()
    rows = pa.Table.from_pylist([ROW, ROW])
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    arrow = client.post("/predict", content=bytes(sink.getvalue()), headers={"Content-Type": ARROW})
    same(pa.ipc.open_stream(arrow.content).read_all().to_pylist(), 2)
    csv = client.post("/predict", json=[ROW], headers={"Accept": CSV})
    assert csv.headers["content-type"].startswith(CSV)
    assert csv.text.splitlines()[1].startswith('"Adelie",')


def test_models_answer_by_name_and_what_is_asked_beside_comes_along(client: httpx.Client) -> None:
    assert client.get("/models").json() == {"models": ["species", "mass"]}
    row = {**ROW, "species": "Adelie"}
    found = client.post(
        "/models/mass/predict?intervals=true&cautions=true&effects=true",
        json={**row, "island": "Atlantis"},
    ).json()
    assert found["interval"][0] < found["prediction"] < found["interval"][1]
    assert "Atlantis" in found["cautions"][0]
    assert set(found["effects"]) <= set(row)
    assert client.post("/models/none/predict", json=ROW).status_code == 404


@pytest.mark.parametrize(
    ("status", "text", "sent"),
    [
        (422, "Row 1, column 'bill_length_mm': 'x'", {"json": ROW | {"bill_length_mm": "x"}}),
        (422, "Row 2 lacks the column 'island'", {"json": [ROW, {"sex": "male"}]}),
        (422, "Row 1 is a number", {"json": [3]}),
        (422, "lacks", {"content": "sex\nmale\n", "headers": {"Content-Type": CSV}}),
        (400, "not JSON", {"content": "{"}),
        (400, "NaN is no JSON value", {"content": "[NaN]"}),
        (400, "nested", {"content": "[" * 90_000}),
        (400, "not an Arrow stream", {"content": "abc", "headers": {"Content-Type": ARROW}}),
        (413, "at most 100,000 bytes", {"content": " " * 100_001}),
        (422, "no rows", {"json": []}),
        (413, "at most 50 rows", {"json": [{}] * 51}),
        (415, "A body is one of", {"content": "x", "headers": {"Content-Type": "image/png"}}),
        (415, "compressed", {"content": "x", "headers": {"Content-Encoding": "gzip"}}),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(
    client: httpx.Client, status: int, text: str, sent: dict[str, Any]
) -> None:
    answer = client.post("/predict", **sent)
    assert answer.status_code == status
    assert text in answer.json()["detail"]


def test_unknown_options_addresses_and_methods_are_refused_as_json(client: httpx.Client) -> None:
    assert (
        "There is no option 'speed'" in client.post("/predict?speed=1", json=ROW).json()["detail"]
    )
    assert client.get("/nothing").json() == {"detail": "Not Found"}
    assert client.get("/predict").status_code == 405
    assert "probabilities" in client.post("/predict?intervals=1", json=ROW).json()["detail"]


def test_the_openapi_document_describes_each_model_with_a_row_that_is_answered(
    client: httpx.Client,
) -> None:
    document = client.get("/openapi.json").json()
    for name in ("species", "mass"):
        row = document["components"]["schemas"][f"Row-{name}"]
        (example,) = row["examples"]
        assert set(row["required"]) == set(row["properties"]) == set(example)
        answer = client.post(f"/models/{name}/predict", json=example)
        described = document["paths"][f"/models/{name}/predict"]["post"]["responses"]["200"]
        properties = described["content"]["application/json"]["schema"]["oneOf"][0]["properties"]
        assert list(answer.json()) == list(properties)
    check(Path(__file__).with_name("shown.json"), "the OpenAPI document", document)


def test_explain_report_health_and_the_page_are_there_and_ask_no_other_host(
    client: httpx.Client,
) -> None:
    assert client.get("/explain").json()["name"] == "Predicting species"
    for path in ("/", "/page.js", "/page.css", "/report"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "http" not in answer.text.replace("http://www.w3.org", "")
    assert client.get("/explain", headers={"Accept": "text/html"}).text.startswith(
        "<!doctype html>"
    )
    assert client.get("/health").json()["status"] == "ok"


def test_metrics_count_requests_rows_and_seconds(files: dict[str, str]) -> None:
    with asking(ServeSettings(files)) as client:
        client.post("/predict", json=[ROW] * 3)
        client.post("/predict", json={})
        text = client.get("/metrics").text
    assert 'pellucid_requests_total{model="species",status="200"} 1' in text
    assert 'pellucid_requests_total{model="species",status="422"} 1' in text
    assert 'pellucid_rows_total{model="species"} 3' in text
    assert 'pellucid_request_seconds_bucket{model="species",le="+Inf"} 2' in text


def test_workers_add_up_in_their_folder(files: dict[str, str], tmp_path: Path) -> None:
    from pellucid.serve import prometheus_metrics

    folder = str(tmp_path)
    one = prometheus_metrics.Metrics(["m"], folder)
    (tmp_path / "0.counts").write_bytes(one._own.tobytes())  # a worker that has died
    dead = prometheus_metrics.np.memmap(
        tmp_path / "0.counts", dtype=float, mode="r+", shape=one._own.shape
    )
    dead[0, 0] = 5
    one.count("m", 200, 0.01, rows=7)
    assert 'status="200"} 6' in one.text()


def test_without_the_token_nothing_but_the_empty_page_and_health_is_shown(
    files: dict[str, str],
) -> None:
    with asking(ServeSettings(files, token="secret", host="0.0.0.0")) as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}):
            assert client.post("/predict", json=ROW, headers=headers).status_code == 401
            assert client.get("/schema", headers=headers).status_code == 401
        assert client.get("/").status_code == client.get("/health").status_code == 200
        with_token = {"Authorization": "Bearer secret"}
        assert client.post("/predict", json=ROW, headers=with_token).status_code == 200
        assert client.get("/openapi.json", headers=with_token).json()["security"]


def test_a_name_that_points_at_this_machine_reads_nothing(client: httpx.Client) -> None:
    assert client.get("/schema", headers={"Host": "evil.example:8000"}).status_code == 421
    assert client.get("/schema", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/schema", headers={"Host": "[::1]:8000"}).status_code == 200


def test_other_hosts_need_a_token_and_models_need_names(files: dict[str, str]) -> None:
    with pytest.raises(HyperparameterError, match="give a token"):
        ServeSettings(files, host="0.0.0.0")
    with pytest.raises(HyperparameterError, match="Two models are called 'model'"):
        models_named(("a/model.pellucid", "b/model.pellucid"))


def test_a_replaced_file_is_taken_up_and_a_truncated_one_is_not(
    files: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "model.pellucid"
    shutil.copy(files["species"], path)
    service = Service(ServeSettings({"model": str(path)}))
    before = service.shelf.model()
    assert service.shelf.renew() == []
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"garbage"):
        path.write_bytes(broken)
        assert service.shelf.renew() == []
        assert service.shelf.model() is before
        assert service.shelf.problems()
    path.unlink()
    assert service.shelf.renew() == []
    assert service.shelf.model().answer_one(ROW)["prediction"] == "Adelie"
    shutil.copy(files["mass"], path)
    assert service.shelf.renew() == ["model"]
    assert service.shelf.model().machine.framing.target == "body_mass_g"
    assert not service.shelf.problems()


def test_what_reads_no_table_is_not_served(tmp_path: Path) -> None:
    save_model(Ridge().fit([[0.0], [1.0]], [0.0, 1.0]), tmp_path / "ridge.pellucid")
    with pytest.raises(ModelFileError, match="saved in Python"):
        application(ServeSettings({"m": str(tmp_path / "ridge.pellucid")}))


def test_numbers_that_json_has_not_become_null() -> None:
    from pellucid.serve.request_bodies import as_json

    assert json.loads(as_json({"a": [float("inf"), 1.0], "b": float("nan")})) == {
        "a": [None, 1.0],
        "b": None,
    }
