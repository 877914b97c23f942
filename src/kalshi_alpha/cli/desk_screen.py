"""The desk on one screen: text from the document that every view of the desk is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from kalshi_alpha.core.schedule import new_york

Table = Callable[[Sequence[str], Iterable[Sequence[str]]], list[str]]
Desk = Mapping[str, Any]
_REASONS_MAX, _ORDERS_MAX, _CAPS_MAX, _ALERTS_MAX = 6, 6, 6, 3
_NAMES_MAX = 3
_TOLD = {"ok", "missing", "expired"}
"""States of a file that has told what it holds, or of which it is known that there is none."""
_WIDTH = 96


def desk_lines(desk: Desk, table: Table) -> list[str]:
    """Return the screen, line by line; what there is none of is one line that says so.

    Parameters
    ----------
    desk
        What `kalshi_alpha.exec.desk.document.desk_document` returns.
    table
        Lays out headings and rows, such as `kalshi_alpha.datastore.printing.table`.
    """
    return [
        *_head(desk),
        *_reasons(desk),
        *_monitors(desk),
        *_feeds(desk, table),
        *_releases(desk, table),
        *_orders(desk, table),
        *_exposure(desk, table),
        *_profit(desk, table),
        *_alerts(desk),
    ]


def _head(desk: Desk) -> list[str]:
    verdict, switch, beat = desk["verdict"], desk["kill_switch"], desk["heartbeat"]
    clock = f"{_new_york(desk['generated_at'])}, clock {desk['clock_source']}"
    size = verdict["size_multiplier"]
    said = f"{verdict['decision']}: safety {_go(verdict['safety_go'])}"
    said += f", evidence {_go(verdict['evidence_go'])}"
    said += "" if size is None else f", size {size:.2f}"
    beaten = "" if beat["age_s"] is None else f" {_span(beat['age_s'])} ago"
    stop = "ON" if switch["on"] else "off"
    return [
        f"desk {desk['root']} at {clock}",
        said,
        f"kill switch {stop}; heartbeat {beat['state']}{beaten}",
    ]


def _reasons(desk: Desk) -> list[str]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in desk["verdict"]["reasons"]:
        found.setdefault(each["reason"], []).append(each)
    lines = []
    for reason, all_of_it in list(found.items())[:_REASONS_MAX]:
        first, more = all_of_it[0], len(all_of_it) - 1
        lines.append(
            _short(f"  {reason}{f', {more + 1} times' if more else ''}: {first['detail']}")
        )
        lines.append(_short(f"    remedy: {first['remedy']}"))
    rest = list(found)[_REASONS_MAX:]
    return [*lines, *([_short(f"  and {', '.join(rest)}: --json has all")] if rest else [])]


def _monitors(desk: Desk) -> list[str]:
    found = desk["monitors"]
    if not found:
        return ["monitors: none ran; run kalshi-alpha monitors"]
    counts = Counter(each["status"] for each in found)
    total = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    oldest = max((each["age_s"] for each in found if each["age_s"] is not None), default=None)
    age = "" if oldest is None else f"; oldest {_span(oldest)} ago"
    loud: dict[str, list[str]] = {}
    for each in found:
        if each["blocks"] or each["status"] not in {"OK", "NO_DATA"}:
            says = f"{each['status']}{', blocks' if each['blocks'] else ''}: {each['cause']}"
            loud.setdefault(says, []).append(each["monitor"])
    return [
        f"monitors: {total}{age}",
        *(_short(f"  {_few(names)} {says}") for says, names in loud.items()),
    ]


def _few(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_MAX
    return ", ".join([*names[:_NAMES_MAX], *([f"{more} more"] if more > 0 else [])])


def _feeds(desk: Desk, table: Table) -> list[str]:
    required = [each for each in desk["feeds"] if each["required"]]
    if not required:
        return ["feeds: nothing is known of them; run kalshi-alpha ingest"]
    well = sum(each["status"] == "OK" for each in required)
    rows = [
        (
            each["feed"],
            each["newest_on"] or "-",
            "-" if each["age_days"] is None else f"{each['age_days']} {_days(each)}",
            f"{each['max_age_days']} {_days(each)}",
            "-" if each["due_at"] is None else _new_york(each["due_at"]),
            each["status"],
        )
        for each in required
    ]
    head = ("feed", "newest", "age", "limit", "last due", "state")
    return [f"feeds: {well} of {len(required)} required in order", *_below(table(head, rows))]


def _days(feed: Mapping[str, Any]) -> str:
    """Say which days a feed's ages are counted in, as the freshness monitor does."""
    return "bd" if feed["unit"] == "business_days" else "d"


