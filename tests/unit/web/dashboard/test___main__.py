"""The command: where it listens, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.web.dashboard.__main__ import listening, main
from runs import at_home_in_new_york

STAMP = "2024-12-11T11:30:00Z"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Take what would be served, and serve nothing."""
    found: list[Any] = []

    def run(self: uvicorn.Server, sockets: list[Any]) -> None:
        found.append((self.config, sockets[0].getsockname()))

    monkeypatch.setattr(uvicorn.Server, "run", run)
    return found


def test_it_says_where_it_listens_and_listens_on_loopback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], served: list[Any]
) -> None:
    with at_home_in_new_york(tmp_path):
        assert main(["--port", "0", "--as-of", STAMP]) == 0
    (config, (address, port)) = served[0]
    assert address == "127.0.0.1"
    said = capsys.readouterr().out
    assert said.startswith("mode: OFFLINE\n")
    assert f"http://127.0.0.1:{port}/ shows {tmp_path}" in said
    assert (config.access_log, config.server_header, config.proxy_headers) == (False, False, False)


def test_the_address_is_told_as_json_or_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], served: list[Any]
) -> None:
    with at_home_in_new_york(tmp_path):
        assert main(["--port", "0", "--as-of", STAMP, "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert main(["--port", "0", "--as-of", STAMP, "--quiet"]) == 0
        assert capsys.readouterr().out == ""
    assert (document["schema"], document["mode"]) == (1, "OFFLINE")
    assert document["url"] == f"http://127.0.0.1:{served[0][1][1]}/"


@pytest.mark.parametrize("host", ["192.168.0.7", "desk.example"])
def test_another_address_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    with at_home_in_new_york(tmp_path):
        assert main(["--host", host]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "this machine only" in said


def test_a_port_that_is_taken_is_refused_with_the_remedy() -> None:
    with listening("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="--port"):
            listening("127.0.0.1", port)


@pytest.mark.parametrize("spelt", ["demo", "DEMO", "Demo"])
def test_the_venue_is_spelt_as_the_environment_spells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelt: str
) -> None:
    asked: list[str] = []

    def serve(environ: dict[str, str], **_: Any) -> None:
        asked.append(environ["KALSHI_ENV"])

    monkeypatch.setattr("kalshi_alpha.web.dashboard.__main__.serve", serve)
    with at_home_in_new_york(tmp_path):
        assert main(["--env", spelt]) == 0
    assert asked == ["demo"]
    assert type(asked[0]) is str
