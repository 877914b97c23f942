from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import MissingData, NewerSchema, ParseRefused, StaleData, TornFile
from kalshi_alpha.strategies import cpi
from kalshi_alpha.strategies.cpi.artifact import calibrate, encode, load
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.strategy import Row

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
BELOW_ROOT = Path("data/proc/cpi_calib.parquet")


@pytest.fixture
def written(tmp_path: Path, history: list[Row]) -> Path:
    path = tmp_path / "calib.parquet"
    calibrate(history, as_of=CLOCK, path=path)
    return path


def rewritten(path: Path, frame: pl.DataFrame, **metadata: str) -> None:
    """Write the table back under its own marks, but for those given."""
    kept = {name: pl.read_parquet_metadata(path)[name] for name in ("schema", "model")}
    frame.write_parquet(path, metadata={**kept, **metadata})


def test_a_calibration_survives_the_round_trip(written: Path, calibration: CpiCalibration) -> None:
    assert load(written) == calibration


def test_a_second_run_writes_the_same_bytes(written: Path, history: list[Row]) -> None:
    before = written.read_bytes()
    calibrate([*reversed(history)], as_of=CLOCK, path=written)
    assert written.read_bytes() == before
    assert encode(load(written)) == before


def test_the_snippet_of_the_run_book_writes_below_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KALSHI_ALPHA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    cpi.calibrate(json.loads((FIXTURES / "cpi" / "history.json").read_text())["history"])
    assert cpi.load(tmp_path / BELOW_ROOT).last_month == "2024-10"


def test_the_snippet_of_the_run_book_writes_below_the_named_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: list[Row]
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(home))
    monkeypatch.chdir(elsewhere)
    cpi.calibrate(history)
    assert (home / BELOW_ROOT).exists()
    assert not list(elsewhere.iterdir())


def test_the_family_calibrates_loads_and_names_itself_through_its_strategy(
    tmp_path: Path, history: list[Row], calibration: CpiCalibration
) -> None:
    path = tmp_path / "calib.parquet"
    made = cpi.STRATEGY.calibrate(history, CLOCK, path)
    assert made == cpi.STRATEGY.load(path) == calibration
    assert cpi.STRATEGY.identity(made) == calibration.history_sha256
    assert (FIXTURES / cpi.STRATEGY.history).exists()


def test_a_person_can_read_what_was_fitted(written: Path) -> None:
    frame = pl.read_parquet(written)
    assert frame.columns == ["kind", "name", "value", "text"]
    assert frame["kind"].unique(maintain_order=True).to_list() == [
        *("mean", "scale", "core", "skill", "month", "origin")
    ]
    assert frame.filter(kind="mean", name="gas_beta")["value"].item() == 0.035


def test_a_refused_history_leaves_the_old_artifact_alone(written: Path, history: list[Row]) -> None:
    before = written.read_bytes()
    with pytest.raises(MissingData):
        calibrate(history[:5], path=written)
    with pytest.raises(ParseRefused):
        calibrate([*history, history[3]], path=written)
    assert written.read_bytes() == before


def test_a_missing_artifact_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"calib\.parquet is not there: run the calibration"):
        load(tmp_path / "calib.parquet")


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_a_torn_artifact_is_refused(written: Path, part: float) -> None:
    whole = written.read_bytes()
    written.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(TornFile, match=r"calib\.parquet"):
        load(written)


def test_a_parquet_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calib.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(path)
    with pytest.raises(TornFile, match="schema"):
        load(path)


def test_a_newer_schema_is_refused(written: Path) -> None:
    rewritten(written, pl.read_parquet(written), schema="2")
    with pytest.raises(NewerSchema, match="schema 2, this version reads 1"):
        load(written)


def test_an_artifact_of_another_model_is_refused(written: Path) -> None:
    rewritten(written, pl.read_parquet(written), model="cpi-nowcast-t-0")
    with pytest.raises(StaleData, match="model cpi-nowcast-t-0"):
        load(written)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("mean", "gas_beta"),
        ("scale", "dof"),
        ("scale", "error_level"),
        ("core", "mean"),
        ("month", "2024-02"),
        ("origin", "history_sha256"),
        ("origin", "drift"),
    ],
)
def test_an_artifact_that_lacks_a_fact_is_refused(written: Path, kind: str, name: str) -> None:
    frame = pl.read_parquet(written)
    lost = (pl.col("kind") == kind) & (pl.col("name") == name)
    assert frame.filter(lost).height == 1
    rewritten(written, frame.filter(~lost))
    with pytest.raises(TornFile):
        load(written)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_an_artifact_with_an_impossible_number_is_refused(
    written: Path, value: float | None
) -> None:
    place = (pl.col("kind") == "scale") & (pl.col("name") == "intercept")
    damaged = pl.when(place).then(pl.lit(value, pl.Float64())).otherwise(pl.col("value"))
    rewritten(written, pl.read_parquet(written).with_columns(damaged.alias("value")))
    with pytest.raises(TornFile):
        load(written)


def test_a_month_edited_by_hand_no_longer_has_the_hash_s_name(
    written: Path, history: list[Row]
) -> None:
    frame = pl.read_parquet(written)
    edited = pl.col("text").str.replace('"first_print_pct":0.9', '"first_print_pct":0.8')
    assert not frame.with_columns(edited).equals(frame)
    rewritten(written, frame.with_columns(edited))
    with pytest.raises(TornFile, match="not the one that the hash names"):
        load(written)


def test_a_history_too_short_to_score_makes_the_round_trip_too(
    tmp_path: Path, history: list[Row]
) -> None:
    path = tmp_path / "calib.parquet"
    short = fit(history[:18])
    path.write_bytes(encode(short))
    assert load(path) == short
    assert encode(replace(short)) == encode(short)
