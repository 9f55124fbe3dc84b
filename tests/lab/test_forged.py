"""Forged requests, by the hundred here and by thousands in `./test --slow`; memory stays flat."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lab_pages import ends
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pellucid.lab.access_control import FORBIDDEN
from pellucid.lab.catalogue import page_named
from pellucid.lab.frame_encoding import unpack_frame
from pellucid.lab.server import application
from pellucid.lab.tables import Tables

TOKEN, OWN = "a-token-of-the-test", "127.0.0.1:8765"
KEYS = {"host": OWN, "origin": f"http://{OWN}", "cookie": f"pellucid-lab-8765={TOKEN}"}
# Pages that answer within milliseconds, with controls of every form between them.
PAGES = (
    "descent-in-one-dimension",
    "events",
    "filters",
    "gradient-descent",
    "line-by-hand",
    "losses",
    "plane-by-a-matrix",
    "separator",
    "sigmoid",
    "softmax",
)
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**400, 0.1, "", "x", "x" * 5_000, "\x00", "é‮", "<b>",
    "__class__", "../../etc/passwd", [], [[]], [[1, 2], [3]], [[1e999]], [["a"]], {}, {"a": {}},
    "label", "own", "sin(x", "x**9**9", "1/0", [[0] * 99] * 99,
)  # fmt: skip
FOREIGN = (
    "http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:8766", "file://", "",
    "http://127.0.0.1:8765.evil.example", "http://evil.example/127.0.0.1:8765", "http://[::1]:8765",
    "http://127.0.0.1:8765@evil.example", "HTTP://EVIL.EXAMPLE", "chrome-extension://abc",
)  # fmt: skip
HOSTS = (
    "evil.example", "127.0.0.1", "localhost", "127.0.0.1:8766", "127.0.0.1:8765.evil.example", "",
    "evil.example:8765", "0.0.0.0:8765", "[::1]:8765", "127.1:8765", "2130706433:8765", "a b",
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A client that sends whatever it is told to."""
    app = application(Tables(), 8765, TOKEN)
    return TestClient(app, base_url=f"http://{OWN}", raise_server_exceptions=False)


def forged_state(chance: random.Random, name: str) -> dict[str, Any]:
    """Settings of a page: some at their ends, some of any kind, some that are not there."""
    controls = page_named(name).controls
    state: dict[str, Any] = {}
    for control in chance.sample(controls, chance.randint(0, min(3, len(controls)))):
        state[control.name] = chance.choice([*ends(control), chance.choice(ODD)])
    if chance.random() < 0.2:
        state[chance.choice(["data", "t", "__init__", "é"])] = chance.choice(ODD)
    return state


def body_of(chance: random.Random, name: str) -> bytes:
    """A body: mostly a state, now and then broken or random bytes."""
    body = json.dumps(forged_state(chance, name)).encode()
    how = chance.random()
    if how < 0.1:
        return chance.randbytes(chance.randint(0, 200))
    if how < 0.2:
        return body[: chance.randint(0, len(body))]
    return body


def told_in_words(content: bytes) -> None:
    """An answer that is refused is a sentence, without the inside of a program."""
    for word in (b"Traceback", b'File "', b"site-packages", b"pellucid/lab"):
        assert word not in content


def over_http(client: TestClient, chance: random.Random) -> str:
    """One request with the right keys and a forged body."""
    name, seen = chance.choice(PAGES), {**KEYS}
    where = chance.choice(["scene", "scene", "answer", "data", "elsewhere"])
    body = body_of(chance, name)
    if where == "scene":
        answer = client.post(f"/page/{name}/scene", content=body, headers=seen)
    elif where == "answer":
        asked = {"state": forged_state(chance, name), "index": chance.choice(ODD)}
        answer = client.post(f"/page/{name}/answer", json=asked_safely(asked), headers=seen)
    elif where == "data":
        named = chance.choice(["a.csv", "a.json", "a.parquet", "../a.csv", "a", "é.tsv", ".csv"])
        answer = client.post("/data", params={"name": named}, content=body, headers=seen)
    else:
        path = chance.choice(
            ["/page/..%2f..%2fetc", "/page/x/scene", "/static/../server.py", "/widgets/%00", "/x"]
        )
        answer = client.request(chance.choice(["GET", "POST", "PUT"]), path, headers=seen)
    assert answer.status_code in (200, 404, 405, 422), (where, name, body, answer.text[:200])
    if answer.status_code == 200 and where == "scene":
        assert unpack_frame(answer.content)["settled"]
    elif answer.status_code != 200:
        told_in_words(answer.content)
    return f"{where} {answer.status_code}"


