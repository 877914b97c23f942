from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_weather import ACIS_FILE, GHCN_FILE, GUIDANCE_FILE
from kalshi_alpha.strategies.weather.history_files import INPUT_COLUMNS, read_panels

GUIDANCE_HEADER = (
    "station,target_date,issued_no_later_than_utc,gfs_mos_tmax_f,nam_mos_tmax_f,observed_tmax_f,"
    "nbm_gridded_hourly_tmax_f,hrrr_tmax_f,rap_tmax_f,gefs_mean_tmax_f,gefs_spread_f\n"
)
GFS = list(INPUT_COLUMNS).index("gfs_mos")
NBM = list(INPUT_COLUMNS).index("nbm_gridded")


def guidance(folder: Path, *lines: str) -> None:
    (folder / GUIDANCE_FILE).write_text(GUIDANCE_HEADER + "\n".join(lines) + "\n")


def acis(folder: Path, *lines: str) -> None:
    header = "station,kalshi_series,is_kalshi_settlement_station,date,tmax_f\n"
    (folder / ACIS_FILE).write_text(header + "\n".join(lines) + "\n")


def ghcn(folder: Path, *lines: str) -> None:
    (folder / GHCN_FILE).write_text("station,date,tmax_f\n" + "\n".join(lines) + "\n")


def test_guided_stations_come_first_and_others_keep_their_codes(tmp_path: Path) -> None:
    guidance(tmp_path, "KNYC,2024-01-02,2024-01-01 12:00:00+00:00,41,42,43,40.5,,,,1.5")
    acis(
        tmp_path,
        "NYC,KXHIGHNY,True,2024-01-01,39",
        "AUS,KXHIGHAUS,True,2024-01-01,60",
        "ORD,KXHIGHCHI,False,2024-01-01,20",
    )
    panels = read_panels(History([tmp_path]))
    assert [each.name for each in panels] == ["KNYC", "AUS", "ORD"]
    new_york = panels[0]
    assert new_york.observed.tolist() == [39.0, 43.0]
    assert new_york.inputs[1, [NBM, GFS]].tolist() == [40.5, 41.0]
    assert np.isnan(new_york.inputs[0]).all()
    assert new_york.spread[1] == 1.5
    assert panels[1].input_names == ()


def test_the_guidance_file_knows_a_maximum_better_than_the_archives(tmp_path: Path) -> None:
    guidance(tmp_path, "KNYC,2024-01-03,2024-01-02 12:00:00+00:00,41,,43,,,,,")
    acis(
        tmp_path, "NYC,K,True,2024-01-02,30", "NYC,K,True,2024-01-03,44", "NYC,K,True,2024-01-01,9"
    )
    ghcn(tmp_path, "KNYC,2024-01-02,31")
    [panel] = read_panels(History([tmp_path]))
    assert panel.observed.tolist() == [9.0, 31.0, 43.0]


def test_bulletins_after_noon_of_the_eve_are_not_read(tmp_path: Path) -> None:
    guidance(
        tmp_path,
        "KNYC,2024-01-02,2024-01-01 12:00:00+00:00,41,42,43,,,,,",
        "KNYC,2024-01-03,2024-01-02 12:00:01+00:00,51,52,53,,,,,2",
    )
    [panel] = read_panels(History([tmp_path]))
    assert panel.guided.tolist() == [True, False]
    assert np.isnan(panel.spread[1])
    assert panel.observed.tolist() == [43.0, 53.0]


def test_sentinels_are_absent(tmp_path: Path) -> None:
    guidance(tmp_path, "KMIA,2024-01-02,2024-01-01 12:00:00+00:00,999,-99,83,,,,,99")
    [panel] = read_panels(History([tmp_path]))
    assert not panel.guided.any()
    assert np.isnan(panel.spread[0])


def test_a_later_folder_continues_the_series(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    guidance(first, "KNYC,2024-01-02,2024-01-01 12:00:00+00:00,41,42,43,,,,,")
    guidance(second, "KNYC,2024-01-04,2024-01-03 12:00:00+00:00,45,46,47,,,,,")
    [panel] = read_panels(History([first, second]))
    assert panel.observed[[0, 2]].tolist() == [43.0, 47.0]
    assert np.isnan(panel.observed[1])


def test_maxima_alone_are_enough_and_nothing_is_not(tmp_path: Path) -> None:
    with pytest.raises(MissingData):
        read_panels(History([tmp_path]))
    acis(tmp_path, "DEN,KXHIGHDEN,True,2024-01-01,60")
    assert [each.name for each in read_panels(History([tmp_path]))] == ["DEN"]


def test_stitched_forecasts_are_never_read() -> None:
    """Values stitched from the first hours of each run know more than a day ahead can."""
    source = Path(read_panels.__code__.co_filename).parent
    assert all("openmeteo" not in each.read_text() for each in source.glob("*.py"))
