"""`pellucid serve`: what the service is started with."""

from __future__ import annotations

import pytest

from pellucid.cli.serve_command import TOKEN, serve
from pellucid.serve.settings import ServeSettings


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "http://127.0.0.1:81/"), ("::1", "http://[::1]:81/")]
)
@pytest.mark.parametrize(
    ("given", "known", "token"),
    [(None, None, ""), (None, "a", "a"), ("b", "a", "b"), ("", "a", "")],
)
def test_a_token_that_is_given_goes_before_that_of_the_environment(
    host: str,
    shown: str,
    given: str | None,
    known: str | None,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    if known is not None:
        monkeypatch.setenv(TOKEN, known)
    started: list[ServeSettings] = []
    monkeypatch.setattr("pellucid.serve.server.run", started.append)
    serve("m.pellucid", host=host, port=81, token=given)
    (settings,) = started
    assert (settings.token, settings.workers, settings.host) == (token, 1, host)
    assert f"Serving m at {shown} " in capsys.readouterr().err
