from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.strategies.claims.artifact import calibrate, encode, load
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.strategy import Row

CLOCK = datetime(2024, 12, 12, 11, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, calibration: ClaimsCalibration) -> Path:
    found = tmp_path / "claims_calib.parquet"
    found.write_bytes(encode(calibration))
    return found


def test_a_calibration_is_written_and_read_back(
    history: list[Row], calibration: ClaimsCalibration, tmp_path: Path
) -> None:
    path = tmp_path / "proc" / "claims_calib.parquet"
    assert calibrate(history, as_of=CLOCK, path=path) == calibration
    assert load(path) == calibration
    assert path.read_bytes() == encode(calibration)


def test_a_person_finds_parameters_errors_and_skill_in_it(path: Path) -> None:
    frame = pl.read_parquet(path)
    assert {"lag", "holiday", "scale", "state", "skill", "week", "origin"} == set(frame["kind"])
    assert frame.filter(pl.col("kind") == "lag").height == 4


def test_the_root_of_the_environment_is_where_it_goes_by_default(
    history: list[Row], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    calibrate(history, as_of=CLOCK)
    assert list(tmp_path.rglob("claims_calib.parquet"))


def rewritten(path: Path, frame: pl.DataFrame, **metadata: str) -> None:
    kept = {**pl.read_parquet_metadata(path), **metadata}
    kept.pop("ARROW:schema", None)
    frame.write_parquet(path, metadata=kept)


def test_an_artifact_that_cannot_be_trusted_is_refused(path: Path) -> None:
    frame = pl.read_parquet(path)
    with pytest.raises(MissingData):
        load(path.with_name("other.parquet"))
    rewritten(path, frame, schema="2")
    with pytest.raises(NewerSchema):
        load(path)
    rewritten(path, frame, schema="1", model="claims-other")
    with pytest.raises(StaleData):
        load(path)
    rewritten(path, frame.filter(pl.col("name") != "2024-11-30"), model="claims-ar4-t-1")
    with pytest.raises(TornFile, match="hash"):
        load(path)
    rewritten(path, frame.filter(pl.col("kind") != "state"))
    with pytest.raises(TornFile):
        load(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(TornFile):
        load(path)
