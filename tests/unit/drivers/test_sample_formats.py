"""Each format that a publisher sends, read through its driver as a careful reader reads it.

The expectations are written by hand from the payloads, never from a parser's answer. The 74
climate reports have a table of their own beside their texts, read in
`nws_daily_climate/test_parse.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.feeds import Driver, Parsed, Payload

DRIVERS: dict[str, Driver[Any]] = {
    point.name: point.load().DRIVER for point in entry_points(group="kalshi_alpha.drivers")
}
FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Read:
    """A payload that gives rows: ``columns`` of the rows where ``where`` holds.

    Rows end with a line or a semicolon. ``received`` matters only to a payload that says less than
    a whole date.
    """

    file: str
    columns: str
    rows: str
    where: str = ""
    skipped: str = ""
    received: str = "2026-11-01T12:00:00Z"

    @property
    def lines(self) -> list[str]:
        """The expected rows."""
        return [line.strip() for line in self.rows.replace(";", "\n").strip().splitlines()]


@dataclass(frozen=True)
class Refused:
    """A payload that is refused by an error of this name, with these words in its message."""

    file: str
    kind: str
    words: str


READ = [
    Read(
        "aaa_gas/samples/home_2026-07-09.html",
        "as_of_on period grade price_e4",
        """2026-07-09 current regular 38460
        2026-07-09 current mid_grade 43660
        2026-07-09 current premium 47430
        2026-07-09 current diesel 48100
        2026-07-09 current e85 29310
        2026-07-09 yesterday regular 38470
        2026-07-09 yesterday mid_grade 43660
        2026-07-09 yesterday premium 47430
        2026-07-09 yesterday diesel 48090
        2026-07-09 yesterday e85 29310""",
    ),
    Read(
        "bls_cpi/samples/v2_CUSR0000SA0_2025_2026.json",
        "series_id month index_e3",
        """CUSR0000SA0 2025-07-01 322169
        CUSR0000SA0 2025-08-01 323291
        CUSR0000SA0 2025-09-01 324245
        CUSR0000SA0 2025-11-01 325063
        CUSR0000SA0 2025-12-01 326031""",
        where="2025-07-01 <= month <= 2025-12-31",
        skipped="unpublished 1",
    ),
    Read(
        "bls_cpi/samples/v2_CUUR0000SA0_2026.json",
        "series_id month index_e3",
        """CUUR0000SA0 2026-01-01 325252
        CUUR0000SA0 2026-02-01 326785
        CUUR0000SA0 2026-03-01 330213
        CUUR0000SA0 2026-04-01 333020
        CUUR0000SA0 2026-05-01 335123
        CUUR0000SA0 2026-06-01 333952
        CUUR0000SA0 2026-07-01 333918
        CUUR0000SA0 2026-08-01 334980""",
    ),
    Read("bls_cpi/samples/v2_no_data_year_message.json", "month", "", skipped="empty series 1"),
    Read(
        "bls_cpi/samples/series_observations_CPIAUCSL_vintages.json",
        "series_id month index_e3",
        """CPIAUCSL_20251024 2025-09-01 324368
        CPIAUCSL_20260213 2025-09-01 324245
        CPIAUCSL_20251218 2025-11-01 325031
        CPIAUCSL_20260213 2025-11-01 325063""",
    ),
    Read(
        "cleveland_nowcast/samples/nowcast_month_trimmed.json",
        "target_month kind label_on mom_pct",
        """2021-12-01 nowcast 2021-12-01 0.135092008807369
        2021-12-01 nowcast 2021-12-10 0.420285410429762
        2021-12-01 nowcast 2021-12-31 0.388985413110369
        2021-12-01 nowcast 2022-01-11 0.388985413110369
        2021-12-01 actual 2022-01-12 0.470453241537583
        2026-08-01 nowcast 2026-08-03 0.320941031024802
        2026-08-01 nowcast 2026-09-10 0.359180537639179
        2026-08-01 actual 2026-09-11 0.396018184385816""",
        where="measure == cpi",
        skipped="empty value 24",
    ),
    Read(
        "cleveland_nowcast/samples/page_table_2026-07-13.html",
        "target_month measure label_on mom_pct",
        """2026-07-01 cpi 2026-07-13 0.0
        2026-07-01 core_cpi 2026-07-13 0.23
        2026-06-01 cpi 2026-07-13 -0.06
        2026-06-01 core_cpi 2026-07-13 0.23""",
        where="measure in cpi core_cpi",
    ),
    Read(
        "dol_claims/samples/press_2026-08-27_text.txt",
        "week_ending measure kind sa published_at",
        """2026-08-22 initial advance 211000 2026-08-27T12:30Z
        2026-08-15 initial revised 206000 2026-08-27T12:30Z
        2026-08-15 continued advance 1805000 2026-08-27T12:30Z
        2026-08-08 continued revised 1799000 2026-08-27T12:30Z""",
    ),
    Read(
        "dol_claims/samples/press_newsroom_2026-07-23.html",
        "week_ending measure kind sa published_at",
        """2026-07-18 initial advance 187000 2026-07-23T12:30Z
        2026-07-11 initial revised 209000 2026-07-23T12:30Z""",
    ),
    Read(
        "dol_claims/samples/r539cyNational_sample.xml",
        "week_ending measure kind sa nsa sf_tenths",
        """2026-06-13 initial history 227000 220642 970
        2026-06-13 continued history 1812000 1720948 950
        2026-06-20 initial seasonal_factor - - 963
        2026-06-20 continued seasonal_factor - - 968""",
    ),
    Read(
        "dol_claims/samples/series_observations_ICSA.json",
        "week_ending measure kind sa",
        """2026-07-04 initial history 217000
        2026-07-11 initial history 209000
        2026-07-18 initial history 188000
        2026-07-25 initial history 197000""",
    ),
    Read(
        "eia_gas/samples/v2_gnd_regular_weekly.json",
        "week_on price_e4",
        """2026-02-09 30330
        2026-02-16 30570
        2026-02-23 30720
        2026-03-02 31480""",
    ),
    Read(
        "macro_calendar/samples/bls_sample.ics",
        "event release_on release_at",
        """jobs 2026-10-02 2026-10-02T12:30Z
        cpi 2026-10-14 2026-10-14T12:30Z
        jobs 2026-11-06 2026-11-06T13:30Z
        cpi 2026-11-10 2026-11-10T13:30Z
        jobs 2026-12-04 2026-12-04T13:30Z
        cpi 2026-12-10 2026-12-10T13:30Z""",
        skipped="other release 1",
    ),
    Read(
        "macro_calendar/samples/dol_schedule_sample.html",
        "event release_on release_at",
        """claims 2026-11-05 2026-11-05T13:30Z
        claims 2026-11-12 2026-11-12T13:30Z
        claims 2026-11-19 2026-11-19T13:30Z
        claims 2026-11-25 2026-11-25T13:30Z""",
        where="2026-11-01 <= release_on <= 2026-11-30",
    ),
    Read(
        "macro_calendar/samples/fomccalendars_sample.html",
        "event release_on release_at",
        """fomc 2026-09-16 2026-09-16T18:00Z
        fomc 2026-10-28 2026-10-28T18:00Z
        fomc 2026-12-09 2026-12-09T19:00Z
        fomc 2027-01-27 2027-01-27T19:00Z
        fomc 2027-03-17 2027-03-17T18:00Z""",
    ),
    Read(
        "macro_calendar/samples/fomccalendars_month_straddle.html",
        "event release_on release_at",
        """fomc 2026-01-28 2026-01-28T19:00Z
        fomc 2026-05-01 2026-05-01T18:00Z
        fomc 2027-05-01 2027-05-01T18:00Z""",
    ),
    Read(
        "nws_daily_climate/samples/product_CLINYC_prelim.json",
        "station climate_day element value_f status valid_as_of observed_time",
        """NYC 2026-08-21 max 79 interim 0400_PM 14:59
        NYC 2026-08-21 min 63 interim 0400_PM 04:24""",
    ),
    Read(
        "nws_daily_climate/samples/product_CLINYC_final.json",
        "station climate_day element value_f status issued_at observed_time",
        """NYC 2026-08-21 max 79 final 2026-08-22T06:26Z 15:01
        NYC 2026-08-21 min 63 final 2026-08-22T06:26Z 04:24""",
    ),
    Read(
        "nws_daily_climate/samples/json_cli_KNYC_2026.json",
        "station climate_day element value_f status issued_at observed_time",
        """NYC 2026-08-21 max 79 final 2026-08-22T06:26Z 15:01
        NYC 2026-08-21 min 63 final 2026-08-22T06:26Z 04:24""",
    ),
    Read(
        "nws_daily_climate/samples/climate_primary_2026-08-27.json",
        "station climate_day element value_f status",
        """NYC 2026-08-27 max 77 relayed
        NYC 2026-08-27 min 70 relayed""",
    ),
    Read(
        "nws_observations/samples/observations_KMDW_2026-09-04.json",
        "station observed_at kind temp_c_tenths whole_degree",
        """KMDW 2026-09-04T02:20Z five_minute 300 True
        KMDW 2026-09-04T02:05Z five_minute 290 True
        KMDW 2026-09-04T01:53Z metar 294 False""",
    ),
    Read("nws_observations/samples/observations_empty.json", "station", ""),
    Read(
        "nws_observations/samples/DSMNYC_2026-10-08.txt",
        "station observed_at kind climate_day day_max_f day_min_f",
        "KNYC 2026-10-08T20:00Z dsm 2026-10-08 73 56",
        received="2026-10-08T20:44:00Z",
    ),
    Read(
        "nws_observations/samples/DSM_collective_pyiem.txt",
        "station day_max_f day_min_f",
        """KHKS 66 47; KFSM 59 46; KFYV 53 35; KCKV 62 41; KMEM 56 43; KJBR 50 37
        KJAN 65 41; KBWG 59 36; KLIT 58 30; KHSV 66 36; KRUE 59 39; KHKA 54 39
        KPBF 63 45; KAWM 55 40; KMKL 53 37; KTVR 70 48; KHOT 61 45; KMEI 63 32
        KGLH 65 43; KGWO 63 45; KBPK 50 37; KDCU 64 30; KLLQ 65 43""",
        where="observed_at == 2015-11-27T06:00Z",
        received="2015-11-27T06:16:00Z",
    ),
    Read(
        "treasury_yields/samples/par_yield_curve_2026-10.xml",
        "curve_on series_id yield_bp",
        """2026-10-01 BC_10YEAR 524
        2026-10-02 BC_10YEAR 528""",
        where="tenor == 10Y",
    ),
    Read("treasury_yields/samples/par_yield_curve_empty_month.xml", "curve_on", ""),
    Read(
        "treasury_yields/samples/daily_treasury_rates_2026-10.csv",
        "curve_on tenor yield_bp",
        """2026-10-01 1.5M 410
        2026-10-01 10Y 524
        2026-10-01 30Y 561
        2026-10-02 1.5M 409
        2026-10-02 10Y 528
        2026-10-02 30Y 563""",
        where="tenor in 1.5M 10Y 30Y",
    ),
    Read(
        "treasury_yields/samples/h15_tcm_2026-10.csv",
        "curve_on series_id yield_bp",
        "2026-10-01 RIFLGFCY10_N.B 524",
        where="tenor == 10Y",
    ),
    Read(
        "treasury_yields/samples/fredgraph_DGS10.csv",
        "curve_on series_id yield_bp",
        """2026-09-01 DGS10 479
        2026-09-02 DGS10 479
        2026-09-03 DGS10 477
        2026-09-04 DGS10 478
        2026-09-08 DGS10 480""",
        skipped="missing 1",
    ),
    Read(
        "weather_guidance/samples/MET_NAM_pyiem.txt",
        "station model issued_at climate_day tmax_f spread_f",
        """KFOZ MET 2017-08-12T12:00Z 2017-08-13 68 -
        KFOZ MET 2017-08-12T12:00Z 2017-08-14 71 -
        KFPK MET 2017-08-12T12:00Z 2017-08-13 78 -
        KFPK MET 2017-08-12T12:00Z 2017-08-14 80 -""",
    ),
    Read(
        "weather_guidance/samples/NBS_2018_KALM_KALN_pyiem.txt",
        "station model issued_at climate_day tmax_f spread_f",
        """KALM NBS 2018-11-07T15:00Z 2018-11-08 72 -
        KALM NBS 2018-11-07T15:00Z 2018-11-09 58 -
        KALN NBS 2018-11-07T15:00Z 2018-11-08 45 -
        KALN NBS 2018-11-07T15:00Z 2018-11-09 42 -""",
    ),
    Read(
        "weather_guidance/samples/NBS_v5_KDSM_pyiem.txt",
        "station model issued_at climate_day tmax_f spread_f",
        """KDSM NBS 2026-04-07T15:00Z 2026-04-08 59 3
        KDSM NBS 2026-04-07T15:00Z 2026-04-09 62 3""",
    ),
    Read(
        "weather_guidance/samples/NBSUSA_empty_pyiem.txt",
        "station",
        "",
        skipped="outside the contiguous states 2",
    ),
    Read(
        "weather_guidance/samples/iem_mos_NBS_KMIA_2021-06-15_run01Z.csv",
        "station model issued_at climate_day tmax_f spread_f",
        """KMIA NBS 2021-06-15T01:00Z 2021-06-15 90 2
        KMIA NBS 2021-06-15T01:00Z 2021-06-16 89 2""",
    ),
    Read(
        "weather_guidance/samples/gridpoints_OKX_maxmin.json",
        "station model issued_at climate_day tmax_f",
        """OKX/33,37 GRID 2026-09-10T10:00Z 2026-09-10 77
        OKX/33,37 GRID 2026-09-10T10:00Z 2026-09-11 82""",
        skipped="minimum 1",
    ),
    Read(
        "weather_guidance/samples/gridpoints_null_value.json",
        "station model issued_at climate_day tmax_f",
        "LOT/65,76 GRID 2026-10-06T09:12Z 2026-10-06 62",
        skipped="missing maximum 1",
    ),
]

REFUSED = [
    Refused("aaa_gas/samples/blocked.html", "WrongBody", "no price banner on the page"),
    Refused("bls_cpi/samples/v2_error_threshold.json", "NotSucceeded", "the daily threshold"),
    Refused("bls_cpi/samples/fred_error_400.json", "NotSucceeded", "api_key is not registered"),
    Refused("dol_claims/samples/report_asp_no_form_error.html", "NotServed", "form fields"),
    Refused(
        "nws_daily_climate/samples/products_types_CLI_locations_NYC.json",
        "OnlyAList",
        "a list of 2 reports and none of their texts",
    ),
    Refused("nws_daily_climate/samples/problem_404.json", "NotServed", "404 Not Found"),
    Refused("nws_observations/samples/problem_404.json", "NotServed", "404 Not Found"),
    Refused("weather_guidance/samples/NBS_badheader_pyiem.txt", "BadHeader", "WE_DANCE"),
]

SHOWN_ELSEWHERE = {"dol_claims/samples/2025-06-05.txt", "nws_daily_climate/samples/reports.jsonl"}
"""Read in the tests of their driver's `parse`."""


