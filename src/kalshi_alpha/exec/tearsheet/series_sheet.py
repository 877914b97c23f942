"""The sheet of one family: what its newest scan would trade, why, and how far to believe it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kalshi_alpha.config.monitors import MonitorThresholds
from kalshi_alpha.core.ledger.units import settled_units
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.evaluation.scores import pooled
from kalshi_alpha.exec.tearsheet.brakes import (
    brakes_card,
    caps_section,
    monitors_said,
    monitors_table,
)
from kalshi_alpha.exec.tearsheet.calibration import pit_picture, reliability_picture
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.evidence import (
    Earned,
    earned,
    on_history,
    own_table,
    said,
    still_missing,
)
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.fan import fan_pictures
from kalshi_alpha.exec.tearsheet.feeds import feeds_picture
from kalshi_alpha.exec.tearsheet.fills import fills_picture, slippage_picture
from kalshi_alpha.exec.tearsheet.guards import guard_picture
from kalshi_alpha.exec.tearsheet.honesty import honesty_picture
from kalshi_alpha.exec.tearsheet.ladder import ladder_pictures
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, unread, waiting
from kalshi_alpha.exec.tearsheet.profit import profit_picture
from kalshi_alpha.exec.tearsheet.scans import Scan, dicts, number, shown_value
from kalshi_alpha.exec.tearsheet.scores import market_picture, scores_picture
from kalshi_alpha.exec.tearsheet.sheet import (
    MODES,
    Card,
    Gallery,
    Section,
    Sheet,
    Tone,
    counted,
    shown_clock,
    usd,
)
from kalshi_alpha.strategies.replay import Replay

_FORECASTS_SAID, _NAMED = 3, 3
_OLD, _FROZEN = timedelta(minutes=30), "frozen"
Past = Callable[[str], tuple[tuple[Replay, ...], str]]
PROPOSED = (
    *("market", "strike", "side", "price", "contracts", "honest edge, c", "max loss"),
    "market closes (ET)",
)


def series_sheet(
    facts: Facts, scan: Scan, past: Past, thresholds: MonitorThresholds, canvas: Canvas
) -> Sheet:
    """Put a family's sheet together.

    Parameters
    ----------
    facts
        What was known at the sheet's clock.
    scan
        The scan that it is about.
    past
        By family: walk-forward forecasts of its history, or why there are none.
    thresholds
        Where the monitors alert.
    canvas
        Draws the pictures.
    """
    family = scan.family
    own = earned(facts, family)
    return Sheet(
        name=scan.series,
        verdict="GO" if scan.go else "NO-GO",
        verdict_means=(
            "the scan may propose; to send an order asks the ramp and the monitors besides"
            if scan.go
            else "the scan's gate is closed, so nothing is proposed"
        ),
        tone=Tone.GOOD if scan.go else Tone.BAD,
        mode=scan.mode,
        mode_means=MODES.get(scan.mode, ""),
        clock=shown_clock(scan.at, scan.clock_source.value),
        reasons=tuple(_reasons(facts, scan)),
        cards=(
            traded_card(scan, facts.desk),
            why_card(scan),
            sure_card(scan, own),
            brakes_card(facts.desk, (family,), thresholds),
        ),
        body=tuple(_body(facts, scan, own, past, canvas)),
        faults=facts.faults,
    )


def _reasons(facts: Facts, scan: Scan) -> Iterator[str]:
    for each in dicts(scan.part("verdict").get("reasons")):
        yield f"{each.get('reason')}: {each.get('detail')}"
    dry = scan.said.get("dry_only")
    if dry:
        yield f"dry only: {dry}"
    if facts.at - scan.at >= _OLD:
        hours = (facts.at - scan.at).total_seconds() / 3600.0
        yield f"this scan is {hours:.1f} hours old; orders come from a fresh one only"


def live(scan: Scan, desk: Desk) -> list[Mapping[str, Any]]:
    """Return the proposals that may still rest: none of a closed gate, of a freeze, or too late."""
    frozen = {each.family for each in desk.releases if each.state == _FROZEN}
    if not scan.go or scan.family in frozen:
        return []
    return [
        each
        for each in scan.rows("proposals")
        if (closes := closes_at(each)) is None or closes > desk.at
    ]


def traded_card(scan: Scan, desk: Desk) -> Card:
    """Answer what would be traded."""
    rows = live(scan, desk)
    over = len(scan.rows("proposals")) - len(rows)
    if not scan.go:
        held = sum(each.get("stopped") == NotProposed.GATE_CLOSED for each in scan.rows("markets"))
        why = f"{counted(held, 'quote')} would be worth it and the gate holds them back."
        return Card("What would be traded?", "Nothing: the gate is closed.", (why,), Tone.BAD)
    if over and not rows:
        why = f"{counted(over, 'order')} of the scan: its markets have closed, or it is frozen."
        return Card("What would be traded?", "Nothing any more.", (why,))
    if not rows:
        return Card("What would be traded?", "Nothing: no quote is worth it after fees.")
    loss = sum(number(each.get("max_loss")) or 0.0 for each in rows)
    gain = sum(_gain(each) for each in rows)
    events = len({str(each.get("event_ticker")) for each in rows})
    whole = (
        f"If every order filled, {usd(gain)} would be expected after fees; {usd(loss)} would be "
        "lost if then none paid."
    )
    best = sorted(rows, key=_gain, reverse=True)[:_NAMED]
    late = (f"{counted(over, 'order')} of the scan came too late by now.",) if over else ()
    lines = (whole, *(_named(each) for each in best), *late)
    answer = (
        f"{counted(len(rows), 'post-only order')} on {counted(events, 'event')}; "
        f"{counted(len(scan.rows('not_proposed')), 'market')} not."
    )
    return Card("What would be traded?", answer, lines)


def _named(row: Mapping[str, Any]) -> str:
    count, edge = number(row.get("contracts")) or 0.0, 100 * (number(row.get("ev_honest")) or 0.0)
    return (
        f"{_side(row)} {row.get('strike')} ({row.get('event_ticker')}): {count:,.0f} at "
        f"{_cents(row.get('price'))} c, honest edge {edge:+.2f} c each."
    )


def _gain(row: Mapping[str, Any]) -> float:
    return (number(row.get("ev_honest")) or 0.0) * (number(row.get("contracts")) or 0.0)


def why_card(scan: Scan) -> Card:
    """Answer why: what is believed against what is asked, and how far the model is heard."""
    rows = scan.rows("proposals")
    terms = scan.part("thresholds")
    least = 100 * (number(terms.get("min_ev")) or 0.0)
    lines = [*_weight_told(scan)]
    shrink = number(terms.get("shrink"))
    if shrink is not None:
        lines.append(
            f"Of the edge that is left {100 * shrink:.0f} % is believed; fees and "
            f"{100 * (number(terms.get('adverse_selection')) or 0.0):.2f} c for better-informed "
            f"takers come off. {least:.2f} c must remain."
        )
    lines += [
        f"{each.get('quantity')} {each.get('period')}: {_value(each.get('latent_mean'))} ± "
        f"{_value(each.get('latent_sd'))} {each.get('unit')}."
        for each in scan.rows("forecasts")[:_FORECASTS_SAID]
    ]
    if not rows:
        return Card("Why?", f"No market leaves {least:.2f} c a contract after fees.", tuple(lines))
    edges = [number(each.get("ev_honest")) or 0.0 for each in rows]
    answer = f"After fees and doubt each leaves {_range(edges, 100, 2)} c a contract."
    return Card("Why?", answer, tuple(lines))


def _weight_told(scan: Scan) -> Iterator[str]:
    """Yield how far the model is heard beside the market, at the markets that are quoted."""
    weights = [
        number(each.get("weight")) or 0.0
        for each in scan.part("pool_weights").values()
        if isinstance(each, dict)
    ]
    if not weights:
        return
    # Scans kept by older versions do not say which market was heard.
    quoted = [m for m in scan.rows("markets") if m.get("quote") is not None and "prob_heard" in m]
    heard = [m for m in quoted if m["prob_heard"] is not None]
    if quoted and not heard:
        yield "No book is narrow enough to be heard: at all quoted markets the model weighs 100 %."
        return
    applied = [number(each.get("pool_weight")) or 0.0 for each in heard] or weights
    deaf = len(quoted) - len(heard)
    beside = (
        f" At {deaf} of {counted(len(quoted), 'quoted market')} the book is too wide to be heard: "
        "there the model weighs 100 %."
    )
    yield (
        f"Model and market are pooled; the model weighs {_range(applied, 100)} %, the market the "
        f"rest.{beside if deaf else ''}"
    )


def sure_card(scan: Scan, own: Earned) -> Card:
    """Answer how sure the model has earned the right to be."""
    quality = scan.part("model_quality")
    lines = [on_history(quality)] if quality else []
    missing = still_missing(own)
    lines += [missing] if missing else []
    proven = own.figures is not None and not own.lacks
    tone = Tone.GOOD if proven and not own.practice else Tone.PLAIN
    return Card("How sure has it earned to be?", said(own), tuple(lines), tone)


def _body(
    facts: Facts, scan: Scan, own: Earned, past: Past, canvas: Canvas
) -> Iterator[Section | Gallery]:
    rows = scan.rows("proposals")
    if rows:
        yield Section(
            "Proposals",
            "Price and edge are of the side bought, in cents a contract; the edge is after fees.",
            Table(PROPOSED, tuple(proposal_row(each) for each in rows)),
        )
    beliefs = (*ladder_pictures(scan, canvas), *fan_pictures(facts.scans[scan.series], canvas))
    if beliefs:
        yield Gallery("What is believed", "The book against the model, and the forecast.", beliefs)
    yield from _not_traded(scan.rows("not_proposed"))
    yield Section(
        "Evidence",
        "What settled orders show beside what the ramp asks before money is sent.",
        own_table(own),
    )
    caps = caps_section(
        scan, facts.desk.exposure, (scan.family,), ledger_read=not facts.ledger_fault
    )
    if caps is not None:
        yield caps
    yield from _galleries(facts, scan, past, canvas)
    yield Section(
        "Monitors",
        monitors_said(facts.desk.monitors),
        monitors_table(facts.desk.monitors),
        folded=True,
    )
    yield Section("Made from", "Hashes of what the scan read.", _origins(scan), folded=True)


def _not_traded(passed: Sequence[Mapping[str, Any]]) -> Iterator[Section]:
    if not passed:
        return
    yield Section(
        f"Not traded ({len(passed)})",
        "By the first thing that stopped each.",
        Table(("stopped by", "markets", "meaning"), tuple(_stops(passed))),
    )
    names = ("market_ticker", "strike", "reason", "detail")
    yield Section(
        "Every market that is not traded",
        "With the first thing that stopped it.",
        Table(
            ("market", "strike", "stopped by", "detail"),
            tuple(tuple(str(each.get(name, "")) for name in names) for each in passed),
        ),
        folded=True,
    )


def proposal_row(each: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a proposal as it is shown."""
    closes = closes_at(each)
    return (
        str(each.get("market_ticker", "")),
        str(each.get("strike", "")),
        _side(each),
        _cents(each.get("price")),
        f"{number(each.get('contracts')) or 0.0:,.0f}",
        f"{100 * (number(each.get('ev_honest')) or 0.0):+.2f}",
        usd(number(each.get("max_loss")) or 0.0),
        "-" if closes is None else f"{new_york(closes):%d %b %H:%M}",
    )


