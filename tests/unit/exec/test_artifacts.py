from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from desk import CLOCK, Morning, wired
from kalshi_alpha.core.errors import DataError, MissingData, UsageError
from kalshi_alpha.exec.artifacts import (
    head,
    no_older_go,
    proposal_document,
    proposals_document,
    proposals_path,
    shown_period,
    verdict_document,
    withdraw_verdict,
    write_go_no_go,
)
from kalshi_alpha.exec.wiring import Run


def test_every_artifact_says_where_its_data_came_from(run: Run) -> None:
    assert head(run) == {
        "schema": 1,
        "generated_at": CLOCK,
        "clock_source": "set",
        "mode": "OFFLINE",
        "environment": "offline",
    }


def test_the_proposals_document_is_whole_and_plain(morning: Morning) -> None:
    document = proposals_document(morning.run, morning.scanned, "CPI")
    assert json.loads(json.dumps(document)) == document
    assert document["series"] == "CPI"
    assert document["bankroll_usd"].startswith("10000")
    assert document["value_at_risk"]["usd"] <= document["value_at_risk"]["limit_usd"] == 2000.0
    for forecast in document["forecasts"]:
        assert sum(each["prob"] for each in forecast["pmf"]) == pytest.approx(1.0, abs=1e-8)
    assert document["fill_alpha"]["alpha"] == 0.5
    assert document["verdict"] == verdict_document(morning.scanned.verdict)


def test_every_market_is_in_the_document_once_with_its_book_and_first_reason(
    morning: Morning,
) -> None:
    document = proposals_document(morning.run, morning.scanned, "CPI")
    tickers = [each["market_ticker"] for each in document["markets"]]
    listed = [m.ticker for s in morning.scanned.snapshots for m in s.ladder.markets]
    assert tickers == listed
    assert len(set(tickers)) == len(tickers)
    for each in document["markets"]:
        best = [level[0] for level in (each["book"] or {"yes": []})["yes"]]
        assert each["yes_bid"] == next(iter(best), None)
    assert document["thresholds"]["min_ev"] == morning.scanned.policy.min_ev


def test_a_proposal_is_told_in_decimals(morning: Morning) -> None:
    document = proposal_document(morning.scanned.proposals[0])
    for name in ("price", "contracts", "fee", "max_loss", "pal_room"):
        assert isinstance(document[name], str)
    assert set(document["ev_shrink"]) == {"s", "w_bin", "lambda_adv", "phi"}


def test_a_scan_has_its_file_by_series_and_clock(run: Run) -> None:
    assert proposals_path(run, Path("out"), "KXCPI") == Path("out/KXCPI/2024-12-11T113000Z.json")


def test_a_verdict_names_its_readings_with_their_ages(morning: Morning) -> None:
    document = verdict_document(morning.scanned.verdict)
    assert (document["go"], document["action"], document["reasons"]) == (True, "offline", [])
    assert {reading["name"] for reading in document["readings"]} >= {"feeds", "quality_gates"}


def series_of(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.paths.go_no_go.read_bytes())["series"]
    return found


@pytest.mark.parametrize(
    ("error", "reason"),
    [(MissingData("no rows"), "reading_missing"), (DataError("torn"), "reading_unreadable")],
)
def test_a_run_that_failed_withdraws_the_go(
    run: Run, morning: Morning, error: DataError, reason: str
) -> None:
    write_go_no_go(run, morning.scanned.verdict)
    assert series_of(run)["CPI"]["go"] is True

    withdraw_verdict(run, error)

    entry = series_of(run)["CPI"]
    assert (entry["go"], entry["safety_go"]) == (False, False)
    assert entry["reasons"] == [{"reason": reason, "detail": str(error)}]


def decided(run: Run, morning: Morning, *families: str) -> bytes:
    """Write GO for families, one after another, and return the file."""
    for i, family in enumerate(families):
        done = frozenset(families[:i])
        write_go_no_go(replace(run, family=family, decided=done), morning.scanned.verdict)
    return run.paths.go_no_go.read_bytes()


def test_while_a_family_is_decided_anew_none_of_its_go_stands(run: Run, morning: Morning) -> None:
    decided(run, morning, "CPI", "TNEY")

    with pytest.raises(ZeroDivisionError), no_older_go(run.paths, ("CPI", "CLAIMS")):
        raise ZeroDivisionError

    during = series_of(run)
    assert {family: entry["go"] for family, entry in during.items()} == {"CPI": False, "TNEY": True}
    assert during["CPI"]["safety_go"] is False
    assert during["CPI"]["reasons"] == [
        {"reason": "reading_missing", "detail": "a later run has not decided"}
    ]
    assert json.loads(run.paths.go_no_go.read_bytes())["go"] is False


