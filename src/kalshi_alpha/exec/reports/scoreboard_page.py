"""The Markdown page of a scoreboard: one section for each carrier, numbers before pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.ledger.honesty_bins import HonestyBin
from kalshi_alpha.core.scoreboard.board import Board, FamilyLine, Section
from kalshi_alpha.core.scoreboard.figures import Edge, Figures, FillRatio
from kalshi_alpha.exec.reports.edge_bars import edge_bars
from kalshi_alpha.exec.reports.markdown import money, percent, table

_NONE = "n/a"
_FEW_UNITS = 30
_MONEY_HEAD = (
    *("family", "settled", "gross", "fees", "net realised"),
    *("deepest drawdown", "drawdown now", "open rows", "open contracts", "open cost"),
)
_FILL_HEAD = (
    *("family", "orders", "posted", "filled orders", "fill ratio", "95 %", "expected ratio"),
    *("realism", "fills", "contracts", "forecast rows", "forecast contracts"),
)
_TREND_HEAD = (
    *("family", "net before", "net now", "delta bps before", "delta bps now"),
    *("fill ratio before", "fill ratio now", "trend of net"),
)


@dataclass(frozen=True, slots=True)
class LedgerSeen:
    """What a page says of the ledger it was made from.

    Attributes
    ----------
    path
        Where the ledger lies, below the root.
    run_at, clock_source
        The run's clock, and where it came from.
    generated_at
        When the ledger was refreshed; None if there is none.
    fault
        Why it could not be read; empty if it could, or if there is none.
    notes
        What else was found while reading.
    """

    path: str
    run_at: datetime
    clock_source: ClockSource
    generated_at: datetime | None = None
    fault: str = ""
    notes: tuple[str, ...] = ()


def scoreboard_page(board: Board, seen: LedgerSeen) -> str:
    """Render the scoreboard of one window; the same input gives the same bytes."""
    sections = [_head(board, seen), *(_section(board, each) for each in board.sections)]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def _head(board: Board, seen: LedgerSeen) -> Iterator[str]:
    window = board.window
    yield f"# Scoreboard of the last {window.days} days"
    yield ""
    yield (
        f"Clock {_instant(seen.run_at)} ({seen.clock_source.value}). The window is after "
        f"{_instant(window.begins_at)} up to {_instant(window.ends_at)}; orders count when they "
        "were placed, fills when they happened, profit when it settled."
    )
    if window.ends_at != seen.run_at:
        yield ""
        yield (
            "It ends at the ledger's own clock, since only runs under a set clock wrote to it; "
            "`--as-of` sets another."
        )
    yield ""
    yield from _ledger(board, seen)
    for note in seen.notes:
        yield ""
        yield f"**{note}**"


def _ledger(board: Board, seen: LedgerSeen) -> Iterator[str]:
    if seen.fault:
        yield f"**The ledger cannot be read, so nothing is shown: {seen.fault}**"
        return
    if seen.generated_at is None:
        yield (
            f"There is no ledger at `{seen.path}` yet. A run with `--paper-ledger` begins one; "
            "until then nothing was placed, filled or settled."
        )
        return
    later = f"; {board.n_later} rows placed after the window's end are left out"
    yield (
        f"Ledger `{seen.path}`, refreshed {_instant(seen.generated_at)}: {board.n_rows} rows"
        f"{later if board.n_later else ''}."
    )
    if not board.n_rows:
        yield ""
        yield "It has no row as of the window's end."


def _section(board: Board, section: Section) -> Iterator[str]:
    carrier = section.carrier
    yield (
        f"## {carrier.mode.value.upper()} on {carrier.environment} books, "
        f"{carrier.clock_source.value} clock"
    )
    yield ""
    yield _evidence(section)
    if not section.lines:
        yield ""
        yield (
            "Nothing was placed, filled or settled in this window or the one before, and nothing "
            f"is open; the newest row is of {_instant(section.newest_at)}."
        )
        return
    lines = (*section.lines, section.total)
    for part in (_money(lines), _fills(lines), _edges(lines), _trend(board, lines), _bins(section)):
        body = list(part)
        if body:
            yield ""
            yield from body


def _evidence(section: Section) -> str:
    if not section.n_evidence:
        return f"None of the {section.n_rows} rows counts as evidence for the ramp."
    counted = f"{section.n_evidence} of {section.n_rows} rows may count as evidence for the ramp"
    if section.carrier.mode is LedgerMode.SIM:
        return f"**Practice**: below this root {counted}; they allow no money to be sent."
    return f"{counted}."


def _money(lines: Sequence[FamilyLine]) -> Iterator[str]:
    yield "### Settled and open"
    yield ""
    yield from table(_MONEY_HEAD, [(line.family, *_money_cells(line.now)) for line in lines])


def _money_cells(now: Figures) -> tuple[str, ...]:
    return (
        str(now.n_settled),
        *(money(each) for each in (now.gross, now.fees, now.net)),
        *(money(each) for each in (now.drawdown.deepest, now.drawdown.current)),
        *(str(now.n_open), str(now.open_contracts), money(now.open_cost)),
    )


def _fills(lines: Sequence[FamilyLine]) -> Iterator[str]:
    yield "### Orders and fills"
    yield ""
    yield from table(_FILL_HEAD, [(line.family, *_fill_cells(line)) for line in lines])
    yield ""
    yield (
        "The ratio is the mean over orders, its interval clustered by piece of news; the expected "
        "one is the tuned alpha with its 80 % interval. A forecast of fills is no fill."
    )


def _fill_cells(line: FamilyLine) -> tuple[str, ...]:
    now = line.now
    return (
        *(str(now.n_orders), str(now.posted), str(now.n_filled)),
        _NONE if now.fill is None else percent(now.fill.ratio),
        _interval(now.fill),
        _expected_ratio(line),
        _realism(line),
        *(str(now.n_fills), str(now.contracts), str(now.n_expected), str(now.expected)),
    )


def _interval(fill: FillRatio | None) -> str:
    if fill is None:
        return _NONE
    if fill.interval is None:
        return "one piece of news"
    if fill.interval[0] == fill.interval[1]:
        return "all alike"
    return f"{percent(fill.interval[0])} to {percent(fill.interval[1])}"


def _expected_ratio(line: FamilyLine) -> str:
    if line.is_total:
        return ""
    if line.alpha is None or line.alpha.n_orders == 0:
        return "cold start"
    alpha = line.alpha
    return f"{percent(alpha.alpha)} [{percent(alpha.lo10)}, {percent(alpha.hi90)}]"


def _realism(line: FamilyLine) -> str:
    if line.is_total or line.now.fill is None:
        return ""
    gap = f"{-100 * line.now.fill.gap:+.1f} points"
    return f"{gap}, beyond 10" if line.now.fill.is_off else gap


def _edges(lines: Sequence[FamilyLine]) -> Iterator[str]:
    edges = [(line, line.now.edge) for line in lines]
    yield "### Expected against realised edge"
    yield ""
    if all(edge is None for _, edge in edges):
        yield "Nothing settled in this window, so there is no realised edge to show."
        return
    head = ("family", "fills", "news", "expected bps", "realised bps", "delta bps", "SE", "t", "")
    yield from table(head, [_edge_cells(line, edge) for line, edge in edges])
    yield ""
    yield "```text"
    yield from edge_bars(
        [(line.family, edge.expected_bps, edge.realised_bps) for line, edge in edges if edge]
    )
    yield "```"
    units = max(edge.n_units for _, edge in edges if edge is not None)
    if units < _FEW_UNITS:
        yield ""
        yield (
            f"{units} pieces of news are few: below {_FEW_UNITS} a t statistic is a hint and "
            "no proof."
        )


def _edge_cells(line: FamilyLine, edge: Edge | None) -> tuple[str, ...]:
    if edge is None:
        return (line.family, "0", "0", *(_NONE,) * 5, line.now.badge.value)
    return (
        *(line.family, str(edge.n_fills), str(edge.n_units)),
        *(f"{x:+.1f}" for x in (edge.expected_bps, edge.realised_bps, edge.delta_bps)),
        _NONE if edge.se_bps is None else f"{edge.se_bps:.1f}",
        _NONE if edge.t_stat is None else f"{edge.t_stat:+.2f}",
        line.now.badge.value,
    )


def _trend(board: Board, lines: Sequence[FamilyLine]) -> Iterator[str]:
    yield f"### Against the {board.window.days} days before"
    yield ""
    if all(line.before.is_empty for line in lines):
        yield "There is nothing in the window before, so there is no trend."
        return
    yield from table(_TREND_HEAD, [_trend_cells(line) for line in lines])


def _trend_cells(line: FamilyLine) -> tuple[str, ...]:
    both = (line.before, line.now)
    return (
        line.family,
        *(money(each.net) if each.n_settled else _NONE for each in both),
        *(_NONE if each.edge is None else f"{each.edge.delta_bps:+.1f}" for each in both),
        *(_NONE if each.fill is None else percent(each.fill.ratio) for each in both),
        _direction(line),
    )


def _direction(line: FamilyLine) -> str:
    if not (line.before.n_settled and line.now.n_settled):
        return _NONE
    change = (line.now.net - line.before.net).e6
    return "level" if change == 0 else f"{'up' if change > 0 else 'down'} {_change(line)}"


def _change(line: FamilyLine) -> str:
    change = line.now.net - line.before.net
    return money(change if change.e6 >= 0 else -change)


def _bins(section: Section) -> Iterator[str]:
    bins = list(chain.from_iterable(line.now.bins for line in section.lines))
    if not bins:
        return
    yield "### Bins"
    yield ""
    head = ("family", "side", "price", "lead", "fills", "news", "expected bps", "realised bps")
    yield from table((*head, "beta", "t", ""), [_bin_cells(each) for each in bins])
    yield ""
    yield (
        "Of this window alone; the weights and caps that bind are those of "
        "`reports/pilot_ready.json`."
    )


def _bin_cells(record: HonestyBin) -> tuple[str, ...]:
    key = record.key
    return (
        *(key.family, key.side.value.upper(), key.price_bucket, key.lead_bucket),
        *(str(record.n_fills), str(record.n_units)),
        *(f"{record.exp_bps:+.1f}", f"{record.real_bps:+.1f}"),
        _NONE if record.beta_hat is None else f"{record.beta_hat:+.2f}",
        _NONE if record.t_stat is None else f"{record.t_stat:+.2f}",
        record.badge.value,
    )


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