def asked_safely(asked: dict[str, Any]) -> Any:
    """What JSON can write: infinity and whole numbers of any length are for raw bodies."""
    return json.loads(json.dumps(asked, allow_nan=True).replace("Infinity", "1e308"))


def from_elsewhere(client: TestClient, chance: random.Random) -> str:
    """One request that would be answered, were it not for its host, origin or cookie."""
    wrong = chance.choice(["host", "origin", "cookie"])
    forged = {
        "host": chance.choice(HOSTS),
        "origin": chance.choice(FOREIGN),
        "cookie": chance.choice(["", "pellucid-lab-8765=", f"pellucid-lab-8766={TOKEN}", ";=\x7f"]),
    }
    headers = KEYS | {wrong: forged[wrong]}
    path = chance.choice(["/", "/page/sigmoid", "/static/lab.css", "/widgets/page.js"])
    if chance.random() < 0.5:
        answer = client.post("/page/sigmoid/scene", content=b"{}", headers=headers)
    else:
        answer = client.get(path, headers=headers)
    assert answer.status_code == 403, headers
    assert answer.content == FORBIDDEN
    assert "access-control-allow-origin" not in answer.headers
    if wrong != "cookie":
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/page/sigmoid/run", headers=headers),
        ):
            pass
    return f"{wrong} turned away"


def over_a_socket(client: TestClient, chance: random.Random) -> str:
    """A few forged messages on one line: each gets a frame or a sentence, and the line stays."""
    name = chance.choice(PAGES)
    with client.websocket_connect(f"/page/{name}/run", headers=KEYS) as line:
        for _ in range(3):
            if chance.random() < 0.3:
                line.send_text("more")
            elif chance.random() < 0.2:
                line.send_bytes(chance.randbytes(20))
            else:
                line.send_text(body_of(chance, name).decode("utf-8", "replace"))
            message = line.receive()
            if message.get("text"):
                told_in_words(message["text"].encode())
                assert json.loads(message["text"])["message"]
            else:
                head = unpack_frame(message["bytes"])
                assert "settled" in head or head == {"done": True}  # after the last scene
    return "socket"


@pytest.mark.parametrize("count", [80, pytest.param(2_000, marks=pytest.mark.slow)])
def test_forged_requests_get_a_sentence_or_nothing(
    client: TestClient, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, seen = random.Random(count), Counter[str]()
    kinds = (over_http, over_http, from_elsewhere, over_a_socket)
    for at in range(count):
        seen[kinds[at % len(kinds)](client, chance)] += 1
    said = capsys.readouterr()
    assert said.err == "", "nothing failed that was not foreseen"
    assert sum(n for what, n in seen.items() if "turned away" in what) == count // len(kinds)
    sys.stdout.write(f"{dict(seen)}\n")


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("begin", "count"), [(30, 90), pytest.param(2_000, 10_000, marks=pytest.mark.slow)]
)
def test_memory_stays_flat(client: TestClient, begin: int, count: int) -> None:
    """Other settings at each request, so that nothing can be kept for each of them."""
    chance, before = random.Random(0), 0
    for at in range(count):
        name = PAGES[at % len(PAGES)]
        slider = next((c for c in page_named(name).controls if c.form == "slider"), None)
        state: dict[str, Any] = {}
        if slider is not None:
            low, high = ends(slider)
            state = {slider.name: type(low)(chance.uniform(low, high))}
        answer = client.post(f"/page/{name}/scene", json=state, headers=KEYS)
        assert answer.status_code == 200, answer.text
        if at == begin:
            before = resident()
    grown = (resident() - before) / 2**20
    sys.stdout.write(f"{grown:.1f} MiB over {count - begin:,} requests\n")
    assert grown < 24
