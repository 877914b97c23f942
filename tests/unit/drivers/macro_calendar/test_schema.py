from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from kalshi_alpha.drivers.macro_calendar.schema import (
    TABLE,
    MacroEvent,
    dated_on,
    earliest_at,
    newest,
)

ROW = MacroEvent("cpi", date(2025, 7, 15), None)


def test_the_table_holds_what_a_row_holds_and_is_complete_over_its_days() -> None:
    assert TABLE.names == ("publisher", *(field.name for field in fields(MacroEvent)))
    assert (TABLE.span, TABLE.apart) == ("release_on", "publisher")


@pytest.mark.parametrize(
    ("event", "publisher"), [("cpi", "BLS"), ("jobs", "BLS"), ("fomc", "FED"), ("claims", "DOL")]
)
def test_each_kind_of_event_has_its_publisher(event: str, publisher: str) -> None:
    assert MacroEvent(event, date(2025, 7, 15), None).publisher == publisher


def test_a_schedule_may_speak_of_the_future() -> None:
    assert dated_on(ROW) is None
    assert earliest_at(ROW) is None


def test_the_end_of_what_the_calendar_knows_is_shown() -> None:
    rows = [ROW, MacroEvent("jobs", date(2025, 8, 1), None)]
    assert newest(rows).text == "cpi until 2025-07-15"
    assert newest(rows[1:]).text == "no cpi release"