def _releases(desk: Desk, table: Table) -> list[str]:
    rows = [
        (
            each["family"],
            each["what"],
            "-" if each["release_at"] is None else _new_york(each["release_at"]),
            "-" if each["seconds"] is None else _span(each["seconds"]),
            each["state"],
            _window(each),
        )
        for each in sorted(desk["releases"], key=_soonest)
    ]
    # The series of a family wait for the same release.
    rows = list(dict.fromkeys(rows))
    if not rows:
        return ["next: no calendar; run kalshi-alpha ingest --source macro_calendar --online"]
    head = ("next", "release", "at", "in", "state", "scan window")
    return table(head, rows)


def _soonest(release: Mapping[str, Any]) -> tuple[bool, float, str]:
    seconds = release["seconds"]
    return seconds is None, seconds or 0.0, release["family"]


def _window(release: Mapping[str, Any]) -> str:
    opens, closes = release["window_opens_at"], release["window_closes_at"]
    if opens is None or closes is None:
        return "-"
    return f"{new_york(_instant(opens)):%m-%d %H:%M} to {new_york(_instant(closes)):%H:%M} ET"


def _orders(desk: Desk, table: Table) -> list[str]:
    found = desk["orders"]
    files = ("order journal", "paper orders")
    if not found:
        return _lost(desk, "orders", *files) or ["orders: none rests"]
    rows = [
        (
            each["ticker"],
            each["side"].upper(),
            each["open"],
            _cents(each["price_e4"]),
            each["filled"],
            each["source"],
            each["state"],
            _new_york(each["expires_at"]),
        )
        for each in found[:_ORDERS_MAX]
    ]
    head = ("order", "side", "open", "price", "filled", "in", "state", "until")
    more = [f"  and {len(found) - _ORDERS_MAX} more"] if len(found) > _ORDERS_MAX else []
    return [
        f"orders: {len(found)} rest",
        *_below(table(head, rows)),
        *more,
        *_lost(desk, "orders besides", *files),
    ]


def _exposure(desk: Desk, table: Table) -> list[str]:
    used = [each for each in desk["exposure"] if each["share"] is None or each["share"] > 0]
    files = ("ledger", "order journal")
    if not used:
        return _lost(desk, "exposure", *files) or ["exposure: nothing is committed"]
    fullest = sorted(used, key=lambda each: -(each["share"] or float("inf")))
    rows = [
        (
            each["cap"],
            each["of"],
            each["mode"],
            _dollars(each["used"]),
            _dollars(each["limit"]),
            "beyond" if each["share"] is None else f"{each['share']:.0%}",
        )
        for each in fullest[:_CAPS_MAX]
    ]
    head = ("cap", "of", "mode", "used $", "limit $", "share")
    more = [f"  and {len(used) - _CAPS_MAX} more"] if len(used) > _CAPS_MAX else []
    return [*table(head, rows), *more, *_lost(desk, "exposure besides", *files)]


def _profit(desk: Desk, table: Table) -> list[str]:
    rows = [
        (
            each["mode"].upper(),
            *(_dollars(each[name]) for name in ("day", "week", "settled", "marked", "fees")),
            f"{each['fills']}, {each['open_fills']} open",
        )
        for each in desk["profit"]
    ]
    if not rows:
        found = [each["state"] != "missing" for each in desk["files"] if each["name"] == "ledger"]
        none = "no fill is in the ledger" if any(found) else "no ledger yet"
        return _lost(desk, "profit", "ledger") or [f"profit: {none}"]
    return table(("profit $", "day", "week", "settled", "marked", "fees", "fills"), rows)


def _alerts(desk: Desk) -> list[str]:
    newest = sorted(desk["alerts"], key=lambda each: each["at"], reverse=True)
    if not newest:
        return _lost(desk, "alerts", "alert log") or ["alerts: none"]
    lines = [
        _short(f"  {_new_york(each['at'])} {each['monitor']}: {each['cause']}") for each in newest
    ]
    return ["alerts, newest first", *_first(lines, _ALERTS_MAX, "alerts")]


def _lost(desk: Desk, what: str, *names: str) -> list[str]:
    """Say of each file that is there and tells nothing that what it holds is unknown."""
    return [
        f"{what}: unknown, {each['name']} {each['state'].replace('_', ' ')}: {each['detail']}"
        for each in desk["files"]
        if each["name"] in names and each["state"] not in _TOLD
    ]


def _first(lines: list[str], most: int, what: str) -> list[str]:
    more = len(lines) - most
    return [*lines[:most], *([f"  and {more} more {what}: --json has all"] if more > 0 else [])]


def _below(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _short(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


def _go(part: object) -> str:
    return "unknown" if part is None else ("GO" if part else "NO-GO")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _new_york(text: str) -> str:
    return f"{new_york(_instant(text)):%Y-%m-%d %H:%M} ET"


def _dollars(text: str) -> str:
    return f"{Decimal(text):,.2f}"


def _cents(price_e4: int) -> str:
    return f"{price_e4 / 100:g}c"


def _span(seconds: float) -> str:
    """Say a span in its two largest units."""
    whole = int(abs(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60:02} min" if days < 2 else f"{days} d {hours % 24} h"
