"""The house: who is let in, what is refused, how it begins and ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_lab import ROOT, Lab
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pellucid.errors import FramingError, PellucidError
from pellucid.lab.access_control import LARGEST_STATE
from pellucid.lab.catalogue import entry, page_named
from pellucid.lab.frame_encoding import unpack_frame
from pellucid.lab.launch import listening_socket
from pellucid.lab.server import application
from pellucid.lab.tables import Tables

PAGE = "gradient-descent"
TOKEN = "a-token-of-the-test"


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Somebody who came by the printed address."""
    base = "http://127.0.0.1:8765"
    made = TestClient(
        application(Tables(), 8765, TOKEN), base_url=base, raise_server_exceptions=False
    )
    assert made.get("/", params={"token": TOKEN}).status_code == 200
    return made


def ask(lab: Lab, path: str, **changes: Any) -> int:
    """The status of a request that is as it should be but for what is changed; None: no header."""
    method, body = changes.pop("method", "GET"), changes.pop("body", b"")
    own = f"127.0.0.1:{lab.port}"
    headers: dict[str, Any] = {
        "Host": own, "Cookie": f"pellucid-lab-{lab.port}={lab.token}", "Origin": f"http://{own}",
    }  # fmt: skip
    headers |= {k.capitalize(): v for k, v in changes.items()}
    line = http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)
    line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        if value is not None:
            line.putheader(name, value)
    line.putheader("Content-Length", str(len(body)))
    line.endheaders(body)
    status = line.getresponse().status
    line.close()
    return status


SCENE = {"method": "POST", "body": b"{}"}


@pytest.mark.parametrize(
    "path", ["/", f"/page/{PAGE}", "/static/lab.css", "/widgets/plane.js", "/nowhere"]
)
@pytest.mark.parametrize(
    "forged",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
        {"host": None},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"cookie": None},
        {"cookie": "pellucid-lab-8765=guessed"},
        {"cookie": "pellucid-lab=\x7f; ="},
    ],
    ids=str,
)
def test_another_site_and_another_user_are_turned_away(
    lab: Lab, path: str, forged: dict[str, Any]
) -> None:
    assert ask(lab, path, **forged) in (400, 403)


def test_the_own_browser_is_let_in(lab: Lab) -> None:
    assert ask(lab, "/") == 200
    assert ask(lab, f"/page/{PAGE}", origin=None) == 200
    assert ask(lab, f"/page/{PAGE}/scene", **SCENE) == 200
    assert ask(lab, f"/page/{PAGE}/scene", **SCENE, origin="http://evil.example") == 403


def test_the_token_becomes_a_cookie_that_no_script_reads(client: TestClient) -> None:
    answer = client.get(f"/page/{PAGE}", params={"token": TOKEN}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/page/{PAGE}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy


def test_a_scene_is_one_frame(client: TestClient) -> None:
    answer = client.post(f"/page/{PAGE}/scene", json={"eta": 0.5})
    scene = unpack_frame(answer.content)
    assert scene["settled"]["eta"] == 0.5
    assert scene["steps"] > 0
    assert "answers" not in scene


@pytest.mark.parametrize(
    "state",
    [
        {"eta": 5}, {"eta": "0.1"}, {"eta": True}, {"eta": None}, {"eta": [1]}, {"steps": 20.5},
        {"rule": "hope"}, {"x": "no such column"}, {"nothing": 1}, {"data": "own"}, {"data": 7},
        {"columns": "x" * 9999}, {"axis_wise": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_its_declaration_refuses_is_told_in_a_sentence(
    client: TestClient, state: dict[str, Any]
) -> None:
    answer = client.post(f"/page/{PAGE}/scene", json=state)
    assert answer.status_code == 422
    message = answer.json()["message"]
    assert message.endswith((".", "…"))
    assert "Traceback" not in message


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"NaN", b'{"eta": NaN}', b"\xff", b"[" * 9999])
def test_a_body_that_is_no_state_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post(f"/page/{PAGE}/scene", content=body).status_code == 422


def test_a_large_body_is_not_read(client: TestClient) -> None:
    large = b'{"eta": 0.1' + b" " * LARGEST_STATE + b"}"
    assert client.post(f"/page/{PAGE}/scene", content=large).status_code == 422


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)  # fmt: skip
PAGES = (
    "gradient-descent",
    "line-by-hand",
    "separator",
    "half-steps",
    "back-propagation",
    "filters",
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.sampled_from(PAGES), data=st.data())
def test_a_forged_state_gets_a_scene_or_a_sentence(
    client: TestClient, name: str, data: st.DataObject
) -> None:
    names = [c.name for c in page_named(name).controls] + ["data", "index"]
    state = data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3))
    body = json.dumps(state).encode()
    answer = client.post(f"/page/{name}/scene", content=body)
    assert answer.status_code in (200, 422), answer.text
    assert b"Traceback" not in answer.content


