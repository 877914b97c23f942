"""Which figures of a desk are told, under which names, with which labels: plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.monitors.feed_rows import OK

PREFIX = "kalshi_alpha"
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric and its samples.

    Attributes
    ----------
    name
        By Prometheus' conventions: the prefix, what is measured, and its unit.
    help
        What it is, in a sentence.
    labels
        Names of its labels.
    samples
        Values of the labels, and the value.
    """

    name: str
    help: str
    labels: Labels
    samples: tuple[tuple[Labels, float], ...]


def figures_of(desk: Desk) -> tuple[Figure, ...]:
    """Return every figure of a desk; what is not known has no sample."""
    parts: tuple[Callable[[Desk], Iterator[Figure]], ...] = (
        *(_verdict, _series, _files, _monitors, _feeds, _orders),
        *(_exposure, _profit, _signs, _schedule),
    )
    return tuple(figure for part in parts for figure in part(desk))


def _figure(
    name: str, said: str, labels: Labels, samples: Iterator[tuple[Labels, float | None]]
) -> Figure:
    known = tuple((own, value) for own, value in samples if value is not None)
    return Figure(f"{PREFIX}_{name}", said, labels, known)


def _one(name: str, said: str, value: float | None) -> Figure:
    return _figure(name, said, (), iter([((), value)]))


def _verdict(desk: Desk) -> Iterator[Figure]:
    found = desk.verdict
    yield _figure(
        "desk_info",
        "Always 1; the labels say which desk this is.",
        ("mode", "environment", "clock_source"),
        iter([((desk.mode.value, desk.environment, desk.clock_source), 1.0)]),
    )
    yield _one(
        "desk_look_timestamp_seconds",
        "The desk's clock when its files were read.",
        desk.at.timestamp(),
    )
    parts = (("all", found.go), ("safety", found.safety_go), ("evidence", found.evidence_go))
    yield _figure(
        "desk_go",
        "Whether a pilot may be held now, as a whole and by part: 1 yes, 0 no.",
        ("part",),
        ((((part,), None if go is None else float(go))) for part, go in parts),
    )
    counts = Counter(each.reason for each in found.reasons)
    yield _figure(
        "desk_reasons",
        "How many findings speak against trading, by reason.",
        ("reason",),
        (((reason,), float(count)) for reason, count in sorted(counts.items())),
    )
    yield _one(
        "desk_reasons_all",
        "How many findings speak against trading.",
        float(len(found.reasons)),
    )
    yield _one(
        "desk_size_ratio",
        "Share of the pilot's caps that the ramp allows.",
        found.size_multiplier,
    )


def _series(desk: Desk) -> Iterator[Figure]:
    def go(by: str) -> Iterator[tuple[Labels, float | None]]:
        for each in desk.series:
            said = each.ramp_go if by == "ramp" else each.scan_go
            yield (each.family, by), None if said is None else float(said)

    yield _figure(
        "series_go",
        "Whether the ramp, or the newest scan, says GO to a family.",
        ("family", "by"),
        (sample for by in ("ramp", "scan") for sample in go(by)),
    )
    yield _figure(
        "series_fills",
        "Filled orders that count as evidence.",
        ("family",),
        (((each.family,), _float(each.fills)) for each in desk.series),
    )
    yield _figure(
        "series_units",
        "Independent pieces of news that have settled.",
        ("family",),
        (((each.family,), _float(each.units)) for each in desk.series),
    )
    yield _figure(
        "series_state_info",
        "Always 1; the label says what may be done with a family now.",
        ("family", "state"),
        (((each.family, each.state), 1.0) for each in desk.series if each.state),
    )


def _files(desk: Desk) -> Iterator[Figure]:
    yield _figure(
        "file_ok",
        "Whether a file can be relied on.",
        ("file", "state"),
        (((each.name, each.state), float(each.fault is None)) for each in desk.files),
    )
    yield _figure(
        "file_age_seconds",
        "Age of a file by its own word.",
        ("file",),
        (((each.name,), each.age_s) for each in desk.files),
    )


def _monitors(desk: Desk) -> Iterator[Figure]:
    yield _figure(
        "monitor_alert",
        "Whether a monitor alerts, or has no file that can be read.",
        ("monitor",),
        (
            ((m.monitor,), float(m.status == MonitorStatus.ALERT or m.at is None))
            for m in desk.monitors
        ),
    )
    yield _figure(
        "monitor_blocks",
        "Whether a monitor stops trading.",
        ("monitor",),
        (((m.monitor,), float(m.blocks)) for m in desk.monitors),
    )
    for name, said in (("figure", "What a monitor measures."), ("threshold", "Where it alerts.")):
        yield _figure(
            f"monitor_{name}",
            said,
            ("monitor", "unit"),
            (((m.monitor, m.unit), getattr(m, name)) for m in desk.monitors),
        )


