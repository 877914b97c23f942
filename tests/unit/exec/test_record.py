from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.zstd_lines import LineWriter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.record import main, sealer
from kalshi_alpha.exec.recorder.lines import (
    BEGINS,
    RecordedLine,
    RecordedMarket,
    encode_line,
    frame_line,
)
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, RawDays
from kalshi_alpha.exec.telemetry.events import TelemetryEvent
from runs import REPO
from tape_cases import delta, snapshot

if TYPE_CHECKING:
    from kalshi_alpha.exec.telemetry.sink import TelemetrySink

TICKER = "KXCPI-24NOV-T0.3"
AT = datetime(2024, 12, 11, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(REPO / "configs", tmp_path / "configs")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    monkeypatch.delenv("KALSHI_ENV", raising=False)


def record(root: Path, count: str) -> RawDays:
    days = RawDays.of(Paths(root), "sim", "CPI")
    market = RecordedMarket(
        "KXCPI", "KXCPI-24NOV", TICKER, "2024-12-11T13:25:00Z", "greater", "0.3"
    )
    frames = [
        snapshot(1, 1, TICKER, [["0.4500", "3.00"]], []),
        delta(1, 2, TICKER, "yes", "0.4500", "-1.00"),
        snapshot(1, 3, TICKER, [["0.4500", count]], []),
    ]
    with LineWriter(days.new_file(AT)) as writer:
        writer.add(encode_line(RecordedLine(1, notice=BEGINS)))
        writer.add(encode_line(RecordedLine(2, markets=(market,))))
        for number, frame in enumerate(frames):
            writer.add(frame_line(3 + number, json.dumps(frame).encode()))
    return days


def test_a_day_that_is_over_is_verified_and_sealed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = record(tmp_path, "2.00")
    where = ["--series", "cpi", "--env", "sim"]
    assert main(["verify", *where]) == 0
    assert "1 snapshots compared, 0 differ" in capsys.readouterr().out
    assert main(["seal", *where]) == 0
    assert "2 depth, 1 gap, sealed" in capsys.readouterr().out
    assert days.seal(AT.date()) is not None
    assert (tmp_path / "data/market_sim/series=KXCPI/date=2024-11-01/manifest.json").exists()
    assert main(["seal", *where]) == 0
    assert "no day is over and open" in capsys.readouterr().out
    assert main(["seal", *where, "--day", "2024-12-11", "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)["days"]
    assert said["rows"] == {"depth": 2}


class Told:
    """A telemetry that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def emit(self, event: TelemetryEvent, payload: object = None) -> None:
        assert event is TelemetryEvent.RECORDED
        self.told.append(payload)


class DaysLater:
    def now(self) -> datetime:
        return AT + timedelta(days=3)


def sealed_by_the_recorder(root: Path, days: RawDays) -> list[Any]:
    sink = Told()
    store = MarketStore(root / "data/market_sim")
    tend = sealer(days, store, DaysLater(), cast("TelemetrySink", sink))

    async def once() -> None:
        await tend()

    asyncio.run(once())
    return sink.told


def test_a_damaged_seal_is_told_and_the_days_after_it_are_sealed(tmp_path: Path) -> None:
    days = record(tmp_path, "2.00")
    torn = AT.date() - timedelta(days=1)
    days.day(torn).mkdir()
    shutil.copy(days.files(AT.date())[0], days.day(torn))
    (days.day(torn) / SEAL_NAME).write_text('{"schema": 1, "en')
    (told,) = sealed_by_the_recorder(tmp_path, days)
    assert told["day"] == torn
    assert "delete it and seal the day again" in told["error"]
    assert days.seal(AT.date()) is not None


def test_a_copy_of_a_day_beside_it_is_not_the_recorder_s_end(tmp_path: Path) -> None:
    days = record(tmp_path, "2.00")
    shutil.copytree(days.day(AT.date()), days.day(AT.date()).with_name("11.bak"))
    assert sealed_by_the_recorder(tmp_path, days) == []
    assert days.seal(AT.date()) is not None
    assert main(["verify", "--series", "CPI", "--env", "sim"]) == 0


def test_a_partition_s_copy_is_told_by_name(tmp_path: Path) -> None:
    days = record(tmp_path, "2.00")
    copy = tmp_path / "data/market_sim/series=KXCPI/date=2024-11-01.bak"
    copy.mkdir(parents=True)
    (told,) = sealed_by_the_recorder(tmp_path, days)
    assert f"{copy} names no date" in told["error"]
    assert days.seal(AT.date()) is None


def test_tables_of_a_day_without_its_seal_are_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days, where = record(tmp_path, "2.00"), ["--series", "CPI", "--env", "sim"]
    assert main(["verify", *where]) == 0
    assert capsys.readouterr().out.rstrip().endswith("0 differ; not sealed")
    assert main(["seal", *where]) == 0
    (days.day(AT.date()) / SEAL_NAME).unlink()
    capsys.readouterr()
    assert main(["verify", *where]) == 1
    said = capsys.readouterr().out
    assert "not sealed, so that its rows in series=KXCPI/date=2024-11-01 were not compared" in said
    assert main(["seal", *where]) == 0
    capsys.readouterr()
    assert main(["verify", *where]) == 0
    assert "not sealed" not in capsys.readouterr().out


def test_a_book_that_is_not_met_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, "3.00")
    assert main(["verify", "--series", "CPI", "--env", "sim"]) == 1
    assert "1 levels differ, first yes 0.4500" in capsys.readouterr().out
    assert main(["verify", "--series", "CPI", "--env", "sim", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["days"][0]["different"] == 1


def test_damage_within_a_file_is_named_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = record(tmp_path, "2.00")
    (path,) = days.files(AT.date())
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-3])
    assert main(["verify", "--series", "CPI", "--env", "sim"]) == 0
    assert f"{len(whole) - 3} bytes torn" in capsys.readouterr().out
    path.write_bytes(whole + whole[:-3] + whole)
    assert main(["verify", "--series", "CPI", "--env", "sim"]) == 1
    assert f"{path.name}: the frame at byte {len(whole)} is damaged" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["depth*.parquet", "markets*.parquet", "manifest.json"])
@pytest.mark.parametrize("is_gone", [False, True], ids=["changed", "gone"])
def test_a_table_that_changed_since_it_was_sealed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, *, is_gone: bool
) -> None:
    record(tmp_path, "2.00")
    where = ["--series", "CPI", "--env", "sim"]
    assert main(["seal", *where]) == 0
    assert main(["verify", *where]) == 0
    folder = Path("series=KXCPI/date=2024-11-01")
    (path,) = (tmp_path / "data/market_sim" / folder).glob(name)
    if is_gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    capsys.readouterr()
    assert main(["verify", *where]) == 1
    said = f"changed since it was sealed: {folder / path.name}"
    assert capsys.readouterr().out.rstrip().endswith(said)


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        ([], 2, "--series CPI"),
        (["--series", "CPI"], 2, "--env prod|demo|sim"),
        (["--series", "CPI", "--env", "sim", "--run-seconds", "0"], 2, "must be positive"),
        (["--series", "CPI", "--env", "sim", "--books-every", "nan"], 2, "must be positive"),
        (["verify", "--series", "CPI", "--env", "sim"], 4, "nothing is recorded"),
        (["seal", "--series", "CPI", "--env", "sim", "--day", "soon"], 2, "is a date"),
        (["seal", "--series", "CPI", "--env", "sim", "--day", "2020-01-01"], 4, "nothing"),
    ],
)
def test_errors_are_one_line(
    argv: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
