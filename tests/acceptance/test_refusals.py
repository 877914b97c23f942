"""Every refusal, from the reference scenario by flipping one thing: NO-GO with exactly that
reason everywhere it is told, and no order reaches the broker.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desk import Desk, Done
from flips import DAY, FLIPS, FULL, Flip, beat, gasoline_too_old, kill_switch_on
from kalshi_alpha.core.errors import InvalidPmf
from kalshi_alpha.core.forecast import Forecast, GridPmf
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec import heartbeat, scanning
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.pipelines import pipeline
from kalshi_alpha.exec.runners import scan as scanner
from kalshi_alpha.strategies.cpi import STRATEGY
from kalshi_alpha.strategies.strategy import ForecastSet, Strategy


def assert_refused(desk: Desk, done: Done, *reasons: str, code: int = 3) -> None:
    """The command ended with its code and told these reasons, in order, wherever it tells any."""
    assert done.code == code
    assert desk.reasons == list(reasons)
    assert desk.json("reports/_artifacts/go_no_go.json")["go"] is False
    document = desk.proposals(stamp=Path(max(desk.files() & proposal_files(desk))).stem)
    assert document["proposals"] == []
    told = dict.fromkeys(found["reason"] for found in document["verdict"]["reasons"])
    assert list(told) == list(reasons)
    assert desk.orders == []
    [day] = {path.parent.name for path in desk.root.glob("reports/CPI/*/REPORT.md")}
    report = desk.report(day).partition("## Proposals")[0]
    assert "## Verdict: NO-GO" in report
    assert list(dict.fromkeys(line.split("**")[1] for line in report.split("\n- ")[1:])) == list(
        reasons
    )
    assert not (desk.root / "data/proc/ledger_all.parquet").exists()


def proposal_files(desk: Desk) -> set[str]:
    return {name for name in desk.files() if name.startswith("exec/proposals/CPI/")}


@pytest.mark.parametrize("flip", FLIPS)
def test_one_flip_is_one_reason(desk: Desk, flip: str) -> None:
    change, reason = FLIPS[flip]
    change(desk)

    assert_refused(desk, desk.daily(*FULL), reason)
    assert_refused(desk, desk.scan(*FULL), reason)


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("bls_cpi", "bls_cpi.latest_release"),
        ("cleveland_nowcast", "cleveland_nowcast.monthly"),
        ("aaa_gas", "aaa_gas.daily"),
    ],
)
def test_a_feed_that_was_not_received_has_failed(desk: Desk, source: str, detail: str) -> None:
    desk.drop_payloads(source)

    assert_refused(desk, desk.daily(*FULL), "STALE_FEEDS", code=4)
    assert any(detail in found["detail"] for found in desk.verdict["reasons"])


def test_a_calendar_that_was_not_received_has_failed(desk: Desk) -> None:
    desk.keep_families("CPI")
    desk.drop_payloads("macro_calendar")

    assert_refused(desk, desk.daily(*FULL), "calendar_missing", code=4)


def test_a_row_of_tomorrow_spoils_its_feed(desk: Desk) -> None:
    desk.edit(desk.drivers / "aaa_gas/2024-12-11.html", "12/11/24", "12/12/24")

    assert_refused(desk, desk.daily(*FULL), "STALE_FEEDS", code=4)
    [found] = desk.verdict["reasons"]
    assert "future_dated" in found["detail"]


def test_a_row_that_was_not_known_yet_does_not_refresh_its_feed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last four days' gasoline came half an hour after the clock, to a table that leaks it."""

    def late(manifest: Any) -> None:
        for entry in manifest["payloads"]:
            if entry["source"] == "aaa_gas" and entry["path"] >= "aaa_gas/2024-12-08.html":
                entry["retrieved_at"] = "2024-12-11T12:00:00Z"

    def leaking(store: FeedStore, source: str, at: datetime) -> list[dict[str, object]]:
        return known_rows(store, source, at + timedelta(hours=1))

    desk.edit_json(desk.drivers / "manifest.json", late)
    assert desk.scan("--as-of", "2024-12-11T12:00:00Z").code == 0
    monkeypatch.setattr(scanning, "known_rows", leaking)
    desk.orders.clear()

    assert desk.scan(*FULL).code == 3
    assert desk.reasons == ["STALE_FEEDS"]
    [found] = desk.verdict["reasons"]
    assert "aaa_gas.daily: future_dated" in found["detail"]
    assert desk.orders == []