def test_an_answer_is_told_only_to_who_asks(client: TestClient) -> None:
    asked = {"state": {"eta": 2.0}, "index": 0, "answer": "It arrives"}
    assert client.post(f"/page/{PAGE}/answer", json=asked).json()["right"] == "It flies away"
    for index in (-1, 1, None, "0", True):
        answer = client.post(f"/page/{PAGE}/answer", json=asked | {"index": index})
        assert answer.status_code == 422 or index is True
    assert client.post(f"/page/{PAGE}/answer", json={"index": 0}).status_code == 422


def test_a_page_that_is_not_there_is_told_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/page/gradient-decent")
    assert answer.status_code == 422
    assert "'gradient-descent'" in answer.json()["message"]
    with pytest.raises(FramingError, match="no page"):
        entry("../../secrets")


def test_a_dropped_table_is_taken_in_and_shown(client: TestClient) -> None:
    table = b"height,mass\n" + b"".join(
        b"%d.5,%d.25\n" % (7 * i % 20, 3 * i % 25) for i in range(40)
    )
    found = client.post("/data", params={"name": "own.csv"}, content=table).json()
    scene = unpack_frame(client.post(f"/page/{PAGE}/scene", json={"data": found["id"]}).content)
    assert scene["about"] == "40 rows of own.csv"
    assert scene["columns"]["x"] == ["height", "mass"]
    assert "read_table('own.csv')" in scene["code"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"x"),
        ("a.csv", b""),
        ("a.parquet", b"PAR1 no"),
        ("a.json", b"{"),
        ("..", b"a,b\n1,2\n"),
    ],
)
def test_a_file_that_is_no_table_is_told(client: TestClient, name: str, content: bytes) -> None:
    answer = client.post("/data", params={"name": name}, content=content)
    assert answer.status_code == 422
    assert "/tmp" not in answer.json()["message"]


def test_a_socket_needs_the_same_keys(client: TestClient) -> None:
    path = f"/page/{PAGE}/run"
    own = {"origin": "http://127.0.0.1:8765", "host": "127.0.0.1:8765"}
    own |= {"cookie": f"pellucid-lab-8765={TOKEN}"}
    with client.websocket_connect(path, headers=own) as line:
        line.send_text("more")
        assert "send the settings first" in line.receive_json()["message"]
        line.send_text("{}")
        assert unpack_frame(line.receive_bytes())["settled"]["eta"] == 0.75
        line.send_text("more")
        assert unpack_frame(line.receive_bytes()) == {"done": True}, "after the last scene"
        line.send_text('{"eta": 9}')
        assert "lies in" in line.receive_json()["message"]
    for wrong in ({"origin": "http://evil.example"}, {"host": "evil.example"}, {"origin": ""}):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(path, headers=own | wrong),
        ):
            pass


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PellucidError, match=f"Port {port} cannot be used"):
            listening_socket(port)
    with listening_socket(None) as first, listening_socket(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to a process")
def test_the_keyboard_ends_it_cleanly() -> None:
    command = [sys.executable, "-m", "pellucid", "lab", "--no-open", "--port", "0", "--page", PAGE]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert f"/page/{PAGE}?token=" in process.stdout.readline()
    port = process.stdout.readline()
    assert "Ctrl-C" in port
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "closed" in out


LONG_WORK = """
import time
from pellucid.lab import launch, server

class LongWork(server.LabState):
    async def scene(self, request):
        await server.run_in_threadpool(time.sleep, 3)

server.LabState = LongWork
launch.run_lab(port=0, browser=False, on_start=lambda address: print(address, flush=True))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows sends no SIGINT to a process")
def test_work_that_the_keyboard_cuts_off_leaves_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LONG_WORK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = urlsplit(process.stdout.readline().strip())
    assert address.port is not None
    own, token = f"127.0.0.1:{address.port}", parse_qs(address.query)["token"][0]
    request = (
        f"POST /page/{PAGE}/scene HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n"
        f"Cookie: pellucid-lab-{address.port}={token}\r\nContent-Length: 2\r\n\r\n{{}}"
    )
    with socket.create_connection(("127.0.0.1", address.port), timeout=20) as line:
        line.sendall(request.encode())
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
