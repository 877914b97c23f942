from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile, UnknownFee
from kalshi_alpha.core.fees import FeeType
from kalshi_alpha.exec.backtest.fee_history import CHANGES, READING, fee_history, overridden

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SERIES = ("KXHIGHNY",)


def changes(*rows: tuple[str, str]) -> str:
    return json.dumps(
        {
            "series_fee_change_arr": [
                {
                    "id": at,
                    "series_ticker": "KXHIGHNY",
                    "fee_type": kind,
                    "fee_multiplier": 1,
                    "scheduled_ts": at,
                }
                for at, kind in rows
            ]
        }
    )


def reading(folder: Path, kind: str = "quadratic") -> Path:
    terms = [{"series": "KXHIGHNY", "fee_type": kind, "fee_multiplier": 1}]
    (folder / READING).write_text(json.dumps(terms))
    return folder


def test_a_reading_is_taken_for_the_whole_span_and_says_so(tmp_path: Path) -> None:
    found = fee_history([reading(tmp_path)], SERIES, FIRST)
    assert found.schedules["KXHIGHNY"].at(FIRST).fee_type is FeeType.QUADRATIC
    assert "no dated change is recorded" in found.notes[0]


def test_dated_changes_go_before_a_reading(tmp_path: Path) -> None:
    (tmp_path / CHANGES).write_text(
        changes(
            ("2023-01-01T00:00:00Z", "quadratic"),
            ("2024-06-01T00:00:00Z", "quadratic_with_maker_fees"),
        )
    )
    found = fee_history([reading(tmp_path)], SERIES, FIRST)
    schedule = found.schedules["KXHIGHNY"]
    assert schedule.at(FIRST).fee_type is FeeType.QUADRATIC
    later = datetime(2024, 6, 1, tzinfo=UTC)
    assert schedule.at(later).fee_type is FeeType.QUADRATIC_WITH_MAKER_FEES
    assert "dated changes" in found.notes[0]


def test_a_file_that_is_named_goes_before_the_folders(tmp_path: Path) -> None:
    given = tmp_path / "mine.json"
    given.write_text(changes(("2023-01-01T00:00:00Z", "quadratic_with_maker_fees")))
    found = fee_history([reading(tmp_path)], SERIES, FIRST, given)
    assert found.schedules["KXHIGHNY"].at(FIRST).fee_type is FeeType.QUADRATIC_WITH_MAKER_FEES


def test_fees_are_never_assumed(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="nothing says what KXHIGHNY charges"):
        fee_history([tmp_path], SERIES, FIRST)
    with pytest.raises(UnknownFee):
        fee_history([reading(tmp_path, "flat")], SERIES, FIRST)


def test_changes_that_begin_too_late_or_disagree_are_refused(tmp_path: Path) -> None:
    given = tmp_path / "mine.json"
    given.write_text(changes(("2025-01-01T00:00:00Z", "quadratic")))
    with pytest.raises(UnknownFee, match="no fee terms are known before"):
        fee_history([tmp_path], SERIES, FIRST, given)
    day = "2023-01-01T00:00:00Z"
    given.write_text(changes((day, "quadratic"), (day, "quadratic_with_maker_fees")))
    with pytest.raises(UnknownFee, match="disagree"):
        fee_history([tmp_path], SERIES, FIRST, given)
    given.write_text("[")
    with pytest.raises(TornFile, match="cannot be read"):
        fee_history([tmp_path], SERIES, FIRST, given)


def test_another_formula_keeps_multipliers_and_is_said(tmp_path: Path) -> None:
    found = fee_history([reading(tmp_path)], SERIES, FIRST)
    assert overridden(found, "") is found
    other = overridden(found, "quadratic_with_maker_fees")
    terms = other.schedules["KXHIGHNY"].at(FIRST)
    assert terms.fee_type is FeeType.QUADRATIC_WITH_MAKER_FEES
    assert terms.multiplier == 1
    assert "charged as" in other.notes[-1]