def closes_at(row: Mapping[str, Any]) -> datetime | None:
    """Return when a proposal's market closes; None if that cannot be read."""
    try:
        return datetime.fromisoformat(str(row.get("closes_at")))
    except ValueError:
        return None


def _stops(passed: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    counts: dict[str, int] = defaultdict(int)
    for each in passed:
        counts[str(each.get("reason", "?"))] += 1
    known = {each.value: each.meaning for each in NotProposed}
    for reason, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield reason, f"{count}", known.get(reason, "")


def _galleries(facts: Facts, scan: Scan, past: Past, canvas: Canvas) -> Iterator[Gallery]:
    family = scan.family
    yield Gallery(
        "How honest forecasts were",
        "Each of the past was forecast from what was known before it.",
        tuple(past_pictures(family, past, canvas)),
    )
    yield _orders(facts, family, canvas)
    yield Gallery(
        "What watches over it",
        "Inputs and the sequential guard.",
        (
            feeds_picture(facts.desk.feeds, facts.at, canvas),
            guard_picture(family, facts.guards.get(family), units_known(facts, family), canvas),
        ),
    )


def _orders(facts: Facts, family: str, canvas: Canvas) -> Gallery:
    if facts.ledger_fault:
        return orders_unread(facts.ledger_fault)
    shown = facts.shown(family)
    return Gallery(
        "What orders did",
        f"{shown.label}.",
        (
            profit_picture(shown.rows, facts.at, canvas),
            honesty_picture(shown.rows, facts.ramp.shrink, facts.weights(), canvas),
            market_picture(shown.rows, canvas),
            fills_picture(facts.entries, family, facts.at, canvas),
            slippage_picture(facts.entries, family, facts.at, canvas),
        ),
    )


def orders_unread(fault: str) -> Gallery:
    """Return what stands in place of all pictures of orders where the ledger cannot be read."""
    card = unread(
        "orders",
        "Orders, fills and profit",
        what=f"The ledger cannot be read: {fault}.",
        unit="orders and dollars",
    )
    return Gallery("What orders did", "Unknown, which is not none.", (card,))


def units_known(facts: Facts, family: str) -> int | None:
    """Return how many settled pieces of news count as evidence; None without a readable ledger."""
    return None if facts.ledger_fault else len(settled_units(facts.evidence(family)))


def past_pictures(family: str, past: Past, canvas: Canvas) -> list[Picture]:
    """Draw reliability, PIT and scores of the family's own past."""
    replays, why = past(family)
    whole = [each for each in replays if each.days and not {"@", "+"} & set(each.key)]
    if not whole:
        return [
            waiting(
                "past",
                f"{family}: reliability, PIT and scores",
                needs="a calibration whose history is longer than what it begins with",
                have=f"0 forecasts of the past ({why})",
                when="They come with the next calibration on a longer history.",
                unit="forecasts",
            )
        ]
    replay = whole[0] if len(whole) == 1 else pooled(whole, f"{family}, {len(whole)} stations")
    return [
        reliability_picture(replay, canvas),
        pit_picture(replay, canvas),
        scores_picture(replay, canvas),
    ]


def _origins(scan: Scan) -> Table:
    rows = [("calibration", str(scan.said.get("calibration_sha256", "-")))]
    rows += sorted(
        (f"configs/{name}", str(sha)) for name, sha in scan.part("config_sha256").items()
    )
    rows += [
        (f"{each.get('source')}, received {each.get('retrieved_at')}", str(each.get("sha256")))
        for each in scan.rows("inputs")
    ]
    return Table(("what", "sha256"), tuple(rows))


def _side(each: Mapping[str, Any]) -> str:
    return str(each.get("side", "")).upper()


def _cents(value: Any) -> str:
    dollars = number(value)
    return "-" if dollars is None else f"{100 * dollars:g}"


def _value(value: Any) -> str:
    found = number(value)
    return "-" if found is None else shown_value(found)


def _range(values: Sequence[float], factor: float, digits: int = 0) -> str:
    low, high = factor * min(values), factor * max(values)
    first, last = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return first if first == last else f"{first} to {last}"
