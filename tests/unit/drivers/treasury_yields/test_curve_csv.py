from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.drivers.treasury_yields.curve_csv import read_csv
from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    Contradiction,
    SeriesMismatch,
    WrongBody,
    YieldsRefused,
)

TREASURY = """Date,"1 Mo","1.5 Month","2 Mo","4 Mo","1 Yr","10 Yr","30 Yr"
10/02/2026,4.04,4.09,4.11,4.26,4.46,5.28,5.63
10/01/2026,4.06,N/A,4.13,4.26,4.44,5.24,5.61
"""
FRED = "observation_date,DGS10\n2026-09-04,4.78\n2026-09-07,\n2026-09-08,4.80\n2026-09-09,.\n"
H15 = "\r\n".join(
    [
        '"Series Description","2-year constant maturity","10-year constant maturity"',
        '"Unit:","Percent:_Per_Year","Percent:_Per_Year"',
        '"Multiplier:","1","1"',
        '"Currency:","NA","NA"',
        '"Unique Identifier: ","H15/H15/RIFLGFCY02_N.B","H15/H15/RIFLGFCY10_N.B"',
        '"Time Period","RIFLGFCY02_N.B","RIFLGFCY10_N.B"',
        "2026-10-01,4.78,5.24",
        "2026-10-12,ND,ND",
    ]
)


def ten_year(text: str) -> dict[tuple[str, date], int]:
    rows = read_csv(text).rows
    return {(row.series_id, row.curve_on): row.yield_bp for row in rows if row.tenor == "10Y"}


def test_the_treasury_s_file_is_read_by_column_name_newest_first() -> None:
    parsed = read_csv(TREASURY)
    assert ten_year(TREASURY) == {
        ("BC_10YEAR", date(2026, 10, 1)): 524,
        ("BC_10YEAR", date(2026, 10, 2)): 528,
    }
    assert {row.tenor: row.series_id for row in parsed.rows} == {
        "1M": "BC_1MONTH",
        "1.5M": "BC_1_5MONTH",
        "2M": "BC_2MONTH",
        "4M": "BC_4MONTH",
        "1Y": "BC_1YEAR",
        "10Y": "BC_10YEAR",
        "30Y": "BC_30YEAR",
    }
    assert {row.origin for row in parsed.rows} == {"treasury"}
    assert parsed.skipped == (("missing", 1),)


def test_columns_that_came_later_do_not_shift_the_ten_year() -> None:
    older = 'Date,"10 Yr","1 Mo"\n10/03/2022,3.67,2.77\n'
    assert ten_year(older) == {("BC_10YEAR", date(2022, 10, 3)): 367}


def test_fred_s_holidays_are_missing_in_either_spelling() -> None:
    assert ten_year(FRED) == {
        ("DGS10", date(2026, 9, 4)): 478,
        ("DGS10", date(2026, 9, 8)): 480,
    }
    assert read_csv(FRED).skipped == (("missing", 2),)


def test_the_former_header_of_fred_is_read_too() -> None:
    assert ten_year("DATE,DGS10\n2026-09-04,4.78\n")


def test_h15_is_read_below_its_five_header_rows() -> None:
    parsed = read_csv(H15)
    assert ten_year(H15) == {("RIFLGFCY10_N.B", date(2026, 10, 1)): 524}
    assert {row.tenor for row in parsed.rows} == {"2Y", "10Y"}
    assert parsed.skipped == (("missing", 2),)


@pytest.mark.parametrize("name", ["DFII10", "DGS10X", "DGS2", "T10YIE", "BC_7YEAR"])
def test_a_look_alike_of_the_ten_year_is_a_mismatch(name: str) -> None:
    with pytest.raises(SeriesMismatch, match=name):
        read_csv(f"observation_date,{name}\n2026-09-04,2.61\n")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", WrongBody),
        ("hello", WrongBody),
        ('observation_date,"DGS10\n2026-09-04,4.78', WrongBody),
        ("observation_date,DGS10,DGS10\n2026-09-04,4.78,4.79\n", Contradiction),
        ("observation_date,DGS10\n2026-09-04,4.78,4.79\n", BadObservation),
        ("observation_date,DGS10\n2026-09-31,4.78\n", BadObservation),
        ("observation_date,DGS10\n09/04/2026,4.78\n", BadObservation),
        ("observation_date,DGS10\n2026-09-04,478\n", BadObservation),
        ("observation_date,DGS10\n2026-09-04,4.78\n2026-09-04,4.79\n", Contradiction),
        (TREASURY.replace("10/02/2026", "2026-10-02"), BadObservation),
        (TREASURY.replace("10 Yr", "7 Yr"), SeriesMismatch),
        (H15.replace("Percent:_Per_Year", "Basis_Points"), SeriesMismatch),
        (H15.replace('"Multiplier:","1"', '"Multiplier:","100"'), SeriesMismatch),
        (H15.replace("H15/H15/RIFLGFCY02_N.B", "H15/H15/RIFLGFCY03_N.B"), Contradiction),
        (H15.replace("Time Period", "Period"), WrongBody),
        (H15.replace("RIFLGFCY10_N.B", "RIFLGFCY10_XII_N.B"), SeriesMismatch),
    ],
)
def test_what_is_no_such_file_or_says_something_impossible_is_refused(
    text: str, refusal: type[YieldsRefused]
) -> None:
    with pytest.raises(refusal):
        read_csv(text)
