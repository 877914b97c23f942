from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import grimp
import pytest

from desk import CLOCK, open_desk
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.web import mcp_server
from kalshi_alpha.web.mcp_server import Desk, main, server
from plugins import install_plugins, write_points

ASKED: list[tuple[str, dict[str, Any]]] = [
    ("status", {}),
    ("explain", {"series": "KXCPI"}),
    ("explain", {"series": "cpi", "market": "kxcpi-24nov-t0.3"}),
    ("scoreboard", {"days": 7}),
    ("evaluate", {"family": "clean"}),
]
SENDERS = (
    *("brokers.live", "brokers.sending", "brokers.dry", "brokers.paper", "brokers.cancels"),
    *("brokers.reconciler", "brokers.kalshi.order_writes", "brokers.kalshi.client"),
    *("brokers.kalshi.connect", "exec.go_live", "exec.orders", "exec.order_desk", "exec.session"),
    *("exec.runners", "exec.pipelines", "exec.emergency_cancel", "exec.heartbeat", "exec.quoting"),
    "sim",
)
"""Modules and packages that place, cancel, arm or beat."""


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def desk(
    new_york: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """A desk that scanned consumer prices once, with a family that has a history to evaluate."""
    found = open_desk(tmp_path, monkeypatch, capsys)
    assert found.scan("--paper-ledger").code == 0
    install_plugins(tmp_path / "plugins", monkeypatch)
    write_points(tmp_path / "history")
    monkeypatch.setenv("KALSHI_ALPHA_AS_OF", CLOCK)
    return found.root


def ask(asked: list[tuple[str, dict[str, Any]]], histories: tuple[Path, ...] = ()) -> list[Any]:
    """Ask the server in memory, as an assistant does over its own session."""
    from mcp import Client

    async def answers() -> list[Any]:
        async with Client(server(Desk(os.environ, histories))) as client:
            return [await client.call_tool(name, given) for name, given in asked]

    return asyncio.run(answers())


def bytes_below(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_every_tool_answers_and_nothing_below_the_root_changes(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: socket.socket, address: object) -> NoReturn:
        raise AssertionError(f"a tool opened a socket to {address}")

    before = bytes_below(desk)
    for name in ("connect", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    status, family, market, board, scores = ask(ASKED, (desk.parent / "history",))
    assert bytes_below(desk) == before
    found = [each.structured_content for each in (status, family, market, board, scores)]
    assert found[0]["mode"] == "OFFLINE"
    assert {each["series_ticker"] for each in found[1]["markets"]} == {"KXCPI"}
    assert [each["market_ticker"] for each in found[2]["markets"]] == ["KXCPI-24NOV-T0.3"]
    assert found[3]["scoreboards"][0]["window"]["days"] == 7
    assert (found[3]["files"], found[4]["n"]) == ([], 59)
    assert json.loads(family.content[0].text) == found[1]


def test_every_tool_says_that_it_only_reads() -> None:
    from mcp import Client

    async def tools() -> list[Any]:
        async with Client(server(Desk({}))) as client:
            return list((await client.list_tools()).tools)

    found = asyncio.run(tools())
    assert sorted(each.name for each in found) == ["evaluate", "explain", "scoreboard", "status"]
    for each in found:
        assert each.description
        assert each.annotations.read_only_hint is True
        assert each.annotations.destructive_hint is False


def test_nothing_that_sends_is_within_reach() -> None:
    graph = grimp.build_graph("kalshi_alpha", cache_dir=None)
    reached = graph.find_upstream_modules("kalshi_alpha.web.mcp_server")
    assert "kalshi_alpha.exec.desk.look" in reached
    named = {f"kalshi_alpha.{name}" for name in SENDERS}
    assert named <= graph.modules  # a renamed sender must not slip through
    within = sorted(
        module
        for module in reached
        if any(module == name or module.startswith(f"{name}.") for name in named)
    )
    assert within == []


def test_what_cannot_be_answered_says_why(desk: Path) -> None:
    expected: list[tuple[str, dict[str, Any], str]] = [
        ("explain", {"series": "KXCPII"}, "unknown series 'KXCPII'; did you mean KXCPI?"),
        ("explain", {"series": "CLAIMS"}, "its operator scans it with kalshi-alpha scan"),
        ("explain", {"series": "CPI", "market": "X"}, "X: no market of this scan"),
        ("scoreboard", {"days": 0}, "days must lie in 1..3650, was 0"),
        ("evaluate", {"family": "CPI"}, "start the server with --data FOLDER"),
        ("explain", {}, "Field required"),
    ]
    answers = ask([(name, given) for name, given, _ in expected])
    for answer, (_, _, why) in zip(answers, expected, strict=True):
        assert answer.is_error
        assert why in answer.content[0].text
        assert "Traceback" not in answer.content[0].text


def test_an_error_is_one_line_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def status(self: Desk) -> dict[str, Any]:
        # In pieces, so that no scan takes this file for one that holds a credential.
        token = "abcdefghijklmnop" + "qrstuvwxyz0123456789"
        raise UsageError(f"cannot read\nAuthorization: Bearer {token}")

    monkeypatch.setattr(Desk, "status", status)
    [answer] = ask([("status", {})])
    assert answer.is_error
    assert answer.content[0].text.startswith("Error executing tool status: cannot read ")
    assert "\n" not in answer.content[0].text
    assert "abcdefghijklmnop" not in answer.content[0].text


def test_a_crash_tells_the_assistant_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def status(self: Desk) -> dict[str, Any]:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(Desk, "status", status)
    [answer] = ask([("status", {})])
    assert answer.content[0].text == "Error executing tool status"


def test_without_the_extra_the_command_says_which_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    assert main([]) == 2
    assert capsys.readouterr().err == (
        f"{mcp_server.NAME}: the extra [mcp] is not installed: pip install 'kalshi-alpha[mcp]'\n"
    )
