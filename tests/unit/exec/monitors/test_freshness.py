from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk import AT, CLOCK, REPOSITORY
from kalshi_alpha.core.gates import AgeUnit, FeedStatus, FeedVerdict
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors import freshness
from kalshi_alpha.exec.monitors.feed_rows import FeedRow, FeedTable
from kalshi_alpha.exec.monitors.freshness import Freshness, judge, render

GAS, CPI = "aaa_gas.daily", "bls_cpi.latest_release"
INGEST = "python -m kalshi_alpha.datastore.ingest --source aaa_gas --online"
FILE = Path("reports/_artifacts/monitors/freshness.json")


def row(feed: str = GAS, status: str = "OK", **changes: Any) -> FeedRow:
    whole = FeedRow(
        feed=feed,
        source="aaa_gas",
        required=True,
        status=status,
        newest_on=date(2024, 12, 11),
        age_days=0,
        max_age_days=2,
        unit=AgeUnit.CALENDAR_DAYS,
        grace_minutes=2880,
        low=None,
        high=None,
        series_id=None,
        due_on=date(2024, 12, 10),
        due_at=AT,
        reason="newest is 2024-12-11",
        remedy="" if status == "OK" else INGEST,
    )
    return replace(whole, **changes)


def table(*rows: FeedRow, problem: str = "") -> FeedTable:
    """Rows, and the gate's verdicts that belong to them."""
    return FeedTable(
        rows,
        tuple(
            FeedVerdict(
                feed=each.feed,
                status=FeedStatus.OK if each.status == "OK" else FeedStatus.STALE,
                newest_on=each.newest_on,
                age_days=each.age_days,
                due_on=None,
                due_at=None,
                detail=each.reason,
            )
            for each in rows
            if each.status not in {"UNREADABLE", "MISSING"}
        ),
        problem,
    )


def ended(found: FeedTable, weakened: Sequence[str] = ()) -> MonitorOutcome:
    return judge(found, [each.feed for each in found.rows if each.required], weakened)


def test_feeds_that_are_in_order_leave_nothing_to_say() -> None:
    assert ended(table(row(), row(CPI))) == MonitorOutcome(MonitorStatus.OK, 0, 0)


def test_one_feed_that_is_not_is_an_alert_with_cause_effect_and_remedy() -> None:
    found = ended(table(row(status="STALE"), row(CPI)))
    assert (found.status, found.figure, found.threshold) == (MonitorStatus.ALERT, 1, 0)
    assert found.cause == f"{GAS} STALE: newest is 2024-12-11"
    assert found.effect.startswith("STALE_FEEDS: NO-GO for every series")
    assert found.remedy == INGEST


def test_a_remedy_that_helps_two_feeds_is_said_once() -> None:
    found = ended(table(row(status="STALE"), row(CPI, status="MISSING"), row("x")))
    assert (found.figure, found.remedy) == (2, INGEST)


def test_a_feed_that_nothing_requires_stops_nothing() -> None:
    assert ended(table(row(), row(CPI, status="STALE", required=False))).ok


def test_a_required_feed_without_a_row_is_an_alert_all_the_same() -> None:
    found = judge(table(row()), [GAS, CPI], ())
    assert found.status is MonitorStatus.ALERT
    assert CPI in found.cause


def test_no_value_anywhere_is_no_data() -> None:
    found = ended(
        table(row(status="MISSING"), row(CPI, status="MISSING"), row("x", required=False))
    )
    assert (found.status, found.figure) == (MonitorStatus.NO_DATA, None)
    assert found.remedy.endswith("ingest --all --online")


def test_no_required_feed_is_no_data_and_not_in_order() -> None:
    found = ended(table(row(required=False)))
    assert found.status is MonitorStatus.NO_DATA
    assert "series.yaml" in found.remedy


def test_a_calendar_that_cannot_be_read_is_an_alert_though_no_feed_is_due_by_it() -> None:
    found = ended(table(row(), problem="macro_calendar: torn"))
    assert (found.status, found.figure) == (MonitorStatus.ALERT, 0)
    assert found.cause == "calendar UNREADABLE: macro_calendar: torn"
    assert "macro_calendar" in found.remedy


