"""An explanation as people read it: a table a ladder, or the story of one market."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kalshi_alpha.core.text_table import text_table

Document = Mapping[str, Any]
Table = Callable[[Sequence[str], Iterable[Sequence[str]]], list[str]]
"""Lays out headings and rows as lines."""

_CAPS = {
    "strike": "strike cap",
    "ladder": "ladder cap",
    "unit": "news cap",
    "var": "VaR limit",
}
_HEAD = (
    *("strike", "bid/ask", "model", "market", "pooled", "quote", "honest"),
    *("fee c", "raw c", "EV c", "Kelly %", "asked", "room $", "decision"),
)


_ALL = (tuple(range(len(_HEAD))),)
_HALVES = (tuple(range(7)), (0, *range(7, len(_HEAD))))
_WIDE = 132
_EDGE = 2
"""Of a terminal's table beside its text."""


def ladder_tables(told: Document, table: Table, width: int | None = None) -> list[str]:
    """Return one table for every ladder, two where the terminal is too narrow for one.

    Where it is too narrow for those too, every field of a market has a line of its own: a number
    that is folded in its cell reads as another.

    ``model``, ``market`` and ``pooled`` are probabilities of YES, ``honest`` is of the side quoted;
    ``room`` is what the market's turn found of the tightest of the position limits and of the cap
    on one piece of news.
    """
    lines = [*_opening(told)]
    for event, markets in groupby(told["markets"], key=lambda each: each["event_ticker"]):
        rows = list(markets)
        resting = sum(each["stopped"] is None for each in rows)
        lines += ["", f"{event}: {_settles(rows[0])}; {len(rows)} markets, {resting} to rest", ""]
        cells = [_row(each) for each in rows]
        lines += _laid_out(cells, table, width)
    return [*lines, "", *_closing(told)]


def _laid_out(cells: Sequence[Sequence[str]], table: Table, width: int | None) -> Iterator[str]:
    for parts in (_ALL, _HALVES) if width is None or width >= _WIDE else (_HALVES,):
        pairs = [(_of(_HEAD, columns), [_of(row, columns) for row in cells]) for columns in parts]
        widest = max(len(line) for head, rows in pairs for line in text_table(head, rows))
        if width is None or widest + _EDGE <= width:
            for head, rows in pairs:
                yield from table(head, rows)
            return
    indent = max(map(len, _HEAD)) + 2
    for strike, *fields in cells:
        yield strike
        for name, field in zip(_HEAD[1:], fields, strict=True):
            if field != "-":
                yield f"  {name.ljust(indent)}{field}"


def market_story(told: Document) -> list[str]:
    """Return the story of the only market of an explanation, from top to bottom."""
    (market,) = told["markets"]
    steps = list(_steps(told, market))
    width = max(len(name) for name, _ in steps)
    lines = [f"{name.ljust(width)}  {text}".rstrip() for name, text in steps]
    return [*_opening(told), "", f"{market['market_ticker']} ({_settles(market)})", "", *lines]


def _opening(told: Document) -> Iterator[str]:
    verdict = told["verdict"]
    words = ", ".join(dict.fromkeys(each["reason"] for each in verdict["reasons"]))
    gate = "GO" if verdict["go"] else f"NO-GO ({words})"
    bankroll = f"bankroll {_short(told['bankroll_usd'])} dollars"
    yield f"{told['series']} at {told['generated_at']}, {bankroll}: gate {gate}"
    for quantity, why in told["forecasts_refused"].items():
        yield f"no forecast of {quantity}: {why}"
    if told["dry_only"] is not None:
        yield f"dry only: {told['dry_only']}"


def _closing(told: Document) -> Iterator[str]:
    risk = told["value_at_risk"]
    yield (
        f"value at risk {risk['usd']:.2f} of {risk['limit_usd']:.2f} dollars; "
        "model, market, pooled: of YES; honest: of the side quoted"
    )
    whys: dict[str, list[str]] = {}
    for each in told["markets"]:
        if each["stopped"] is not None:
            whys.setdefault(each["stopped"], []).append(each["why"])
    for reason, found in whys.items():
        same = f": {found[0]}" if len(set(found)) == 1 else ""
        yield f"{len(found)} stopped by {reason}{same}"


