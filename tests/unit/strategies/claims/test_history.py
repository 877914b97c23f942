from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.claims.history import (
    FirstPrint,
    finals_of,
    is_final,
    prints_of,
    read_history,
)

PRINT = {
    "week_ending": "2025-05-31",
    "release_on": "2025-06-05",
    "first_print": 247_000,
    "previous_shown": 239_000,
}
RELEASED = datetime(2025, 6, 5, 12, 30, tzinfo=UTC)


def test_prints_and_final_values_are_read_in_order() -> None:
    weeks = read_history([PRINT, {"week_ending": "2010-01-02", "final": 434_000}])
    assert finals_of(weeks) == {date(2010, 1, 2): 434_000}
    [printed] = prints_of(weeks)
    assert printed == FirstPrint(date(2025, 5, 31), date(2025, 6, 5), 247_000, 239_000, None)
    assert printed.released_at == RELEASED


def test_a_print_is_known_from_its_release_to_the_second() -> None:
    assert read_history([PRINT], RELEASED - timedelta(seconds=1)) == ()
    assert len(read_history([PRINT], RELEASED)) == 1


def test_a_value_is_final_six_years_later() -> None:
    assert is_final(date(2016, 12, 31), 2022)
    assert not is_final(date(2017, 1, 7), 2022)
    row = {"week_ending": "2017-01-07", "final": 247_000}
    assert read_history([row], datetime(2022, 12, 1, tzinfo=UTC)) == ()
    assert len(read_history([row], datetime(2023, 2, 1, tzinfo=UTC))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [PRINT, PRINT],
        [{**PRINT, "week_ending": "2025-05-30"}],
        [{**PRINT, "release_on": "2025-05-31"}],
        [{**PRINT, "first_print": None}],
        [{**PRINT, "first_print": 247}],
        [{**PRINT, "first_print": float("nan")}],
        [{"week_ending": "2025-05-31", "previous_shown": 239_000}],
        [{"final": 239_000}],
    ],
    ids=["twice", "friday", "early", "no print", "thousands", "nan", "no release", "no week"],
)
def test_a_row_that_cannot_be_is_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ParseRefused, match="claims history"):
        read_history(rows)