def test_a_payload_that_cannot_be_read_spoils_its_feed(desk: Desk) -> None:
    (desk.drivers / "aaa_gas/2024-12-11.html").write_text("<html>maintenance</html>")

    assert_refused(desk, desk.scan(*FULL), "STALE_FEEDS", code=4)
    [found] = desk.verdict["reasons"]
    assert "aaa_gas.daily" in found["detail"]


def test_the_same_values_are_too_old_five_weeks_later(desk: Desk) -> None:
    """The next release morning, with nothing newer received than in June."""
    done = desk.daily(*FULL, "--as-of", "2025-01-15T11:30:00Z")

    assert done.code == 3
    assert desk.reasons == ["STALE_FEEDS"]
    assert desk.orders == []


def test_a_clock_that_is_not_new_yorks_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()

    assert_refused(desk, desk.daily(*FULL), "tz_not_et")
    [found] = desk.verdict["reasons"]
    assert "TZ=America/New_York" in found["detail"]


def test_an_unreadable_kill_switch_counts_as_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lstat = Path.lstat

    def denied(path: Path) -> Any:
        if path.name == "kill_switch":
            raise PermissionError(13, "Permission denied", str(path))
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", denied)

    assert_refused(desk, desk.daily(*FULL), "kill_switch")
    assert "Permission denied" in desk.verdict["reasons"][0]["detail"]


@pytest.mark.parametrize(
    "at",
    [
        "2024-12-10T11:00:00Z",  # 06:00 on the eve: the freeze begins
        "2024-12-11T10:59:59Z",
        "2024-12-11T13:20:01Z",  # one second past the window
        "2024-12-11T13:29:59Z",
    ],
)
def test_the_freeze_stops_both_commands(desk: Desk, at: str) -> None:
    desk.keep_families("CPI")
    desk.edit(desk.drivers / "manifest.json", "2024-12-10T16:00:00Z", "2024-12-10T10:00:00Z")

    for command in (desk.daily, desk.scan):
        assert_refused(desk, command(*FULL, "--as-of", at), "freeze_window")


@pytest.mark.parametrize("at", ["2024-12-11T11:00:00Z", "2024-12-11T13:20:00Z"])
def test_the_window_is_open_from_its_first_to_its_last_second(desk: Desk, at: str) -> None:
    for command in (desk.daily, desk.scan):
        assert command(*FULL, "--as-of", at).code == 0
        assert desk.reasons == []


def test_before_the_freeze_a_scan_quotes_and_the_pipeline_takes_notes(desk: Desk) -> None:
    desk.keep_families("CPI")
    desk.edit(desk.drivers / "manifest.json", "2024-12-10T16:00:00Z", "2024-12-09T16:00:00Z")
    desk.edit_json(
        desk.venue / "manifest.json", lambda m: m.update(books_seen_at="2024-12-09T16:59:40Z")
    )
    clock = ("--as-of", "2024-12-09T17:00:00Z")

    assert_refused(desk, desk.daily(*FULL, *clock), "outside_window")
    log = desk.json("data/proc/logs/2024-12-09/daily_pre_cpi_20241209T170000Z.json")
    assert log["scan_notes"] == [
        f"the next scan window opens {DAY} 06:00:00 ET; cpi 2024-11 is due at {DAY} 08:30:00 ET"
    ]

    quoted = desk.scan(*FULL, *clock)
    assert (quoted.code, desk.reasons) == (0, [])
    assert len(desk.orders) == len(desk.proposals(stamp="2024-12-09T170000Z")["proposals"]) > 0


def test_after_the_release_a_scan_may_quote_and_the_pipeline_takes_notes(desk: Desk) -> None:
    clock = ("--as-of", "2024-12-11T14:00:00Z")

    assert_refused(desk, desk.daily(*FULL, *clock), "outside_window")
    assert desk.scan(*FULL, *clock).code == 0
    document = desk.proposals(stamp="2024-12-11T140000Z")
    assert document["verdict"]["go"] is True
    assert {p["reason"] for p in document["not_proposed"]} == {"market_closed"}


def strategy_saying(change: Callable[[Forecast], Forecast]) -> Strategy:
    def forecast(read: Callable[[str], Any], calibration: Any, at: Any) -> ForecastSet:
        made = STRATEGY.forecast(read, calibration, at)
        return replace(made, forecasts=tuple(change(each) for each in made.forecasts))

    return replace(STRATEGY, forecast=forecast)