def _settles(market: Document) -> str:
    if market["quantity"] is None:
        return "cannot be read"
    return f"{market['quantity']} in {market['unit']}, period {market['period']}"


def _row(market: Document) -> tuple[str, ...]:
    quote, size = market["quote"], market["size"]
    return (
        market["strike"] or market["market_ticker"],
        f"{_short(market['yes_bid'])}/{_short(market['yes_ask'])}",
        *(_prob(market[name], 3) for name in ("prob_model", "prob_market", "prob_pooled")),
        *(("-",) * 5 if quote is None else _quote_cells(quote)),
        "-" if size is None else f"{100 * size['kelly_fraction']:.2f}",
        "-" if size is None else _short(size["contracts"]),
        _room(market["caps"]),
        _decision(market),
    )


def _of(cells: Sequence[str], columns: Sequence[int]) -> list[str]:
    return [cells[column] for column in columns]


def _quote_cells(quote: Document) -> tuple[str, ...]:
    cents = (f"{100 * quote[name]:+.2f}" for name in ("ev_raw", "ev_honest"))
    return (
        f"{quote['side'].upper()} {_short(quote['price'])}",
        _prob(quote["prob_honest"], 3),
        f"{100 * quote['fee']:.2f}",
        *cents,
    )


def _prob(value: float | None, digits: int = 4) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _short(decimal: str | None) -> str:
    """Return a decimal without zeros behind its cents, and whole numbers without any."""
    if decimal is None:
        return "-"
    whole, _, parts = decimal.partition(".")
    kept = parts.rstrip("0")
    return f"{whole}.{kept.ljust(2, '0')}" if kept else whole


def _room(caps: Sequence[Document]) -> str:
    rooms = [each["room"] for each in caps if each["cap"] != "var"]
    return _short(f"{min(rooms):.2f}") if rooms else "-"


def _decision(market: Document) -> str:
    order = market["order"]
    if market["stopped"] is None:
        return f"rest {_short(order['contracts'])}"
    return str(market["stopped"])


def _steps(told: Document, market: Document) -> Iterator[tuple[str, str]]:
    yield "pays", _pays(market)
    yield "closes", f"{market['closes_at'] or 'not known'} ({market['status'] or 'not readable'})"
    yield "book", _book(market)
    yield "forecast", _forecast(told, market)
    yield from _beliefs(market)
    if (quote := market["quote"]) is not None:
        yield from _edge(quote, told["thresholds"])
        yield from _sizing(market, told["thresholds"])
    verdict = told["verdict"]
    words = ", ".join(dict.fromkeys(each["reason"] for each in verdict["reasons"]))
    yield "gate", "GO" if verdict["go"] else f"NO-GO: {words}"
    stopped = market["stopped"]
    yield "decision", market["why"] if stopped is None else f"{stopped}: {market['why']}"


def _pays(market: Document) -> str:
    low, high, unit = market["pays_from"], market["pays_to"], market["unit"]
    if low is None and high is None:
        return market["strike"] or "not readable"
    if low and high:
        span = f"{low} to {high} {unit}"
    else:
        span = f"{low} {unit} and above" if low else f"{high} {unit} and below"
    return f"YES {market['strike']}: settlement values {span}"


def _book(market: Document) -> str:
    book = market["book"]
    if book is None:
        return "none was received"
    bid, ask = market["yes_bid"] or "nothing", market["yes_ask"] or "nothing"
    sizes = f"{market['bid_size'] or 0} and {market['ask_size'] or 0} contracts"
    return f"YES {bid} bid, {ask} asked, {sizes}, read {book['as_of']}"


def _forecast(told: Document, market: Document) -> str:
    """Return the distribution that the model's probability is read from."""
    quantity, period = market["quantity"], market["period"] or ""
    for each in told["forecasts"]:
        # A month is written without its day.
        if each["quantity"] == quantity and period.startswith(each["period"]):
            mean, sd = each["latent_mean"], each["latent_sd"]
            return f"{each['model']}: mean {mean:.3f}, sd {sd:.3f} {each['unit']}"
    return str(told["forecasts_refused"].get(quantity, "none for this quantity and period"))