def test_what_ends_well_without_a_decision_leaves_the_file_as_it_was(
    run: Run, morning: Morning
) -> None:
    before = decided(run, morning, "CPI", "TNEY")
    with no_older_go(run.paths, ("CPI",)):
        assert run.paths.go_no_go.read_bytes() != before
    assert run.paths.go_no_go.read_bytes() == before
    with pytest.raises(UsageError), no_older_go(run.paths, ("CPI", "TNEY")):
        raise UsageError("--kelly-cap")
    assert run.paths.go_no_go.read_bytes() == before


def test_what_was_decided_in_between_is_kept(run: Run, morning: Morning) -> None:
    decided(run, morning, "CPI", "TNEY")
    with no_older_go(run.paths, ("CPI", "TNEY")):
        write_go_no_go(run, morning.scanned.verdict)
    assert {family: entry["go"] for family, entry in series_of(run).items()} == {
        "CPI": True,
        "TNEY": False,
    }


@pytest.mark.parametrize("text", [None, '{"schema": 1', "[]", '{"series": []}', '{"series": {}}'])
def test_where_no_go_stands_nothing_is_written(run: Run, text: str | None) -> None:
    path = run.paths.go_no_go
    if text is not None:
        path.parent.mkdir(parents=True)
        path.write_text(text.replace("{", '{"schema": 1, "generated_at": "2024-12-11T11:30:00Z",'))
    with pytest.raises(ZeroDivisionError), no_older_go(run.paths, ("CPI",)):
        raise ZeroDivisionError
    assert path.exists() == (text is not None)


def test_a_file_from_the_future_is_started_anew(run: Run, morning: Morning) -> None:
    later = wired(run.paths.root, "2024-12-12T11:30:00Z")
    write_go_no_go(later, morning.scanned.verdict)
    write_go_no_go(run, morning.scanned.verdict)
    assert series_of(run)["CPI"]["generated_at"] == CLOCK


def test_entries_that_are_no_entries_do_not_survive(run: Run, morning: Morning) -> None:
    write_go_no_go(run, morning.scanned.verdict)
    document = json.loads(run.paths.go_no_go.read_bytes())
    stamp = datetime(2025, 6, 11, tzinfo=UTC).isoformat()
    odds: list[Any] = [{"go": True}, {"generated_at": "soon"}, [], {"generated_at": stamp}]
    for odd in odds:
        document["series"] = {"TNEY": odd}
        run.paths.go_no_go.write_text(json.dumps(document))
        write_go_no_go(run, morning.scanned.verdict)
        assert set(series_of(run)) == {"CPI"}


def test_what_the_same_command_decided_stays_whatever_its_clock(run: Run, morning: Morning) -> None:
    """Offline each mode has its own clock, and the weather's cycle comes before the close."""
    later = replace(wired(run.paths.root, "2024-12-12T19:45:00Z"), family="TNEY")
    write_go_no_go(later, morning.scanned.verdict)
    earlier = replace(wired(run.paths.root, "2024-12-12T12:20:00Z"), family="WEATHER")

    write_go_no_go(replace(earlier, decided=frozenset({"TNEY"})), morning.scanned.verdict)

    document = json.loads(run.paths.go_no_go.read_bytes())
    assert set(document["series"]) == {"TNEY", "WEATHER"}
    assert document["generated_at"] == "2024-12-12T19:45:00Z"

    write_go_no_go(earlier, morning.scanned.verdict)
    assert set(json.loads(run.paths.go_no_go.read_bytes())["series"]) == {"WEATHER"}


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [("cpi_mom", "2025-02"), ("initial_claims", "2025-02-01"), ("par_yield_10y", "2025-02-01")],
)
def test_a_monthly_period_is_shown_as_a_month_and_no_other(
    morning: Morning, quantity: str, shown: str
) -> None:
    """The first of February 2025 was a Saturday, which ends a week of claims."""
    first = morning.scanned.forecasts.forecasts[0]
    forecast = replace(first, quantity=quantity, period=date(2025, 2, 1))
    assert shown_period(morning.run, forecast) == shown
