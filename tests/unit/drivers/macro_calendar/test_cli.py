from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in
from kalshi_alpha.drivers.macro_calendar import DRIVER
from kalshi_alpha.drivers.macro_calendar.cli import INGEST, main

FIXTURES = Path(__file__).parents[3] / "fixtures/macro_calendar"
RECEIVED = datetime(2024, 12, 1, 13, 0, tzinfo=UTC)
CLOCK = ["--as-of", "2024-12-11T11:30:00Z"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    for name in ("KALSHI_ALPHA_AS_OF", "KALSHI_ENV"):
        monkeypatch.delenv(name, raising=False)
    payloads = [
        Payload("macro_calendar", (FIXTURES / name).read_bytes(), RECEIVED)
        for name in ("bls.ics", "fomc.html", "claims.html")
    ]
    assert take_in(DRIVER, payloads, FeedStore(Paths(tmp_path)), RECEIVED).ok
    return tmp_path


def test_a_window_has_a_line_a_day_and_ends_with_what_is_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--from", "2024-12-10", "--to", "2024-12-12", *CLOCK]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mode: OFFLINE",
        "2024-12-10 Tue  -",
        "2024-12-11 Wed  cpi 08:30 ET",
        "2024-12-12 Thu  claims 08:30 ET",
        "known until: fomc 2025-12-10, cpi 2025-12-10, jobs 2025-12-05, claims 2025-12-31",
    ]


def test_the_events_of_one_day_stand_together(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--from", "2025-06-18", "--to", "2025-06-18", *CLOCK]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line == "2025-06-18 Wed  fomc 14:00 ET, claims 08:30 ET"


def test_past_the_last_known_event_a_day_says_unknown_and_not_that_it_is_empty(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--from", "2025-12-30", "--to", "2026-01-01", *CLOCK]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mode: OFFLINE",
        "2025-12-30 Tue  unknown: fomc, cpi, jobs",
        "2025-12-31 Wed  claims 08:30 ET; unknown: fomc, cpi, jobs",
        "2026-01-01 Thu  unknown",
        f"unknown: not announced in what was received; to look again, {INGEST}",
        "known until: fomc 2025-12-10, cpi 2025-12-10, jobs 2025-12-05, claims 2025-12-31",
    ]


def test_json_has_null_and_the_names_where_nothing_is_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--from", "2025-12-31", "--to", "2026-01-01", "--json", *CLOCK]) == 0
    known_claims, beyond = json.loads(capsys.readouterr().out)["days"]
    assert known_claims["is_claims"] is True
    assert known_claims["unknown"] == ["fomc", "cpi", "jobs"]
    assert [beyond[f"is_{event}"] for event in beyond["unknown"]] == [None] * 4


def test_json_carries_the_marks_of_the_file_and_how_far_each_kind_is_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--from", "2024-12-11", "--to", "2024-12-11", "--json", *CLOCK]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["days"] == [
        {
            "date": "2024-12-11",
            "is_fomc": False,
            "is_cpi": True,
            "is_jobs": False,
            "is_claims": False,
            "unknown": [],
        }
    ]
    assert document["known_until"]["cpi"] == "2025-12-10"
    assert document["as_of"] == "2024-12-11T11:30:00Z"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--from", "2024-12-12", "--to", "2024-12-11"], 2, "--to 2024-12-11 is before"),
        (["--from", "2024-12-12", "--to", "2045-06-11"], 2, "3660 days at most"),
        (["--from", "June", "--to", "2024-12-11"], 2, "--from: not a day"),
        (["--from", "2024-12-12"], 2, "Missing option '--to'"),
        (["--from", "2024-12-12", "--to", "2024-12-12", "--as-of", "noon"], 2, "not an instant"),
        (
            ["--from", "2024-12-12", "--to", "2024-12-12", "--as-of", "2024-11-01T01:00:00Z"],
            4,
            "nothing was known",
        ),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_its_exit_code(
    home: Path, capsys: pytest.CaptureFixture[str], args: list[str], code: int, words: str
) -> None:
    assert main(args) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("macro_calendar: ") == 1
    assert len(err.splitlines()) == 1


def test_without_a_calendar_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    assert main(["--from", "2024-12-12", "--to", "2024-12-12", *CLOCK]) == 4
    assert f"run {INGEST}" in capsys.readouterr().err
