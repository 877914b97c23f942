from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    NotServed,
    SeriesMismatch,
    WrongBody,
    YieldsRefused,
)
from kalshi_alpha.drivers.treasury_yields.fred_json import read_fred_json


def answer(*values: tuple[str, str | None], **more: Any) -> bytes:
    observations = [{"realtime_start": "2026-10-04", "date": d, "value": v} for d, v in values]
    return json.dumps({"units": "lin", "count": 3, "observations": observations, **more}).encode()


def test_observations_become_rows_and_holidays_are_counted() -> None:
    parsed = read_fred_json(
        answer(("2026-09-04", "4.78"), ("2026-09-07", "."), ("2026-09-08", "4.8"))
    )
    assert [(row.curve_on, row.series_id, row.yield_bp) for row in parsed.rows] == [
        (date(2026, 9, 4), "DGS10", 478),
        (date(2026, 9, 8), "DGS10", 480),
    ]
    assert parsed.skipped == (("missing", 1),)


def test_an_error_is_refused_in_the_publisher_s_words() -> None:
    body = (
        b'{"error_code": 400, "error_message": "The value for variable api_key is not registered."}'
    )
    with pytest.raises(NotServed, match="400: The value for variable api_key"):
        read_fred_json(body)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"{", WrongBody),
        (b"{}", WrongBody),
        (b'{"observations": 3}', WrongBody),
        (answer(("2026-09-04", "4.78"), units="chg"), SeriesMismatch),
        (answer(("2026-09-04", "2.61"), series_id="DFII10"), SeriesMismatch),
        (answer(("2026-09-04", "217000")), BadObservation),
        (answer(("2026-9-4", "4.78")), BadObservation),
    ],
)
def test_what_is_no_answer_about_the_ten_year_is_refused(
    body: bytes, refusal: type[YieldsRefused]
) -> None:
    with pytest.raises(refusal):
        read_fred_json(body)