def _feeds(desk: Desk) -> Iterator[Figure]:
    yield _figure(
        "feed_ok",
        "Whether a feed is fresh and within its range.",
        ("feed", "required"),
        (((f.feed, _word(yes=f.required)), float(f.status == OK)) for f in desk.feeds),
    )
    yield _figure(
        "feed_age",
        "Age of a feed's newest value, in the days its rule counts.",
        ("feed", "unit"),
        (((f.feed, f.unit.value), _float(f.age_days)) for f in desk.feeds),
    )
    yield _figure(
        "feed_max_age",
        "Age at which a feed is stale once a newer value was due.",
        ("feed", "unit"),
        (((f.feed, f.unit.value), float(f.max_age_days)) for f in desk.feeds),
    )


def _orders(desk: Desk) -> Iterator[Figure]:
    counts = Counter({("journal", "resting"): 0, ("paper", "resting"): 0})
    counts.update((each.source, each.state) for each in desk.orders)
    yield _figure(
        "orders",
        "Orders that may still trade.",
        ("source", "state"),
        ((key, float(count)) for key, count in sorted(counts.items())),
    )
    yield _one("orders_all", "Orders that may still trade.", float(len(desk.orders)))
    yield _one(
        "orders_at_risk_dollars",
        "What they would cost, with the most their fees can be.",
        _usd(Money(sum(each.at_risk.e6 for each in desk.orders))),
    )
    markets = Counter({each.family: 0 for each in desk.ladders})
    quotes = Counter({each.family: 0 for each in desk.ladders})
    for ladder in desk.ladders:
        markets[ladder.family] += len(ladder.rungs)
        quotes[ladder.family] += sum(rung.quote is not None for rung in ladder.rungs)
    for name, said, found in (
        ("scan_markets", "Markets that the newest scan looked at.", markets),
        ("scan_proposals", "Orders that the newest scan would rest.", quotes),
    ):
        yield _figure(name, said, ("family",), (((f,), float(n)) for f, n in found.items()))


def _exposure(desk: Desk) -> Iterator[Figure]:
    labels = ("cap", "of", "mode")
    uses = {(use.cap, use.of, use.mode): use for use in desk.exposure}
    yield _figure(
        "exposure_dollars",
        "What is at risk against a cap.",
        labels,
        ((key, _usd(use.used)) for key, use in uses.items()),
    )
    yield _figure(
        "exposure_limit_dollars",
        "The cap.",
        labels,
        ((key, _usd(use.limit)) for key, use in uses.items()),
    )


def _profit(desk: Desk) -> Iterator[Figure]:
    said = {
        "settled": "Profit of settled fills.",
        "marked": "The same, with open fills at the market's price.",
        "day": "Settled on New York's day.",
        "week": "Settled on that day and the six before it.",
        "fees": "Fees paid.",
    }
    for name, text in said.items():
        yield _figure(
            f"profit_{name}_dollars" if name != "fees" else "fees_dollars",
            text,
            ("mode",),
            (((each.mode,), _usd(getattr(each, name))) for each in desk.profit),
        )
    yield _figure(
        "fills",
        "Filled orders, and those of them that are open.",
        ("mode", "state"),
        (
            ((each.mode, state), float(count))
            for each in desk.profit
            for state, count in (("all", each.fills), ("open", each.open_fills))
        ),
    )


def _signs(desk: Desk) -> Iterator[Figure]:
    yield _one(
        "kill_switch_on",
        "Whether the kill switch is on; doubt counts as on.",
        float(desk.kill_switch.on),
    )
    beat = desk.heartbeat
    yield _one(
        "heartbeat_running",
        "Whether a session says that it runs, and is believed.",
        float(beat.state == "running"),
    )
    yield _one("heartbeat_age_seconds", "Age of the last beat.", beat.age_s)
    newest: dict[str, float] = {}
    for alert in desk.alerts:
        if alert.monitor:
            newest[alert.monitor] = max(newest.get(alert.monitor, 0.0), alert.at.timestamp())
    yield _figure(
        "alert_timestamp_seconds",
        "When a monitor last alerted.",
        ("monitor",),
        (((monitor,), at) for monitor, at in sorted(newest.items())),
    )
    yield _one(
        "alerts_logged", "Lines of the alert log, the newest fifty.", float(len(desk.alerts))
    )


def _schedule(desk: Desk) -> Iterator[Figure]:
    yield _figure(
        "next_release_timestamp_seconds",
        "When what a series waits for is published.",
        ("series", "family"),
        (
            ((each.series, each.family), each.release_at.timestamp() if each.release_at else None)
            for each in desk.releases
        ),
    )
    yield _figure(
        "next_release_seconds",
        "How long that is from the desk's clock.",
        ("series", "family"),
        (((each.series, each.family), each.seconds) for each in desk.releases),
    )


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)


def _usd(amount: Money) -> float:
    return amount.e6 / 1e6


def _word(*, yes: bool) -> str:
    return "yes" if yes else "no"
