from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.market_import import main
from tape_cases import write_weather_tape


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_weather_tape(tmp_path / "data/kalshi")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))


def test_recordings_go_below_the_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "data")]) == 0
    said = capsys.readouterr()
    assert "1 events, 3 markets, 3 trades" in said.out
    assert f"into {tmp_path / 'data/market'}" in said.out
    assert said.err == ""
    assert MarketStore(tmp_path / "data/market").series() == ("KXHIGHNY",)


def test_json_says_rows_bytes_and_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "elsewhere"
    assert main(["--data", str(tmp_path / "data"), "--into", str(into), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == {"markets": 3, "trades": 3}
    assert document["into"] == str(into)
    assert document["bytes"] == sum(p.stat().st_size for p in into.rglob("*.parquet"))
    assert document["sources"][0]["kind"] == "trades"


def test_quiet_says_nothing_and_nothing_to_import_is_exit_code_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path / "data"), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["--data", str(tmp_path / "nowhere")]) == 4
    assert "name a folder with one" in capsys.readouterr().err
    assert main([]) == 2
