from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import MissingData, NewerSchema, ParseRefused, StaleData, TornFile
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.strategies import weather
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.artifact import calibrate, encode, load
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration

FIXTURES = Path(__file__).parents[3] / "fixtures"


@pytest.fixture
def written(tmp_path: Path, calibration: WeatherCalibration) -> Path:
    path = tmp_path / "calib.parquet"
    write_atomic(path, encode(calibration))
    return path


def rewritten(path: Path, frame: pl.DataFrame, **metadata: str) -> None:
    """Write the table back under its own marks, but for those given."""
    kept = {name: pl.read_parquet_metadata(path)[name] for name in ("schema", "model")}
    frame.write_parquet(path, metadata={**kept, **metadata})


def test_a_calibration_survives_the_round_trip(
    written: Path, calibration: WeatherCalibration
) -> None:
    assert load(written) == calibration
    assert encode(load(written)) == written.read_bytes()


def test_the_table_tells_a_person_every_parameter(
    written: Path, calibration: WeatherCalibration
) -> None:
    frame = pl.read_parquet(written)
    emos = frame.filter(pl.col("kind") == "emos")
    assert emos.height == sum(len(sub.theta) for each in calibration.stations for sub in each.emos)
    [policy] = frame.filter(pl.col("name") == "missing_input_policy")["text"].to_list()
    assert "sub-model" in policy


def test_the_snippet_of_the_run_book_writes_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_history: list[Row]
) -> None:
    monkeypatch.delenv("KALSHI_ALPHA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    rows = [row for row in short_history if row["station"] == "KMIA"]
    found = weather.calibrate(json.loads(json.dumps(rows)))
    path = tmp_path / "data/proc/weather_calib.parquet"
    assert weather.load(path) == found
    before = path.read_bytes()
    calibrate([*reversed(rows)], path=path)
    assert path.read_bytes() == before


def test_nothing_is_written_where_nothing_can_be_fitted(tmp_path: Path) -> None:
    path = tmp_path / "calib.parquet"
    with pytest.raises(MissingData):
        calibrate([], path=path)
    with pytest.raises(ParseRefused):
        calibrate([{"station": "KNYC"}], path=path)
    assert not path.exists()


def test_an_artifact_that_cannot_be_trusted_is_refused(written: Path, tmp_path: Path) -> None:
    frame = pl.read_parquet(written)
    with pytest.raises(MissingData):
        load(tmp_path / "absent.parquet")
    rewritten(written, frame.filter(pl.col("kind") != "day"))
    with pytest.raises(TornFile, match="hash"):
        load(written)
    rewritten(written, frame.filter(pl.col("kind") != "origin"))
    with pytest.raises(TornFile):
        load(written)
    rewritten(written, frame, schema="2")
    with pytest.raises(NewerSchema):
        load(written)
    rewritten(written, frame, schema="1", model="weather-other")
    with pytest.raises(StaleData):
        load(written)
    written.write_bytes(b"PAR1")
    with pytest.raises(TornFile):
        load(written)


def test_another_history_has_another_hash(calibration: WeatherCalibration) -> None:
    other = replace(calibration, history_sha256="0" * 64)
    assert encode(other) != encode(calibration)
