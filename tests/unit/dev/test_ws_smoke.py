from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fakes.spoken_line import SpokenLine
from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import KalshiClockSkewError
from kalshi_alpha.core.wire import FrameStream, WireFailed, WireFault
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.dev import ws_smoke
from kalshi_alpha.dev.book_recorder import BookRecorder
from kalshi_alpha.dev.market_names import Markets
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2026, 6, 11, 6, 31, tzinfo=UTC)


class Line(SpokenLine):
    """A connection whose venue shows some markets, and then changes one each second."""

    def __init__(self, shown: Sequence[str], changes: int) -> None:
        super().__init__()
        self.shown, self.changes = shown, changes

    async def send(self, frame: bytes) -> None:
        command = json.loads(frame)
        if command["cmd"] != "subscribe":
            return
        channel = command["params"]["channels"][0]
        sid = command["id"]
        self.say(type="subscribed", id=command["id"], msg={"channel": channel, "sid": sid})
        if channel == "orderbook_delta":
            for ticker in self.shown:
                sides = {"yes_dollars_fp": [["0.3400", "30.00"]], "no_dollars_fp": [["0.64", "10"]]}
                self.numbered("orderbook_snapshot", market_ticker=ticker, **sides)

    async def receive(self) -> bytes:
        if not self.said:
            await asyncio.sleep(1.0 if self.changes else 10_000.0)
            self.changes -= 1
            change = {"price_dollars": "0.3300", "delta_fp": "1.00", "side": "yes"}
            self.numbered("orderbook_delta", market_ticker=self.shown[0], **change)
        return self.said.pop(0)


class Venue:
    def __init__(self, shown: Sequence[str], changes: int = 10_000) -> None:
        self.shown, self.changes, self.opened = shown, changes, 0

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        assert headers == {"signed": path}
        self.opened += 1
        if not self.shown or (self.opened > 1 and self.changes < 10):
            await asyncio.sleep(timeout_s)
            raise WireFailed(WireFault.TIMEOUT, "no handshake")
        return Line(self.shown, self.changes)


class Compared:
    """A clock that can be set, and a venue that tells its time when it is asked."""

    def __init__(self, clock: VirtualClock, step_at_s: float | None, wrong_s: float) -> None:
        self.clock, self.step_at_s, self.wrong_s = clock, step_at_s, wrong_s
        self.guard = ClockGuard(self)
        self.asked = 0

    def now(self) -> datetime:
        at = self.clock.now()
        is_late = self.step_at_s is not None and at >= START + timedelta(seconds=self.step_at_s)
        return at + timedelta(seconds=2.0 if is_late else 0.0)

    async def compare(self) -> None:
        self.asked += 1
        await asyncio.sleep(0.05)
        at = self.now()
        date = format_datetime(at - timedelta(seconds=self.wrong_s), usegmt=True)
        self.guard.checked({"date": date}, at, at)


class Signer:
    def headers(self, method: str, path: str, at_ms: int) -> dict[str, str]:
        assert method == "GET"
        assert at_ms >= START.timestamp() * 1000
        return {"signed": path}


def followed(
    root: Path,
    venue: Venue,
    tickers: Sequence[str],
    seconds: float,
    *,
    step_at_s: float | None = None,
    wrong_s: float = 0.0,
) -> tuple[BookRecorder, Compared]:
    async def main(clock: VirtualClock) -> tuple[BookRecorder, Compared]:
        compared = Compared(clock, step_at_s, wrong_s)
        recorder = await ws_smoke.follow(
            venue,
            Signer(),
            compared,
            Markets(tuple(tickers)),
            paths=Paths(root),
            env=KalshiEnv.SIM,
            run_seconds=seconds,
            path="/trade-api/ws/v2",
            guard=compared.guard,
            compare_clocks=compared.compare,
        )
        return recorder, compared

    return run_virtual(main, START)


def test_frames_and_the_lean_of_each_book_are_written_down(tmp_path: Path) -> None:
    recorder, compared = followed(tmp_path, Venue(["A", "B"]), ["A", "B"], 25.5)
    assert (recorder.drops, compared.asked) == (0, 1)
    folder = tmp_path / "data" / "raw" / "kalshi" / "orderbook" / "A"
    (file,) = folder.iterdir()
    assert file == recorder.file("A")
    assert file.name == "20260611_063100Z.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    frames = [line["frame"] for line in lines if "frame" in line]
    assert [frame["seq"] for frame in frames] == [1, *range(3, 3 + len(frames) - 1)]
    assert frames[0]["type"] == "orderbook_snapshot"
    assert all(line["received_at"].startswith("2026-06-11T06:31:") for line in lines)
    books = [line for line in lines if "yes_bids" in line]
    assert len(books) == 3
    assert books[0]["yes_bids"][0] == ["0.3400", "30.00"]
    lean = json.loads(Paths(tmp_path).orderbook_imbalance("A").read_text())
    assert lean["schema"] == 1
    assert (lean["env"], lean["ticker"], lean["dirty"]) == ("sim", "A", None)
    assert (lean["best_yes_bid"], lean["best_yes_ask"]) == ("0.3400", "0.3600")
    assert lean["imbalance"] == pytest.approx(0.75)
    assert lean["weighted_mid"] == pytest.approx(0.355)
    assert lean["frames"] == recorder.frames["A"] == len(frames)
    assert Paths(tmp_path).orderbook_imbalance("B").exists()