def with_negative_mass(forecast: Forecast) -> Forecast:
    """A distribution that got round its own checks: more than 0.2 likelier than more than 0.1."""
    broken = object.__new__(GridPmf)
    probs = np.array([0.6, 0.5, -0.4, 0.3])
    object.__setattr__(broken, "grid", forecast.pmf.grid)
    object.__setattr__(broken, "lo", 0)
    object.__setattr__(broken, "probs", probs)
    object.__setattr__(broken, "_below", np.concatenate(([0.0], np.cumsum(probs))))
    object.__setattr__(broken, "_above", 1.0 - np.concatenate(([0.0], np.cumsum(probs))))
    return replace(forecast, pmf=broken)


def with_impossible_mass(forecast: Forecast) -> Forecast:
    raise InvalidPmf(f"{forecast.quantity}: probabilities sum to 1.2")


@pytest.mark.parametrize("change", [with_negative_mass, with_impossible_mass])
def test_a_model_that_contradicts_itself_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, change: Callable[[Forecast], Forecast]
) -> None:
    faulty = strategy_saying(change)
    for module in (pipeline, scanner):
        monkeypatch.setattr(module, "installed_strategy", lambda _: faulty)

    for command in (desk.daily, desk.scan):
        assert_refused(desk, command(*FULL), "non_monotone_ladders")


def test_a_loosened_policy_file_on_the_command_line_is_refused(desk: Desk, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    agreed = (desk.root / "configs/pal_policy.yaml").read_text()
    mine.write_text(agreed.replace("ladder_cap_usd: 3000", "ladder_cap_usd: 9000"))

    assert_refused(desk, desk.scan(*FULL, "--pal-policy", str(mine)), "config_weakened")


def test_two_flips_are_two_reasons(desk: Desk) -> None:
    kill_switch_on(desk)
    gasoline_too_old(desk)

    assert_refused(desk, desk.daily(*FULL), "kill_switch", "STALE_FEEDS")


@pytest.mark.parametrize(
    "flip",
    [
        beat(),
        beat(generated_at="2024-12-11T11:25:00Z"),
        beat(generated_at="2024-12-10T11:29:00Z", running=False),
    ],
)
def test_a_heartbeat_in_good_order_stops_nothing_and_is_not_touched_under_a_set_clock(
    desk: Desk, flip: Flip
) -> None:
    flip(desk)
    path = desk.root / "data/proc/state/heartbeat.json"
    before = path.read_bytes()

    assert desk.daily(*FULL).code == 0
    assert path.read_bytes() == before


def test_a_refusal_voids_the_go_and_the_paper_orders_of_the_same_morning(desk: Desk) -> None:
    assert desk.daily(*FULL).code == 0
    assert desk.ledger().height > 0
    desk.orders.clear()
    kill_switch_on(desk)

    assert desk.daily(*FULL).code == 3
    assert desk.reasons == ["kill_switch"]
    assert desk.orders == []
    assert desk.ledger().height == 0
    assert "NO-GO" in desk.report()


def test_a_later_report_of_the_day_leaves_the_mornings_to_be_read(desk: Desk) -> None:
    desk.daily(*FULL)
    kill_switch_on(desk)
    desk.daily(*FULL, "--as-of", "2024-12-11T13:00:00Z")

    assert "## Verdict: NO-GO" in desk.report()
    folder = desk.root / "reports/CPI" / DAY
    assert "## Verdict: GO" in (folder / "113000Z/REPORT.md").read_text()
    assert (folder / "130000Z/REPORT.md").read_text() == desk.report()
    assert len(list((folder / "113000Z").glob("*.svg"))) == 3


def test_a_run_that_fails_on_the_way_voids_the_go_before_it(desk: Desk) -> None:
    assert desk.daily(*FULL).code == 0
    (desk.drivers / "cpi/history.json").write_text('{"history": [')

    done = desk.daily(*FULL)

    assert done.code == 4
    assert done.err.startswith("daily: ")
    assert len(done.err.splitlines()) == 1
    assert desk.reasons == ["reading_unreadable"]


def test_markets_that_were_worth_it_are_told_as_withheld(desk: Desk) -> None:
    desk.daily()
    wanted = {p["market_ticker"] for p in desk.proposals()["proposals"]}
    kill_switch_on(desk)

    desk.daily("--report")

    gated = {
        p["market_ticker"]: p["detail"]
        for p in desk.proposals()["not_proposed"]
        if p["reason"] == "gate_closed"
    }
    assert set(gated) == wanted
    assert set(gated.values()) == {"the gate is closed: kill_switch"}
    assert f"{len(wanted)} quotes were worth proposing and are withheld" in desk.report()


def test_the_kill_switch_is_lifted_by_its_own_command_only(desk: Desk) -> None:
    kill_switch_on(desk)
    assert desk.daily().code == 3
    assert desk.run(heartbeat.main, "--kill-switch", "off").code == 0
    assert desk.daily().code == 0