def test_thresholds_below_the_baselines_are_an_alert_of_their_own() -> None:
    found = ended(table(row()), ["freshness.yaml: feeds.x.max_age_days: 36 is above 35"])
    assert found.status is MonitorStatus.ALERT
    assert found.cause.startswith("config_weakened: freshness.yaml")
    assert found.effect.startswith("config_weakened: NO-GO")


def test_the_text_has_a_line_a_feed_and_the_file() -> None:
    rows = (row(), row(CPI, status="STALE"), row("x.y", status="OVERDUE", required=False))
    clock = RunClock(AT, ClockSource.SET)
    text = render(Freshness(clock, ended(table(*rows)), rows), Path("/r/freshness.json"))
    head, names, *body = text.splitlines()
    assert head == (
        "data freshness at 2024-12-11 06:30 ET, clock set: ALERT, 1 of 2 required feeds in order"
    )
    assert names.split("  ")[0] == "feed"
    assert (
        body[0].split()
        == (
            f"{GAS} aaa_gas 2024-12-11 0 d 2 d 2024-12-10 2024-12-11 06:30 OK newest is 2024-12-11"
        ).split()
    )
    assert "OVERDUE, not required" in body[2]
    assert body[3:] == [
        f"cause: {CPI} STALE: newest is 2024-12-11",
        "effect: STALE_FEEDS: NO-GO for every series, nothing is proposed or sent",
        f"remedy: {INGEST}",
        "wrote /r/freshness.json",
    ]


def test_the_text_of_a_good_day_has_neither_cause_nor_remedy() -> None:
    found = Freshness(RunClock(AT, ClockSource.SYSTEM), ended(table(row())), (row(),))
    assert render(found, Path("f.json")).splitlines()[-2:] == [
        render(found, Path("f.json")).splitlines()[2],
        "wrote f.json",
    ]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(REPOSITORY / "configs", tmp_path / "configs")
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_an_empty_root_is_no_data_and_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert freshness.main([]) == 3
    document = json.loads((root / FILE).read_bytes())
    assert (document["status"], document["required_feeds_ok"]) == ("NO_DATA", False)
    assert (document["clock_source"], document["inputs"]) == ("system", [])
    assert "NO_DATA" in capsys.readouterr().out


def test_quiet_prints_nothing_and_json_prints_the_file(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert freshness.main(["--quiet", "--as-of", CLOCK]) == 3
    assert capsys.readouterr() == ("", "")
    assert freshness.main(["--json", "--as-of", CLOCK]) == 3
    written = json.loads((root / FILE).read_bytes())
    assert json.loads(capsys.readouterr().out) == {**written, "mode": "OFFLINE"}


def test_a_configuration_that_cannot_be_read_voids_an_older_result(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "configs/freshness.yaml").write_text("schema: [")
    assert freshness.main(["--as-of", CLOCK]) == 1
    assert "freshness.yaml" in capsys.readouterr().err
    assert not (root / FILE).exists()
    (root / FILE).parent.mkdir(parents=True)
    (root / FILE).write_text('{"status": "OK"}')
    assert freshness.main(["--as-of", CLOCK]) == 1
    document = json.loads((root / FILE).read_bytes())
    assert (document["status"], document["required_feeds_ok"]) == ("ALERT", False)
    assert "freshness.yaml" in document["cause"]


@pytest.mark.parametrize("arguments", [["--as-of", "yesterday"], ["--as-of", CLOCK], ["--nothing"]])
def test_what_cannot_be_asked_is_a_usage_error_and_writes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("KALSHI_ENV", "demo")
    assert freshness.main(arguments) == 2
    assert not (root / "reports").exists()


def test_a_file_that_cannot_be_written_is_a_failure(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "reports").write_text("in the way")
    assert freshness.main([]) == 1
    assert "reports" in capsys.readouterr().err