def parsed(file: str, received: str = Read.received) -> Parsed[Any]:
    source = file.partition("/")[0]
    body = (FIXTURES / file).read_bytes()
    return DRIVERS[source].read(Payload(source, body, datetime.fromisoformat(received)))


def shown(value: object) -> str:
    """Write a value as the expectations are written."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%MZ")
    return "-" if value is None else str(value).replace(" ", "_")


def holds(row: object, where: str) -> bool:
    """Tell whether a row is one of those an expectation is about."""
    match where.split():
        case []:
            return True
        case [column, "==", value]:
            return shown(getattr(row, column)) == value
        case [column, "in", *values]:
            return shown(getattr(row, column)) in values
        case [first, "<=", column, "<=", last]:
            return first <= shown(getattr(row, column)) <= last
    raise AssertionError(where)


@pytest.mark.parametrize("case", READ, ids=lambda case: case.file)
def test_a_payload_gives_what_a_careful_reader_takes_from_it(case: Read) -> None:
    found = parsed(case.file, case.received)
    columns = case.columns.split()
    lines = [
        " ".join(shown(getattr(row, column)) for column in columns)
        for row in found.rows
        if holds(row, case.where)
    ]
    assert sorted(lines) == sorted(case.lines)
    assert "; ".join(f"{reason} {count}" for reason, count in found.skipped) == case.skipped
    assert found.refused == ()


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.file)
def test_a_payload_without_values_is_refused_for_a_stated_reason(case: Refused) -> None:
    with pytest.raises(ParseRefused) as caught:
        parsed(case.file)
    assert type(caught.value).__name__ == case.kind
    assert caught.value.source == case.file.partition("/")[0]
    assert case.words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["DSMNYC_2026-10-08.txt", "DSM_collective_pyiem.txt"])
def test_a_daily_summary_says_the_same_bare_and_in_an_envelope(name: str) -> None:
    (case,) = (case for case in READ if case.file.endswith(name))
    text = (FIXTURES / case.file).read_text()
    envelope = {"productCode": "DSM", "productText": text, "issuanceTime": case.received}
    found = DRIVERS["nws_observations"].parse(json.dumps(envelope).encode())
    assert found == parsed(case.file, case.received)


@pytest.mark.parametrize(
    ("name", "received"),
    [
        ("DSMNYC_2026-10-08.txt", "2026-10-07T12:00:00Z"),
        ("DSM_collective_pyiem.txt", "2015-11-25T12:00:00Z"),
    ],
)
def test_a_bare_daily_summary_received_the_day_before_is_refused(name: str, received: str) -> None:
    with pytest.raises(ParseRefused, match="names no year") as caught:
        parsed(f"nws_observations/samples/{name}", received)
    assert type(caught.value).__name__ == "NoYear"


def test_a_report_that_contradicts_itself_is_refused() -> None:
    """CLIDCA prints an average of 55 between a minimum of 72 and a maximum of 76."""
    lines = (FIXTURES / "nws_daily_climate/samples/reports.jsonl").read_text().splitlines()
    (text,) = (case["text"] for case in map(json.loads, lines) if case["name"] == "CLIDCA")
    with pytest.raises(ParseRefused, match="minimum 72, average 55 and maximum 76 F"):
        DRIVERS["nws_daily_climate"].parse(text.encode())


def test_every_sample_is_in_a_table() -> None:
    kept = {
        path.relative_to(FIXTURES).as_posix()
        for path in FIXTURES.glob("*/samples/*")
        if path.name != "README.md"
    }
    named = [case.file for case in READ] + [case.file for case in REFUSED]
    assert kept == {*named, *SHOWN_ELSEWHERE}
    assert len(set(named)) == len(named)
