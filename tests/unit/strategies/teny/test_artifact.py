from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.artifact import calibrate, encode, load
from kalshi_alpha.strategies.teny.calibrate import MODEL_ID, TenyCalibration, fit


@pytest.fixture
def written(tmp_path: Path, history: list[Row]) -> Path:
    path = tmp_path / "tney_calib.parquet"
    calibrate(history[-500:], path=path)
    return path


def rewritten(path: Path, frame: pl.DataFrame, schema: str = "1", model: str = MODEL_ID) -> Path:
    frame.write_parquet(path, metadata={"schema": schema, "model": model})
    return path


def test_what_is_written_is_read_back_whole(written: Path, history: list[Row]) -> None:
    assert load(written) == fit(history[-500:])


def test_a_second_run_writes_the_same_bytes(written: Path, history: list[Row]) -> None:
    before = written.read_bytes()
    calibrate(history[-500:], path=written)
    assert written.read_bytes() == before == encode(load(written))


def test_without_a_path_it_goes_where_the_root_says(
    tmp_path: Path, history: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    calibrate(history[-300:])
    assert (tmp_path / "data" / "proc" / "tney_calib.parquet").exists()


def test_a_person_finds_parameters_multipliers_curve_and_basis(
    calibration: TenyCalibration, tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(encode(calibration))
    kinds = pl.read_parquet(path).group_by("kind").len().sort("kind")
    assert dict(kinds.iter_rows()) == {
        "basis": 1,
        "curve": 5,
        "day": len(calibration.days),
        "event": 3,
        "model": 4,
        "origin": 3,
        "skill": 4,
        "spread": 2,
    }


def test_an_absent_torn_foreign_or_newer_file_is_refused(written: Path) -> None:
    frame = pl.read_parquet(written)
    with pytest.raises(MissingData):
        load(written.with_name("absent.parquet"))
    with pytest.raises(NewerSchema):
        load(rewritten(written, frame, schema="2"))
    with pytest.raises(StaleData):
        load(rewritten(written, frame, model="teny-other"))
    with pytest.raises(TornFile, match="hash"):
        load(rewritten(written, frame.filter(pl.col("name") != "2024-12-10")))
    with pytest.raises(TornFile):
        load(rewritten(written, frame.filter(pl.col("kind") != "spread")))
    written.write_bytes(b"PAR1")
    with pytest.raises(TornFile):
        load(written)
