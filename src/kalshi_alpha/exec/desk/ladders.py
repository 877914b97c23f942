"""The ladders of the newest proposals, with what was written down of their books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from kalshi_alpha.core.errors import BadParameter, DomainError, TornFile
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.artifacts import SCHEMA
from kalshi_alpha.exec.desk.desk import BookSeen, LadderSeen, QuoteSeen, RungSeen
from kalshi_alpha.exec.settlement import written_strike

RECORDED, SCANNED = "recorded", "scan"
_PROBS = ("prob_model", "prob_market", "prob_pooled")
UNREADABLE = "unreadable"
_TICKER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,99}")
_FAULTS = (KeyError, TypeError, ValueError, DomainError)


def newest_proposals(folder: Path) -> Path | None:
    """Return the newest proposals in a family's folder: files are named by their clock."""
    return max(folder.glob("*.json"), key=lambda path: path.name, default=None)


def read_proposals(path: Path) -> dict[str, Any]:
    """Read a scan's document, whatever its date; the desk judges that.

    Raises
    ------
    MissingData, TornFile, NewerSchema
        As `read_json`.
    """
    return read_json(path, SCHEMA, END_OF_TIME)


def made_at(document: Mapping[str, Any]) -> datetime:
    """Return when a scan's document was made, in UTC."""
    return datetime.fromisoformat(document["generated_at"]).astimezone(UTC)


def ladders_of(
    document: Mapping[str, Any],
    family: str,
    at: datetime,
    recorded: Mapping[str, BookSeen],
    path: Path,
) -> tuple[LadderSeen, ...]:
    """Return the ladders of a scan, each in the order of its strikes.

    A ladder with a market whose ticker can be none is shown, and nothing of it is believed.

    Parameters
    ----------
    document
        What the scan wrote.
    family, at
        Whose it is, and the desk's clock.
    recorded
        Books that were written down since, by market.
    path
        Of the document, for messages.

    Raises
    ------
    TornFile
        If an entry is none.
    """
    try:
        rungs = [_proposed(each) for each in document["proposals"]]
        rungs += [_passed(each) for each in document["not_proposed"]]
        books = dict(_scanned_books(document))
        # Of every market the scan tells the probabilities of YES by themselves.
        probs = {r["market_ticker"]: _of_yes(r, None) for r in document.get("markets", ())}
        scanned_at = made_at(document)
        mode = str(document["mode"])
    except _FAULTS as error:
        raise TornFile(f"{path}: {error!r} in its markets; scan again") from error
    by_event: dict[str, list[RungSeen]] = {}
    for event, rung in rungs:
        newest = _newer(recorded.get(rung.ticker), books.get(rung.ticker))
        told = _with_probs(replace(rung, book=newest), probs.get(rung.ticker))
        by_event.setdefault(event, []).append(told)
    return tuple(
        LadderSeen(
            family=family,
            series=_shown(event).partition("-")[0],
            event=_shown(event),
            at=scanned_at,
            age_s=(at - scanned_at).total_seconds(),
            mode=mode,
            rungs=tuple(sorted(_believed(event, found), key=_strike_place)),
        )
        for event, found in sorted(by_event.items())
    )


def _believed(event: str, rungs: Iterable[RungSeen]) -> list[RungSeen]:
    """Return the markets of a ladder as they are, or each as unreadable if one has no ticker."""
    found = list(rungs)
    wrong = [name for name in (event, *(rung.ticker for rung in found)) if not _is_ticker(name)]
    if not wrong:
        return found
    detail = f"{_shown(wrong[0])!r} is no ticker; scan again"
    return [
        RungSeen(
            ticker=_shown(rung.ticker),
            strike=rung.strike,
            **dict.fromkeys(_PROBS),
            book=None,
            quote=None,
            reason=UNREADABLE,
            detail=detail,
        )
        for rung in found
    ]


def _is_ticker(name: str) -> bool:
    return _TICKER.fullmatch(name) is not None


def _shown(name: str) -> str:
    """Return a name as it may stand in a page or an address: what fits into no ticker is a line."""
    if _is_ticker(name):
        return name
    return re.sub(r"[^A-Za-z0-9-]+", "_", name)[:100].strip("_-") or "_"


def _proposed(row: Mapping[str, Any]) -> tuple[str, RungSeen]:
    side = Side(row["side"])
    quote = QuoteSeen(
        side=side,
        price_e4=Price.parse(row["price"]).e4,
        contracts=Contracts.parse(row["contracts"]),
        ev_honest=float(row["ev_honest"]),
        prob_honest=float(row["prob_honest"]),
    )
    return row["event_ticker"], RungSeen(
        ticker=row["market_ticker"],
        strike=row["strike"],
        **_of_yes(row, side),
        book=None,
        quote=quote,
        reason="",
        detail="",
    )


