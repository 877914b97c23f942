"""A backtest as text for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.core.replay.figures import Figures
from kalshi_alpha.core.replay.report import BaselineFigures, Report
from kalshi_alpha.core.replay.skill import Skill
from kalshi_alpha.exec.backtest.grid import GridResult
from kalshi_alpha.exec.backtest.lookahead import ChainLookahead
from kalshi_alpha.exec.backtest.plan import LeftOutEvent

_HEAD = (
    f"{'':<22}{'orders':>7}{'fills':>7}{'ratio':>7}{'gross $':>12}{'fees $':>9}{'net $':>12}"
    f"{'90 % of net':>23}{'delta bps':>11}{'t':>7}{'e':>8}"
)


def report_text(
    family: str, report: Report, left_out: Sequence[LeftOutEvent], notes: Sequence[str]
) -> list[str]:
    """Return the lines of a report."""
    return [
        _title(family, report),
        "",
        _HEAD,
        _line("all", report.whole),
        *_groups(report.by),
        "",
        _capital(report.whole),
        *_mark_outs(report.whole),
        *_skill_lines(report),
        *(_baseline(name, each) for name, each in report.baselines.items()),
        "",
        "passed over: " + ", ".join(f"{n:,} {why}" for why, n in report.passed.items()),
        *(f"withheld by the gate, {why}: {n} times" for why, n in report.withheld.items()),
        *_left_out(left_out),
        *(f"note: {each}" for each in notes),
    ]


def _title(family: str, report: Report) -> str:
    days = report.table.days
    return (
        f"{family} {days[0]} to {days[-1]}: {report.events:,} events on {len(days):,} days, "
        f"{report.decisions:,} decisions, {report.whole.orders:,} orders, "
        f"{report.refused} refused on arrival"
    )


def _capital(whole: Figures) -> str:
    return (
        f"capital-hours {whole.capital_hours:,.0f}, drawdown {whole.drawdown:,.2f} dollars, "
        f"filled {whole.contracts_filled:,.0f} of {whole.contracts_posted:,.0f} contracts"
    )


def _groups(by: Mapping[str, Mapping[str, Figures]]) -> Iterable[str]:
    for name, groups in by.items():
        if len(groups) > 1 or name in {"city", "side"}:
            yield f"by {name}"
            yield from (_line(f"  {key}", each) for key, each in groups.items())


def _line(name: str, each: Figures) -> str:
    ratio = "" if each.fill_ratio is None else f"{each.fill_ratio:.1%}"
    return (
        f"{name:<22}{each.orders:>7,}{each.fills:>7,}{ratio:>7}{each.gross_pnl:>12,.2f}"
        f"{each.fees:>9,.2f}{each.net_pnl:>12,.2f}{interval_text(each.net_pnl_ci90):>23}"
        f"{number(each.delta_bps, 0):>11}{number(each.t_stat, 2):>7}{each.e_value:>8.2g}"
    )


def interval_text(interval: Interval | None, digits: int = 0) -> str:
    """Return both ends of an interval, or nothing."""
    if interval is None:
        return ""
    return f"{interval.low:,.{digits}f} .. {interval.high:,.{digits}f}"


def number(value: float | None, digits: int) -> str:
    """Return a number, or a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def _mark_outs(whole: Figures) -> Iterable[str]:
    for each in whole.mark_outs:
        yield (
            f"mark-out {each.horizon:>5}: {number(each.bps, 0)} bps (se "
            f"{number(each.se_bps, 0)}), drift from just before the fill "
            f"{number(each.drift_bps, 0)} bps; {each.fills:,} fills, {each.n_units} pieces of news"
        )


def _skill_lines(report: Report) -> Iterable[str]:
    yield _skill_line("skill against the price", report.skill)
    for city, each in report.skill_by_city.items():
        made_by = ", ".join(report.models[city]) or "nothing"
        yield _skill_line(f"  {city} ({made_by})", each)


def _skill_line(name: str, skill: Skill) -> str:
    if skill.skill_model is None or skill.skill_pooled is None:
        return f"{name}: no market was looked at with a forecast and a touch"
    return (
        f"{name}: model {skill.skill_model:+.1%} "
        f"[{_share(skill.skill_model_ci90)}], pooled {skill.skill_pooled:+.1%} "
        f"[{_share(skill.skill_pooled_ci90)}]; {skill.n:,} looks on {skill.n_days} days"
    )


def _share(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:+.1%}, {interval.high:+.1%}"


def _baseline(name: str, each: BaselineFigures) -> str:
    return (
        f"baseline {name}: {each.orders:,} orders, {each.fills:,} filled, net "
        f"{each.net_pnl:,.2f} dollars [{interval_text(each.net_pnl_ci90)}], fees {each.fees:,.2f}"
    )


def _left_out(left_out: Sequence[LeftOutEvent]) -> Iterable[str]:
    reasons: dict[str, list[str]] = {}
    for each in left_out:
        reasons.setdefault(each.why, []).append(each.event_ticker)
    for why, events in sorted(reasons.items()):
        yield f"left out, {why}: {len(events)} events, such as {events[0]}"


def grid_text(grid: GridResult) -> list[str]:
    """Return the lines of a grid; the best cell never without what the search is worth."""
    width = max(len(cell.name) for cell in grid.cells)
    return [
        "",
        f"grid, {grid.tried} variants tried",
        *(
            f"  {cell.name:<{width}}  {cell.figures.fills:>6,} fills  net "
            f"{cell.figures.net_pnl:>12,.2f} [{interval_text(cell.figures.net_pnl_ci90)}]"
            for cell in grid.cells
        ),
        (
            f"best: {grid.best.name}, p = {grid.p_value:.4f} corrected for the choice among "
            f"{grid.tried} ({grid.p_value_alone:.4f} as if it were the only one); "
            f"{'below' if grid.proves else 'not below'} {grid.limit:g}, so "
            f"{'more' if grid.proves else 'no more'} than a search finds by luck"
        ),
    ]


def lookahead_text(found: ChainLookahead) -> list[str]:
    """Return the lines of a look-ahead check."""
    head = (
        f"look-ahead: {found.decisions:,} decisions compared at {len(found.cuts)} cuts, "
        f"{found.changed:,} later ones changed with a future absurd or gone"
    )
    if found.clean:
        return [f"{head}; none before a cut changed"]
    if not found.leaks:
        return [f"{head}; NOT CLEAN: nothing could be compared, or the poison took no effect"]
    return [
        f"{head}; {len(found.leaks)} LEAKS:",
        *(f"  {leak.day} decided {leak.decided_at}, cut {leak.cut}" for leak in found.leaks[:20]),
    ]
