"""The study: what the system would have earned on the tape, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from kalshi_alpha.core.pricing.adverse_selection import DEFAULT_PRIOR
from kalshi_alpha.core.replay.bootstrap import DRAWS, SEED
from kalshi_alpha.core.replay.figures import Figures, grouped
from kalshi_alpha.core.replay.report import Report
from kalshi_alpha.core.replay.skill import Skill
from kalshi_alpha.exec.backtest.plan import LeftOutEvent
from kalshi_alpha.exec.backtest.text import number
from kalshi_alpha.exec.backtest.weather_forecasts import CLIMATOLOGY

BPS = 1e4
_EVE, _DAY = "the eve's", "the day's own"


@dataclass(frozen=True, slots=True)
class Case:
    """A change of one setting, and what it is there to show."""

    settings: tuple[str, ...]
    shows: str


MONEY = Case(("gate=money",), "an alert of a monitor stops it, as it stops orders with money")
_EVE_HOURS = 15
"""From the eve's noon, of which the forecasts are: its windows are those of 18 and of 00 UTC."""
EVE = Case(
    (f"forecast_hours={_EVE_HOURS}",),
    f"forecasts are believed for {_EVE_HOURS} hours: the eve's windows only",
)

CASES = (
    Case(("any_taker=0",), "only prints of the other side's takers fill"),
    Case(("touch_minutes=10",), "an inferred touch is believed for 10 minutes"),
    Case(("touch_minutes=120",), "an inferred touch is believed for 2 hours"),
    Case(("place_seconds=30", "cancel_seconds=30"), "orders take 30 s to rest and to be gone"),
    Case(("fee_type=quadratic_with_maker_fees",), "the venue charges makers"),
    Case(("forecast_shift=1",), "every forecast is one degree warmer"),
    EVE,
    Case(("pool=0",), "the model is taken at its word"),
    Case(("contracts=10",), "no order is larger than 10 contracts"),
    Case(("gate=off",), "nothing that was earned or read before stops it"),
    MONEY,
    Case(("trade_without_skill=1",), "climatology is traded where there is no guidance"),
)


@dataclass(frozen=True, slots=True, eq=False)
class StudyCase:
    """A case and what it came to."""

    case: Case
    report: Report


