"""The sheet of the desk: every family side by side, what they did together, and what stops them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from kalshi_alpha.config.monitors import MonitorThresholds
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.exec.desk.desk import Desk, FileSeen, ReasonSeen, SeriesSeen
from kalshi_alpha.exec.tearsheet.brakes import (
    brakes_card,
    caps_section,
    monitors_said,
    monitors_table,
)
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.evidence import Earned, earned, evidence_table, still_missing
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.feeds import feeds_picture
from kalshi_alpha.exec.tearsheet.fills import fills_picture, slippage_picture
from kalshi_alpha.exec.tearsheet.guards import guard_picture
from kalshi_alpha.exec.tearsheet.honesty import honesty_picture
from kalshi_alpha.exec.tearsheet.picture import Picture, Table
from kalshi_alpha.exec.tearsheet.profit import profit_picture
from kalshi_alpha.exec.tearsheet.scans import Scan, number
from kalshi_alpha.exec.tearsheet.scores import market_picture
from kalshi_alpha.exec.tearsheet.series_sheet import (
    PROPOSED,
    live,
    orders_unread,
    proposal_row,
    units_known,
)
from kalshi_alpha.exec.tearsheet.sheet import (
    MODES,
    Card,
    Gallery,
    Link,
    Section,
    Sheet,
    Tone,
    counted,
    shown_clock,
    usd,
)

_REASONS_SAID = 3


def desk_sheet(
    facts: Facts, links: Sequence[Link], thresholds: MonitorThresholds, canvas: Canvas
) -> Sheet:
    """Put the desk's sheet together.

    Parameters
    ----------
    facts
        What was known at the sheet's clock.
    links
        The sheets of the families.
    thresholds
        Where the monitors alert.
    canvas
        Draws the pictures.
    """
    desk = facts.desk
    newest = facts.newest()
    families = [each.family for each in desk.series] or sorted(newest)
    own = tuple(earned(facts, family) for family in families)
    return Sheet(
        name="Desk",
        verdict=desk.verdict.decision,
        verdict_means=(
            "a session may send orders, within what the ramp allows"
            if desk.verdict.go
            else "no session may send orders now; scans only say what is worth quoting"
        ),
        tone=Tone.GOOD if desk.verdict.go else Tone.BAD,
        mode=desk.mode.value,
        mode_means=MODES.get(desk.mode.value, ""),
        clock=shown_clock(desk.at, desk.clock_source),
        reasons=tuple(_reason(each) for each in desk.verdict.reasons),
        cards=(
            _traded(newest, desk),
            _why(desk.series, newest, practice=facts.ramp.evidence.practice),
            _sure(own, facts.ledger_fault),
            brakes_card(desk, families, thresholds),
        ),
        body=(
            *_sections(facts, newest, own),
            *_galleries(facts, families, canvas),
            Section(
                "Monitors", monitors_said(desk.monitors), monitors_table(desk.monitors), folded=True
            ),
            Section("Files", "What this page was read from.", _files(desk.files), folded=True),
        ),
        faults=facts.faults,
        links=tuple(links),
    )


def _reason(each: ReasonSeen) -> str:
    series = f"{each.series}, " if each.series else ""
    detail = each.detail.removeprefix(f"{each.reason}: ")
    return f"{series}{each.reason}: {detail}"


def _traded(newest: Mapping[str, Scan], desk: Desk) -> Card:
    if not newest:
        hint = "make demo scans four families from fixtures."
        return Card("What would be traded?", "Nothing: no scan was ever kept here.", (hint,))
    lines = tuple(f"{family}: {_count(scan, desk)}" for family, scan in newest.items())
    rows = [row for scan in newest.values() for row in live(scan, desk)]
    if not rows:
        return Card("What would be traded?", "Nothing now.", lines)
    loss = sum(number(each.get("max_loss")) or 0.0 for each in rows)
    answer = f"{counted(len(rows), 'post-only order')}; at most {usd(loss)} at risk."
    return Card("What would be traded?", answer, lines)


def _count(scan: Scan, desk: Desk) -> str:
    if not scan.go:
        return "nothing, its gate is closed"
    now, made = len(live(scan, desk)), len(scan.rows("proposals"))
    over = f"; {made - now} of its scan are over" if now < made else ""
    return f"{counted(now, 'order')}{over}"


def _why(series: Sequence[SeriesSeen], newest: Mapping[str, Scan], *, practice: bool) -> Card:
    going = sorted(family for family, scan in newest.items() if scan.go)
    told = {
        each.family: f"the ramp says {_ramp(each)}{' in practice' if practice else ''}."
        for each in series
    }
    answer = "No scan is GO."
    if going:
        many = len(going) > 1
        answer = (
            f"The {'scans' if many else 'scan'} of {', '.join(going)} "
            f"{'are' if many else 'is'} GO: safety, feeds and model quality passed."
        )
    return Card("Why?", answer, tuple(_grouped(told)))


def _ramp(each: SeriesSeen) -> str:
    reasons = ", ".join(dict.fromkeys(reason.reason for reason in each.reasons[:_REASONS_SAID]))
    if each.ramp_go is None:
        return "nothing yet: money waits for its decision"
    return f"{each.ramp_decision}{f' ({reasons})' if reasons else ''}"


def _grouped(told: Mapping[str, str]) -> Iterator[str]:
    """Say once what holds of several families."""
    families: dict[str, list[str]] = {}
    for family, said in told.items():
        families.setdefault(said, []).append(family)
    for said, names in families.items():
        yield f"{', '.join(names)}: {said}"


def _sure(own: Sequence[Earned], ledger_fault: str) -> Card:
    question = "How sure has it earned to be?"
    if ledger_fault:
        return Card(question, "Unknown: the ledger cannot be read.", (f"{ledger_fault}.",))
    known = [each for each in own if each.figures]
    fills = sum(each.figures.fills for each in known if each.figures)
    units = sum(each.figures.units for each in known if each.figures)
    lines = tuple(_grouped({each.family: still_missing(each) for each in known}))
    if not fills:
        return Card(question, "Nothing yet: no settled fill counts as evidence.", lines)
    practice = any(each.practice for each in known)
    answer = (
        f"{counted(fills, 'settled fill')} on {counted(units, 'piece')} of news count"
        f"{', all of it practice' if practice else ''}."
    )
    proven = any(not each.lacks for each in known) and not practice
    return Card(question, answer, lines, Tone.GOOD if proven else Tone.PLAIN)


def _sections(
    facts: Facts, newest: Mapping[str, Scan], own: tuple[Earned, ...]
) -> Iterator[Section]:
    desk = facts.desk
    yield Section(
        "Families",
        "The scan says what is worth quoting; the ramp says whether money may do it.",
        Table(
            ("family", "scan", "made (UTC)", "from", "ramp", "size", "schedule now", "orders now"),
            tuple(_family(each, newest.get(each.family), desk) for each in desk.series),
        ),
    )
    rows = [
        (family, *proposal_row(each))
        for family, scan in newest.items()
        for each in live(scan, desk)
    ]
    if rows:
        yield Section(
            f"Proposals ({len(rows)})",
            "Price and edge are of the side bought, in cents a contract; the edge is after fees.",
            Table(("family", *PROPOSED), tuple(rows)),
        )
    yield Section(
        "Evidence",
        "What settled orders show beside what the ramp asks before money is sent.",
        evidence_table(own),
    )
    caps = caps_section(None, desk.exposure, newest, ledger_read=not facts.ledger_fault)
    if caps is not None:
        yield caps
    yield Section(
        "Next releases",
        "Nothing rests in a freeze; a window is when orders may be placed.",
        Table(
            ("series", "waits for", "release (ET)", "now", "until (ET)", "window opens (ET)"),
            tuple(
                (
                    each.series,
                    each.what,
                    _hour(each.release_at),
                    each.state,
                    _hour(each.until),
                    _hour(each.window_opens_at),
                )
                for each in desk.releases
            ),
        ),
    )


def _family(each: SeriesSeen, scan: Scan | None, desk: Desk) -> tuple[str, ...]:
    return (
        each.family,
        "-" if scan is None else ("GO" if scan.go else "NO-GO"),
        "-" if scan is None else f"{scan.at:%Y-%m-%d %H:%M}",
        "-" if scan is None else scan.mode,
        each.ramp_decision,
        "-" if each.size_multiplier is None else f"{each.size_multiplier:.2f}",
        each.state,
        "-" if scan is None else str(len(live(scan, desk))),
    )


def _at(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _hour(at: datetime | None) -> str:
    return "-" if at is None else f"{new_york(at):%a %d %b %H:%M}"


def _galleries(facts: Facts, families: Sequence[str], canvas: Canvas) -> Iterator[Gallery]:
    yield from _orders(facts, families, canvas)
    guards = {
        family: guard_picture(family, facts.guards.get(family), units_known(facts, family), canvas)
        for family in families
    }
    yield Gallery(
        "What watches over it",
        "Inputs and the sequential guards.",
        (
            feeds_picture(facts.desk.feeds, facts.at, canvas),
            *_merged("guards", "Has the edge gone?", guards),
        ),
    )


def _orders(facts: Facts, families: Sequence[str], canvas: Canvas) -> Iterator[Gallery]:
    if facts.ledger_fault:
        yield orders_unread(facts.ledger_fault)
        return
    shown = facts.shown(None)
    fills = {f: fills_picture(facts.entries, f, facts.at, canvas) for f in families}
    slippages = {f: slippage_picture(facts.entries, f, facts.at, canvas) for f in families}
    yield Gallery(
        "What orders did",
        f"{shown.label}. Ladders, forecasts and calibration are on each family's own sheet.",
        (
            profit_picture(shown.rows, facts.at, canvas),
            honesty_picture(shown.rows, facts.ramp.shrink, facts.weights(), canvas),
            market_picture(shown.rows, canvas),
        ),
    )
    yield Gallery(
        "How orders fill",
        "Expected fills set how much is quoted.",
        (
            *_merged("fills", "Fills, queue, and the fill ratio", fills),
            *_merged("slippage", "Slippage by size", slippages),
        ),
    )


def _merged(key: str, title: str, pictures: Mapping[str, Picture]) -> Iterator[Picture]:
    """Yield what is drawn, and one card for all families that wait for the same thing."""
    waits = {family: each for family, each in pictures.items() if each.waits}
    yield from (each for each in pictures.values() if not each.waits)
    if len(waits) == 1:
        yield from waits.values()
    elif waits:
        first = next(iter(waits.values()))
        told = _grouped({family: each.n for family, each in waits.items()})
        needs, _, rest = first.waits.partition(f" There are {first.n}.")
        yield Picture(
            key=f"{key}-waits",
            title=title,
            says=first.says,
            n="; ".join(told),
            span=first.span,
            unit=first.unit,
            waits=f"{needs} Not yet: {', '.join(waits)}. {rest.strip()}",
        )


def _files(files: Sequence[FileSeen]) -> Table:
    return Table(
        ("file", "state", "made (UTC)", "detail", "path"),
        tuple((each.name, each.state, _at(each.at), each.detail, each.path) for each in files),
    )
