from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.monitors.endings import ended, of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.report_block import (
    newest_day,
    refresh_reports,
    refreshed,
    summary_table,
)

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
DAY = date(2025, 6, 11)
FROZEN = {
    "CPI": FamilyOutcome(MonitorStatus.ALERT, 1, 0, "frozen"),
    "TNEY": FamilyOutcome(MonitorStatus.OK, 0, 0),
}
OUTCOMES = {
    Monitor.KILL_SWITCH: ended(
        Monitor.KILL_SWITCH, MonitorStatus.ALERT, 1, 0, "<!-- monitors:end -->|\nx"
    ),
    Monitor.FREEZE_WINDOW: of_families(Monitor.FREEZE_WINDOW, FROZEN, 0),
}
# Bytes that no decoder would give back: they are not looked at.
BEFORE, AFTER = b"# CPI\r\n\xff\xfe\n## Monitors\n\n", b"\n\n## EV honesty\n\r\n \xfe"
SCANNED = b"\n| monitor | value |\n| --- | --- |\n| ev_honesty_shrink | 0.9 |\n"


def report(inside: bytes = SCANNED) -> bytes:
    return b"".join((BEFORE, b"<!-- monitors:begin -->", inside, b"<!-- monitors:end -->", AFTER))


def folder(paths: Paths, day: date, data: bytes) -> None:
    for path in (paths.report("CPI", day), paths.flat_report("CPI", day)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_all_but_the_part_stays_byte_for_byte() -> None:
    once = refreshed(report(), summary_table(OUTCOMES, AT, "no panic"))
    assert once is not None
    assert once.startswith(BEFORE)
    assert once.endswith(AFTER)
    assert SCANNED.strip() in once
    again = refreshed(once, summary_table(OUTCOMES, AT, "no panic"))
    assert again == once


def test_a_cause_that_quotes_a_marker_makes_no_second_one() -> None:
    once = refreshed(report(), summary_table(OUTCOMES, AT, "no panic"))
    assert once is not None
    assert once.count(b"<!-- monitors:end -->") == 1


def test_the_table_of_one_family_shows_its_own_status() -> None:
    every = summary_table(OUTCOMES, AT, "no panic")
    cpi, tney = (summary_table(OUTCOMES, AT, "no panic", each) for each in ("CPI", "TNEY"))
    assert every.startswith("Runtime monitors at 2025-06-11 11:00:00 ET: no panic\n")
    assert "| freeze_window | ALERT | 1 | 0 families | CPI: frozen |" in cpi
    assert "| freeze_window | OK | 0 | 0 families |  |" in tney


@pytest.mark.parametrize(
    "broken",
    [
        b"no markers",
        report() + report(),
        b"<!-- monitors:end --><!-- monitors:begin -->",
        b"<!-- monitors:begin -->",
    ],
)
def test_a_report_without_one_pair_of_markers_is_left_alone(broken: bytes) -> None:
    assert refreshed(broken, "x") is None


def test_the_newest_report_is_refreshed_in_both_places_and_the_root_is_made(
    tmp_path: Path,
) -> None:
    paths = Paths(tmp_path)
    folder(paths, date(2025, 6, 10), report())
    folder(paths, DAY, report())
    (paths.reports / "CPI/2025-06-12").mkdir()
    (paths.reports / "CPI/2025-99-99.md").touch()
    written, problems = refresh_reports(
        paths, [("CPI", "CPI"), ("TNEY", "TNEY")], OUTCOMES, AT, "no panic"
    )
    assert written == (paths.report("CPI", DAY), paths.flat_report("CPI", DAY), paths.root_report)
    assert problems == ()
    assert paths.report("CPI", DAY).read_bytes() == paths.flat_report("CPI", DAY).read_bytes()
    assert paths.report("CPI", date(2025, 6, 10)).read_bytes() == report()
    first = paths.root_report.read_bytes()
    refresh_reports(paths, [], OUTCOMES, AT, "no panic")
    assert paths.root_report.read_bytes() == first


def test_one_place_makes_the_other(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    folder(paths, DAY, report())
    paths.report("CPI", DAY).unlink()
    refresh_reports(paths, [("CPI", "CPI")], OUTCOMES, AT, "no panic")
    assert paths.report("CPI", DAY).read_bytes() == paths.flat_report("CPI", DAY).read_bytes()


def test_a_report_that_cannot_be_refreshed_is_named(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    folder(paths, DAY, b"# without")
    paths.root_report.write_bytes(b"# mine\n")
    written, problems = refresh_reports(paths, [("CPI", "CPI")], OUTCOMES, AT, "no panic")
    assert written == ()
    assert [line.partition(": ")[2] for line in problems] == [
        "has no block of monitors; write the report again",
        "has no block of monitors; move it away, it is made again",
    ]
    assert paths.root_report.read_bytes() == b"# mine\n"


def test_a_folder_without_reports_has_no_newest_day(tmp_path: Path) -> None:
    assert newest_day(Paths(tmp_path), "CPI") is None