def _beliefs(market: Document) -> Iterator[tuple[str, str]]:
    yield "model", f"{_prob(market['prob_model'])} for YES"
    mid, weight = market["prob_market"], market["pool_weight"]
    # Scans kept by older versions do not say how the market was heard.
    heard = market.get("prob_heard", mid)
    if mid is None:
        yield "market", "not known: a side of the book is empty"
    else:
        how = "" if weight is None else _heard(heard, mid)
        yield "market", f"{_prob(mid)} for YES, the book's mid{how}"
    if weight is None:
        ours = "the market is not pooled"
    else:
        ours = f"{'all' if heard is None else f'{weight:.3f}'} of the weight is ours"
    yield "pooled", f"{_prob(market['prob_pooled'])} for YES; {ours}"


def _heard(heard: float | None, mid: float) -> str:
    """Return how the pool heard a book otherwise than by its mid."""
    if heard is None:
        return "; not heard: ours lies within a book that is too wide"
    if heard != mid:
        return f"; too wide, heard as {_prob(heard)}, its end nearer to ours"
    return ""


def _edge(quote: Document, thresholds: Document) -> Iterator[tuple[str, str]]:
    side = quote["side"].upper()
    yield "quote", f"{side} at {quote['price']} ({quote['placement']} the best bid)"
    believed = f"{quote['shrink']:.2f} x {quote['weight']:.2f} of the edge is believed"
    pooled = _prob(quote["prob_pooled"])
    yield "honest", f"{_prob(quote['prob_honest'])} for {side}, pooled {pooled}: {believed}"
    yield "fee", f"{100 * quote['fee']:.2f} c a contract, before a whole order's is rounded"
    adverse, least = 100 * quote["adverse_selection"], 100 * thresholds["min_ev"]
    raw, honest = (f"{100 * quote[name]:+.2f} c" for name in ("ev_raw", "ev_honest"))
    told = f"{adverse:.2f} c of it for adverse selection; {least:.2f} c needed"
    yield "EV", f"raw {raw}, honest {honest} a contract, {told}"


def _sizing(market: Document, thresholds: Document) -> Iterator[tuple[str, str]]:
    size, order = market["size"], market["order"]
    kelly, staked = (f"{100 * size[name]:.2f} %" for name in ("kelly_fraction", "staked_fraction"))
    part = f"x {thresholds['kelly_multiplier']:g}, at most {100 * thresholds['kelly_cap']:g} %"
    asked = f"{_short(size['contracts'])} contracts"
    yield "Kelly", f"{kelly} of the bankroll; {part}: {staked} staked, {asked} asked"
    for cap in market["caps"]:
        count = cap["contracts"]
        left = "never asked" if count is None else f"left {_short(count)} contracts"
        yield _CAPS[cap["cap"]], f"{_free(cap)}: {left}"
    if order is not None:
        money = f"fee {_short(order['fee'])}, at risk {_short(order['max_loss'])} dollars"
        edge = f"honest {100 * order['ev_honest']:+.2f} c a contract with the fee of it all"
        filled = f"{order['ev_order']:+.2f} dollars if {market['quote']['fill_ratio']:.0%} fill"
        yield "order", f"{_short(order['contracts'])} contracts, {money}; {edge}, {filled}"


def _free(cap: Document) -> str:
    room, limit = cap["room"], f"{cap['limit']:.2f} dollars"
    if room >= 0.0:
        beside = " beside all that is wanted" if cap["cap"] == "var" else ""
        return f"{room:.2f} free of {limit}{beside}"
    if cap["cap"] == "unit":
        return f"{-room:.2f} beyond {limit} by what is held and came before, were all of it lost"
    if cap["cap"] == "var":
        return f"{-room:.2f} beyond {limit} by all that is wanted, so every order is cut alike"
    return f"{-room:.2f} beyond {limit} by what is held"