def test_what_was_followed_is_printed_as_one_document_or_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder, _ = followed(tmp_path, Venue(["A", "B"]), ["A", "B"], 5.5)
    recorder.aliases = {"TNEY-today": ("A", "B")}
    monkeypatch.setattr(ws_smoke, "_run", lambda *_: recorder)
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path)}
    flags = ["--tickers", "TNEY-today", "--env", "sim"]
    assert ws_smoke.main([*flags, "--json"], environ) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "mode": "SIM",
        "schema": 1,
        "env": "sim",
        "connections_lost": 0,
        "markets": [
            {
                "ticker": ticker,
                "frames": recorder.frames[ticker],
                "file": str(recorder.file(ticker)),
            }
            for ticker in ("A", "B")
        ],
        "names": [
            {
                "name": "TNEY-today",
                "tickers": ["A", "B"],
                "file": str(recorder.file("TNEY-today")),
            }
        ],
    }
    assert ws_smoke.main(flags, environ) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("TNEY-today is A, B: books in ")
    assert last == "connections lost: 0"


def test_a_clock_that_is_not_the_venues_signs_no_handshake(tmp_path: Path) -> None:
    venue = Venue(["A"])
    with pytest.raises(KalshiClockSkewError, match="ahead of the exchange's"):
        followed(tmp_path, venue, ["A"], 5.0, wrong_s=60.0)
    assert venue.opened == 0


def test_a_clock_that_stepped_is_compared_again(tmp_path: Path) -> None:
    _, compared = followed(tmp_path, Venue(["A"]), ["A"], 25.5, step_at_s=10.0)
    assert compared.asked == 2
    assert compared.guard.doubt.startswith("our clock stepped by +2.0 s")
    assert compared.guard.skew_s == pytest.approx(0.0, abs=1.0)


def test_nothing_for_two_minutes_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ws_smoke, "WRITE_EVERY_S", 20.0)
    with pytest.raises(ws_smoke.NoBookData, match="nothing came for 120 s") as info:
        followed(tmp_path, Venue([]), ["A"], 1_000.0)
    assert "no handshake" in str(info.value)
    assert info.value.exit_code == 5
    lean = json.loads(Paths(tmp_path).orderbook_imbalance("A").read_text())
    assert (lean["dirty"], lean["imbalance"], lean["last_frame_at"]) == ("no_snapshot", None, None)


def test_a_market_that_is_never_shown_fails(tmp_path: Path) -> None:
    with pytest.raises(ws_smoke.NoBookData, match="never shown: B"):
        followed(tmp_path, Venue(["A"]), ["A", "B"], 5.0)


def test_a_book_that_fell_silent_is_dirty_in_its_file(tmp_path: Path) -> None:
    followed(tmp_path, Venue(["A"], changes=2), ["A"], 24.0)
    assert json.loads(Paths(tmp_path).orderbook_imbalance("A").read_text())["dirty"] == "stalled"


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(OSError, match="data"):
        followed(tmp_path, Venue(["A"]), ["A"], 5.0)


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--tickers", "A"], 2, "--env prod|demo|sim"),
        (["--tickers", "A", "--env", "sim", "--run-seconds", "0"], 2, "must be positive"),
        (["--tickers", "A", "--env", "sim", "--run-seconds", "nan"], 2, "must be positive"),
        (["--tickers", "A", "--env", "sim"], 1, "KALSHI_SIM_URL is not set"),
        (["--tickers", "A", "--env", "demo"], 1, "no demo API key"),
    ],
)
def test_what_cannot_run_says_why(
    flags: list[str], code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ws_smoke.main(flags, {"KALSHI_ALPHA_HOME": str(tmp_path)}) == code
    assert words in capsys.readouterr().err


def test_an_exchange_that_is_not_there_fails_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "sim.key.txt"
    key = ed25519.Ed25519PrivateKey.generate()
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environ = {
        "KALSHI_ALPHA_HOME": str(tmp_path),
        "KALSHI_SIM_URL": f"http://127.0.0.1:{port}",
        "KALSHI_SIM_API_KEY_ID": "11111111-2222-3333-4444-555566667777",
        "KALSHI_SIM_PRIVATE_KEY_PEM_PATH": str(pem),
    }
    flags = ["--tickers", "A", "--env", "sim", "--run-seconds", "0.2"]
    assert ws_smoke.main(flags, environ) == 5
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"ws_smoke: no exchange answers at http://127.0.0.1:{port}: ")
