"""What can be wrong with the reference scenario, one thing at a time, and the reason it gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from desk import Desk
from kalshi_alpha.exec import heartbeat

DAY = "2024-12-11"
Flip = Callable[[Desk], None]
FULL = ("--report", "--paper-ledger")


def kill_switch_on(desk: Desk) -> None:
    done = desk.run(heartbeat.main, "--kill-switch", "on")
    assert str(desk.root) in done.out


def kill_switch_is_a_dangling_link(desk: Desk) -> None:
    path = desk.root / "data/proc/state/kill_switch"
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")


def gasoline_too_old(desk: Desk) -> None:
    desk.drop_payloads("aaa_gas", "aaa_gas/2024-12-08.html")


def gasoline_below_two_dollars(desk: Desk) -> None:
    desk.edit(desk.drivers / "aaa_gas/2024-12-11.html", "$3.020", "$1.999")


def gasoline_above_six_dollars(desk: Desk) -> None:
    desk.edit(desk.drivers / "aaa_gas/2024-12-11.html", "$3.020", "$6.001")


def calendar_ends_before_the_release(desk: Desk) -> None:
    """The calendar ends with the release of 13 November."""
    path = desk.drivers / "macro_calendar/bls.ics"
    begin, *events = path.read_text().split("BEGIN:VEVENT")
    kept = [e for e in events if int(e.partition("US-Eastern:")[2][:8]) < 20241201]
    path.write_text("BEGIN:VEVENT".join((begin, *kept)).rstrip() + "\nEND:VCALENDAR\n")


def a_riskless_profit_is_on_offer(desk: Desk) -> None:
    """YES on more than 0.3 is bid at 0.75, above the 0.68 asked for YES on more than 0.2."""

    def change(reply: Any) -> None:
        [book] = [b for b in reply["orderbooks"] if b["ticker"] == "KXCPI-24NOV-T0.3"]
        book["orderbook_fp"] = {
            "yes_dollars": [["0.7500", "300.00"]],
            "no_dollars": [["0.2300", "300.00"]],
        }

    desk.edit_json(desk.venue / "orderbooks/KXCPI-24NOV.json", change)


def config(name: str, old: str, new: str) -> Flip:
    def flip(desk: Desk) -> None:
        desk.edit(desk.root / "configs" / name, old, new)

    return flip


def beat(**fields: object) -> Flip:
    def flip(desk: Desk) -> None:
        path = desk.root / "data/proc/state/heartbeat.json"
        path.parent.mkdir(parents=True)
        whole = {
            "schema": 1,
            "generated_at": "2024-12-11T11:29:00Z",
            "session": "pilot",
            "running": True,
            "pid": 1,
        }
        path.write_text(json.dumps(whole | fields))

    return flip


def heartbeat_torn(desk: Desk) -> None:
    beat()(desk)
    path = desk.root / "data/proc/state/heartbeat.json"
    path.write_text(path.read_text()[:-9])


def three_monitors_alerted(desk: Desk) -> None:
    """The first within half an hour of the last, both ends included."""
    path = desk.root / "data/proc/state/alerts.jsonl"
    path.parent.mkdir(parents=True)
    times = {"ev_gap": "11:00:00", "websocket": "11:10:00", "heartbeat": "11:30:00"}
    lines = [{"at": f"{DAY}T{at}Z", "monitor": name} for name, at in times.items()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def alert_log_torn(desk: Desk) -> None:
    three_monitors_alerted(desk)
    path = desk.root / "data/proc/state/alerts.jsonl"
    path.write_text(path.read_text().splitlines()[0][:-9])


def day_limit_reached(desk: Desk) -> None:
    path = desk.root / "data/proc/state/drawdown.json"
    path.parent.mkdir(parents=True)
    fall = {"mode": "live", "span": "day", "fallen_usd": "2000", "limit_usd": "2000"}
    state = {"schema": 1, "generated_at": f"{DAY}T11:00:00Z", "clock_source": "set", "days": {}}
    path.write_text(json.dumps(state | {"falls": [fall | {"reached": True}]}))


FLIPS: dict[str, tuple[Flip, str]] = {
    "three monitors alerted within half an hour": (three_monitors_alerted, "panic_backoff"),
    "the alert log is torn": (alert_log_torn, "panic_backoff"),
    "the day's losses reached their limit": (day_limit_reached, "drawdown"),
    "the kill switch is on": (kill_switch_on, "kill_switch"),
    "the kill switch is a dangling link": (kill_switch_is_a_dangling_link, "kill_switch"),
    "gasoline is four days old": (gasoline_too_old, "STALE_FEEDS"),
    "gasoline is below two dollars": (gasoline_below_two_dollars, "STALE_FEEDS"),
    "gasoline is above six dollars": (gasoline_above_six_dollars, "STALE_FEEDS"),
    "the calendar names no coming release": (calendar_ends_before_the_release, "calendar_missing"),
    "the venue's quotes admit a riskless profit": (
        a_riskless_profit_is_on_offer,
        "market_inconsistent",
    ),
    "position limits are raised": (
        config("pal_policy.yaml", "ladder_cap_usd: 3000", "ladder_cap_usd: 3001"),
        "config_weakened",
    ),
    "a cap of the pilot is raised": (
        config("pilot.yaml", "order_contracts: 5 ", "order_contracts: 6 "),
        "config_weakened",
    ),
    "the Kelly cap is raised": (
        config("portfolio.yaml", "cap: 0.25 ", "cap: 0.26 "),
        "config_weakened",
    ),
    "the Kelly multiplier is raised": (
        config("portfolio.yaml", "multiplier: 0.25", "multiplier: 0.50"),
        "config_weakened",
    ),
    "probabilities are credited with less error": (
        config("portfolio.yaml", "min_probability_se: 0.02", "min_probability_se: 0.01"),
        "config_weakened",
    ),
    "the value-at-risk limit is raised": (
        config("portfolio.yaml", "limit_usd: 2000", "limit_usd: 20000"),
        "config_weakened",
    ),
    "the value at risk is taken at a lower level": (
        config("portfolio.yaml", "level: 0.99", "level: 0.95"),
        "config_weakened",
    ),
    "a volatility is lowered": (
        config("portfolio.yaml", "INFL: 0.35", "INFL: 0.34"),
        "config_weakened",
    ),
    "the advantage asked for is lowered": (
        config("quality_gates.yaml", "CPI: {crps: 0.02", "CPI: {crps: 0.01"),
        "config_weakened",
    ),
    "a feed may be older": (
        config("freshness.yaml", "max_age_days: 35", "max_age_days: 36"),
        "config_weakened",
    ),
    "a feed is not asked for": (
        config("series.yaml", ", aaa_gas.daily]", "]"),
        "config_weakened",
    ),
    "more advantage is asked for than there is": (
        config("quality_gates.yaml", "CPI: {crps: 0.02", "CPI: {crps: 0.90"),
        "low_crps_advantage",
    ),
    "the heartbeat is torn": (heartbeat_torn, "heartbeat_stale"),
    "the heartbeat lies in the future": (
        beat(generated_at="2024-12-11T11:30:01Z"),
        "heartbeat_stale",
    ),
    "a session that claims to run is silent": (
        beat(generated_at="2024-12-11T11:24:59Z"),
        "heartbeat_stale",
    ),
    "a later version wrote the heartbeat": (beat(schema=2), "heartbeat_stale"),
}