def _passed(row: Mapping[str, Any]) -> tuple[str, RungSeen]:
    side = None if row["side"] is None else Side(row["side"])
    return row["event_ticker"], RungSeen(
        ticker=row["market_ticker"],
        strike=row["strike"],
        **_of_yes(row, side),
        book=None,
        quote=None,
        reason=row["reason"],
        detail=row["detail"],
    )


def _of_yes(row: Mapping[str, Any], side: Side | None) -> dict[str, float | None]:
    """Return the probabilities of YES; a quote's are those of the side that is quoted."""

    def of(name: str) -> float | None:
        prob = row[name]
        if prob is None:
            return None
        return 1.0 - float(prob) if side is Side.NO else float(prob)

    return {name: of(name) for name in _PROBS}


def _with_probs(rung: RungSeen, probs: Mapping[str, float | None] | None) -> RungSeen:
    if probs is None:
        return rung
    model, market, pooled = (probs[name] for name in _PROBS)
    return replace(rung, prob_model=model, prob_market=market, prob_pooled=pooled)


def _newer(first: BookSeen | None, second: BookSeen | None) -> BookSeen | None:
    if first is None or second is None:
        return first or second
    if first.at is None or second.at is None:
        return first
    return first if first.at >= second.at else second


def _strike_place(rung: RungSeen) -> tuple[float, str]:
    try:
        strike = written_strike(rung.strike)
    except DomainError:
        return float("inf"), rung.ticker
    bound = strike.floor if strike.floor is not None else strike.cap
    below = strike.floor is None
    return (float(bound or 0) - (0.001 if below else 0.0)), rung.ticker


def _scanned_books(document: Mapping[str, Any]) -> Iterable[tuple[str, BookSeen]]:
    """Yield the books that the scan wrote beside its markets, where it did."""
    for row in document.get("markets", ()):
        book = row.get("book")
        if not isinstance(book, dict):
            continue
        at = datetime.fromisoformat(book["as_of"]).astimezone(UTC)
        yes, no = (_levels(book.get(side, ())) for side in ("yes", "no"))
        yield (
            row["market_ticker"],
            BookSeen(
                bid_e4=yes[0][0] if yes else None,
                ask_e4=10_000 - no[0][0] if no else None,
                yes=yes,
                no=no,
                at=at,
                source=SCANNED,
            ),
        )


def _levels(rows: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    found = [(Price.parse(price).e4, Contracts.parse(count).e2) for price, count in rows]
    return tuple(sorted(found, reverse=True))


# --- books that the stream's recorder wrote down ------------------------------------------


class _Recorded(msgspec.Struct, frozen=True):
    """What is read of a recorded book."""

    generated_at: datetime
    dirty: str | None = None
    best_yes_bid: str | None = None
    best_yes_ask: str | None = None
    bid_count: str | None = None
    ask_count: str | None = None


def recorded_book(paths: Paths, ticker: str, at: datetime) -> BookSeen | None:
    """Return the newest book of a market that was written down, if it can be believed.

    None where nothing was, as of a ticker that is no file's name, while the book was dirty, and
    if it is of after the clock.
    """
    try:
        data = paths.orderbook_imbalance(ticker).read_bytes()
        found = msgspec.json.decode(data, type=_Recorded)
    except (OSError, BadParameter, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if found.dirty is not None or found.generated_at.tzinfo is None or found.generated_at > at:
        return None
    try:
        bid = _level(found.best_yes_bid, found.bid_count)
        ask = _level(found.best_yes_ask, found.ask_count)
    except DomainError:
        return None
    return BookSeen(
        bid_e4=bid[0] if bid else None,
        ask_e4=ask[0] if ask else None,
        yes=(bid,) if bid else (),
        no=((10_000 - ask[0], ask[1]),) if ask else (),
        at=found.generated_at,
        source=RECORDED,
    )


def _level(price: str | None, count: str | None) -> tuple[int, int] | None:
    if price is None:
        return None
    return Price.parse(price).e4, 0 if count is None else Contracts.parse(count).e2


def markets_of(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the markets that a scan looked at."""
    try:
        rows = (*document["proposals"], *document["not_proposed"])
        return frozenset(row["market_ticker"] for row in rows)
    except _FAULTS:
        return frozenset()