def study_page(
    family: str,
    report: Report,
    cases: Sequence[StudyCase],
    left_out: Sequence[LeftOutEvent],
    notes: Sequence[str],
) -> str:
    """Return the study as Markdown; the same run always gives the same page."""
    days = report.table.days
    parts = (
        _opening(family, report, left_out),
        _verdict(report, cases),
        _table("By city", report.by["city"], "city"),
        _almanac(report, cases),
        _table("By month", report.by["month"], "month"),
        _table("By city and month", grouped(report.table, report.bootstrap, "city month"), ""),
        _table("By side, price and lead", _side_price_lead(report), ""),
        _bins(report),
        _adverse(report),
        _skill(report),
        _baselines(report),
        _cases(report, cases),
        _reading(days[0].isoformat(), days[-1].isoformat(), notes),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _opening(family: str, report: Report, left_out: Sequence[LeftOutEvent]) -> Iterator[str]:
    days, whole = report.table.days, report.whole
    yield f"# {family.capitalize()} on the recorded tape"
    yield ""
    yield (
        f"Every event of {days[0]} to {days[-1]} that can be judged ({report.events:,} on "
        f"{len(days):,} days; {_left_out(left_out)}), at "
        f"every window of the family ({report.decisions:,} decisions), through the chain that "
        "trades: forecast as known then, ladder, pool, edge after fees, Kelly, position limits, "
        f"value at risk, post-only orders. It placed {whole.orders:,} orders, of which "
        f"{whole.fills:,} filled at least in part; those are the fills of the tables, but where "
        "prints are counted and named. This page is written by the command at its "
        "end; no figure in it was chosen by hand."
    )


def _left_out(events: Sequence[LeftOutEvent]) -> str:
    """Say how many events are left out, for which reasons."""
    if not events:
        return "none left out"
    reasons = Counter(each.why for each in events)
    told = ", ".join(f"{count} for: {why}" for why, count in sorted(reasons.items()))
    return f"{len(events)} left out, {told}"


def _verdict(report: Report, cases: Sequence[StudyCase]) -> Iterator[str]:
    whole = report.whole
    yield "## The answer"
    yield ""
    yield (
        f"Net of {_usd(whole.fees)} of fees it would have {_earned(whole.net_pnl)}, 90 % interval "
        f"{_interval(whole)} (bootstrap over dates): {_zero(whole)}. Realised less promised edge "
        f"is {number(whole.delta_bps, 0)} bps of payout (t = {number(whole.t_stat, 2)}, clustered "
        f"over {whole.units} city-days); the e-value for an edge is {whole.e_value:.2g}, and 20 "
        "would be evidence of one."
    )
    yield ""
    yield _conclusion(whole, [each.report.whole for each in cases])
    yield from _freshness(report, cases)
    yield from _stopped(report, cases)


def _freshness(report: Report, cases: Sequence[StudyCase]) -> Iterator[str]:
    """Say how much of the answer comes of windows for which only an old forecast is recorded."""
    fresh = next((each for each in cases if EVE.settings == each.case.settings), None)
    if fresh is None:
        return
    table, alone = report.table, fresh.report.whole
    dated = zip(table.rows, table.day.tolist(), strict=True)
    hours = np.array([_hours_after_noon(row.as_of, table.days[n]) for row, n in dated])
    is_eve = hours < _EVE_HOURS
    eve, later = (table.figures(report.bootstrap, kept) for kept in (is_eve, ~is_eve))
    yield ""
    yield (
        "The data carry one forecast a day, of the eve's noon. A live system believes it for 36 "
        "hours, so that the windows after it are not refused for its age; but it would have newer "
        "guidance there, and the day's own observations. Of the result above the "
        f"{later.orders:,} orders of the day's own windows brought {_usd(later.net_pnl)}, on a "
        f"forecast that had grown old, and the {eve.orders:,} of the eve's brought "
        f"{_usd(eve.net_pnl)}:"
    )
    yield ""
    yield "| window | orders | fills | net | 90 % interval | zero excluded |"
    yield "|---|--:|--:|--:|---|---|"
    for after in sorted(set(hours.tolist())):
        yield _window_row(after, table.figures(report.bootstrap, hours == after))
    yield ""
    yield (
        "Were the forecast refused after the eve's windows, which is another run, for these then "
        "have the limits to themselves and no later loss stops them, it would have "
        f"{_earned(alone.net_pnl)}, 90 % interval {_interval(alone)}: {_zero(alone)}."
    )


def _hours_after_noon(at: datetime, day: date) -> float:
    """Return hours from 12 UTC on the eve of a day."""
    noon = datetime.combine(day, time(12), UTC) - timedelta(days=1)
    return (at - noon) / timedelta(hours=1)


def _window_row(after: float, each: Figures) -> str:
    hour, minute = divmod(round((12 + after) * 60) % 1440, 60)
    whose = _EVE if after < _EVE_HOURS else _DAY
    return (
        f"| {whose}, {hour:02}:{minute:02} UTC | {each.orders:,} | {each.fills:,} | "
        f"{each.net_pnl:,.2f} | {_interval(each)} | {_excluded(each)} |"
    )


def _stopped(report: Report, cases: Sequence[StudyCase]) -> Iterator[str]:
    """Say what the gate stopped, and what it would have stopped of orders with money."""
    stopped = ", ".join(f"{why} {n:,} times" for why, n in report.withheld.items()) or "nothing"
    yield ""
    yield f"The gate spoke against decisions: {stopped}."
    money = next((each.report for each in cases if MONEY.settings == each.case.settings), None)
    if money is None:
        return
    whole = money.whole
    traded = [row.as_of for row in money.table.rows]
    until = f", the last of them on {max(traded):%Y-%m-%d}" if traded else ""
    yield (
        f"Before orders with money it also asks the monitors: {whole.orders:,} orders would have "
        f"been placed{until}, and it would have {_earned(whole.net_pnl)}, 90 % interval "
        f"{_interval(whole)}. An alert stands until somebody looks into it; here nobody does."
    )


def _conclusion(whole: Figures, others: Sequence[Figures]) -> str:
    above = sum(each.net_pnl_ci90.low > 0.0 for each in others)
    below = sum(each.net_pnl_ci90.high < 0.0 for each in others)
    robust = (
        f"Of the {len(others)} changes of a setting below, {below} exclude zero on the side of a "
        f"loss, {above} on the side of a profit, and {len(others) - above - below} do not exclude "
        "it."
    )
    if whole.net_pnl_ci90.low > 0.0:
        return (
            f"The interval lies above zero. {robust} Before anything is concluded from it: profit "
            "is not evidence of an edge until the e-value says so."
        )
    if whole.net_pnl_ci90.high < 0.0:
        return (
            f"**No edge: it loses.** {robust} How large the loss is depends on size and on which "
            "touches are believed, as the changes show. An order that fills only when the market "
            "goes through it meets traders who know "
            "more than a forecast of the eve. Nothing here speaks for trading it with money."
        )
    return (
        f"**No edge is shown.** Zero is within the interval: the tape neither proves a profit nor "
        f"rules one out. {robust} What is not proved is not traded with money."
    )


def _table(title: str, groups: Mapping[str, Figures], what: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield (
        f"| {what} | orders | fills | filled | gross | fees | net | 90 % interval | zero excluded "
        "| delta, bps | t | e |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|---|---|--:|--:|--:|"
    for name, each in groups.items():
        ratio = "-" if each.fill_ratio is None else f"{each.fill_ratio:.1%}"
        yield (
            f"| {name} | {each.orders:,} | {each.fills:,} | {ratio} | {each.gross_pnl:,.2f} | "
            f"{each.fees:,.2f} | {each.net_pnl:,.2f} | {_interval(each)} | {_excluded(each)} | "
            f"{number(each.delta_bps, 0)} | {number(each.t_stat, 2)} | {each.e_value:.2g} |"
        )
    n = sum(each.fills > 0 for each in groups.values())
    if n > 1:
        yield ""
        yield (
            f"Of {n} groups with fills, {n / 10:.1f} would exclude zero by chance alone at this "
            "level."
        )


def _almanac(report: Report, cases: Sequence[StudyCase]) -> Iterator[str]:
    almanac = [city for city, models in report.models.items() if models == (CLIMATOLOGY,)]
    yield "## Without guidance"
    yield ""
    if not almanac:
        yield "Every city has guidance."
        return
    told = next((c for c in cases if "trade_without_skill=1" in c.case.settings), None)
    yield (
        f"For {' and '.join(almanac)} no guidance is recorded. They run on climatology, which the "
        "chain refuses to trade on: no orders. Had it traded on it all the same:"
    )
    yield ""
    for city in almanac:
        each = None if told is None else told.report.by["city"].get(city)
        if each is not None:
            yield (
                f"* {city}: {each.orders:,} orders, {each.fills:,} filled, net "
                f"{_usd(each.net_pnl)}, 90 % interval {_interval(each)}: {_zero(each)}."
            )


def _side_price_lead(report: Report) -> dict[str, Figures]:
    return {
        f"{dimension} {name}": each
        for dimension in ("side", "price", "lead")
        for name, each in report.by[dimension].items()
    }


def _bins(report: Report) -> Iterator[str]:
    yield "## What the ramp would make of it"
    yield ""
    yield "Its own bins, edges in bps; the weight is the share of a promised edge it would believe."
    yield ""
    yield "| side | price | lead | fills | city-days | promised | realised | weight | badge |"
    yield "|---|---|---|--:|--:|--:|--:|--:|---|"
    for each in report.bins:
        key = each.key
        yield (
            f"| {key.side.value} | {key.price_bucket} | {key.lead_bucket} | {each.n_fills} | "
            f"{each.n_units} | {each.exp_bps:,.0f} | {each.real_bps:,.0f} | {each.weight:.2f} | "
            f"{each.badge.value} |"
        )


def _adverse(report: Report) -> Iterator[str]:
    yield "## After the fills"
    yield ""
    yield "| horizon | mid less price, bps | se | drift since the fill, bps | prints | city-days |"
    yield "|---|--:|--:|--:|--:|--:|"
    for each in report.whole.mark_outs:
        yield (
            f"| {each.horizon} | {number(each.bps, 0)} | {number(each.se_bps, 0)} | "
            f"{number(each.drift_bps, 0)} | {each.fills:,} | {each.n_units} |"
        )
    yield ""
    yield (
        f"Before any fill the chain allows {BPS * DEFAULT_PRIOR.adverse:.0f} bps for adverse "
        "selection. The drift is what these fills lost to whoever traded with them; a mid is taken "
        "only where the tape shows both sides of a touch, so few fills have one at the close."
    )


def _skill(report: Report) -> Iterator[str]:
    yield "## Against the market's own price"
    yield ""
    yield (
        "Brier score of our probability, and of the pool of ours with the market's, relative to "
        "the touch's mid at the same instant; above zero is better than the price."
    )
    yield ""
    yield "| city | forecast | looks | days | model | 90 % | pooled | 90 % |"
    yield "|---|---|--:|--:|--:|---|--:|---|"
    yield _skill_row("all", "", report.skill)
    for city, each in report.skill_by_city.items():
        yield _skill_row(city, ", ".join(report.models[city]), each)


def _skill_row(city: str, forecast: str, skill: Skill) -> str:
    cells = [
        "-" if value is None else f"{value:+.1%}"
        for value in (skill.skill_model, skill.skill_pooled)
    ]
    ranges = [
        "-" if each is None else f"{each.low:+.1%} to {each.high:+.1%}"
        for each in (skill.skill_model_ci90, skill.skill_pooled_ci90)
    ]
    return (
        f"| {city} | {forecast} | {skill.n:,} | {skill.n_days} | {cells[0]} | {ranges[0]} | "
        f"{cells[1]} | {ranges[1]} |"
    )


def _baselines(report: Report) -> Iterator[str]:
    yield "## Baselines"
    yield ""
    yield "At the same decisions, under the same rules of filling, with 10 contracts an order."
    yield ""
    yield "| who | orders | fills | contracts | fees | net | 90 % interval |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for name, each in report.baselines.items():
        low, high = each.net_pnl_ci90.low, each.net_pnl_ci90.high
        yield (
            f"| {name} | {each.orders:,} | {each.fills:,} | {each.contracts_filled:,.0f} | "
            f"{each.fees:,.2f} | {each.net_pnl:,.2f} | {low:,.0f} to {high:,.0f} |"
        )


def _cases(report: Report, cases: Sequence[StudyCase]) -> Iterator[str]:
    yield "## What it rests on"
    yield ""
    yield (
        f"One setting changed at a time; {1 + len(cases)} variants were looked at and none was "
        "chosen: the answer above is that of the program's own settings."
    )
    yield ""
    yield "| change | setting | orders | fills | fees | net | 90 % interval | zero excluded |"
    yield "|---|---|--:|--:|--:|--:|---|---|"
    yield _case_row("none", "", report.whole)
    for each in cases:
        settings = " ".join(f"`{setting}`" for setting in each.case.settings)
        yield _case_row(each.case.shows, settings, each.report.whole)


def _case_row(shows: str, settings: str, each: Figures) -> str:
    return (
        f"| {shows} | {settings} | {each.orders:,} | {each.fills:,} | {each.fees:,.2f} | "
        f"{each.net_pnl:,.2f} | {_interval(each)} | {_excluded(each)} |"
    )


def _reading(first: str, last: str, notes: Sequence[str]) -> Iterator[str]:
    yield "## How to read it"
    yield ""
    for note in notes:
        yield f"* {note[0].upper()}{note[1:]}."
    yield (
        f"* Intervals: {DRAWS:,} resamples of dates, seed {SEED}; all cities of a date are drawn "
        "together."
    )
    yield ""
    yield "```bash"
    yield (
        "python -m kalshi_alpha.exec.backtest --family WEATHER --data DIR "
        f"--from {first} --to {last} --executor processes --write-study docs/studies/weather.md"
    )
    yield "```"


def _interval(each: Figures) -> str:
    return f"{each.net_pnl_ci90.low:,.0f} to {each.net_pnl_ci90.high:,.0f}"


def _excluded(each: Figures) -> str:
    if not each.fills:
        return "-"
    if not each.net_pnl_ci90.excludes_zero:
        return "no"
    return "yes, above" if each.net_pnl_ci90.low > 0.0 else "yes, below"


def _zero(each: Figures) -> str:
    return {
        "-": "nothing was filled",
        "no": "zero is not excluded",
        "yes, above": "zero is excluded, on the side of a profit",
        "yes, below": "zero is excluded, on the side of a loss",
    }[_excluded(each)]


def _usd(amount: float) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def _earned(amount: float) -> str:
    return f"{'lost' if amount < 0 else 'earned'} {_usd(abs(amount))}"
