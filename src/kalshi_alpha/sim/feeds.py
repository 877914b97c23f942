"""The publishers' pages, as fixtures have them: ``/feeds/<host>/<path>`` on the exchange's port.

Each source answers at its own host and path, so a client only has to put the exchange's address
before them. It gives the newest payload that had been received by the exchange's time, never a
later one, and 404 where a publisher would have nothing either.

One record is not given as it was received: the ten-year quote. A desk's quote is of this minute,
and one that stands still ends every practice after a minute; so on its own day it is dated a few
seconds ago at any time, as the books of that minute are shown all day, and its source says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import msgspec

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.wire import WireReply, WireRequest

ROOT = "/feeds/"
SOURCE = "sim feeds"
_STAMP = re.compile(r"eta(\d{4})(\d{2})(\d{2})$")
_MIME = {".json": "application/json", ".xml": "application/xml", ".html": "text/html"}
_LISTED_MAX = 12
_GAS = "GASREGW"
_NO_GUIDANCE = b"runtime,ftime,model,station,n_x,x_n,txn,xnd\n"
QUOTE_AGE = timedelta(seconds=5)
"""How old the quote is that follows the exchange's clock."""
RE_DATED = "practice, re-dated: "
_SOURCE_MAX = 64


class FeedPayload(msgspec.Struct, frozen=True):
    """One line of the manifest: a file, and from when on it counts as received."""

    path: str
    retrieved_at: datetime
    source: str


class _Quote(msgspec.Struct, frozen=True):
    at: datetime
    percent: Decimal = msgspec.field(name="yield")
    source: str


class _Manifest(msgspec.Struct, frozen=True):
    payloads: list[FeedPayload]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request below the root."""

    host: str
    path: str
    query: Mapping[str, list[str]]

    def value(self, name: str) -> str:
        """Return a parameter, empty if it is absent."""
        return self.query.get(name, [""])[0]


Pick = Callable[["FeedShelf", Asked], WireReply | None]


class FeedShelf:
    """Answers requests below ``/feeds/`` from a folder of feed fixtures.

    Parameters
    ----------
    folder
        Holds ``manifest.json`` and a folder for each source.
    clock
        The exchange's time.

    Raises
    ------
    MissingData
        If there is no manifest.
    ParseRefused
        If the manifest cannot be read.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        path = folder / "manifest.json"
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=_Manifest)
        except OSError as error:
            raise MissingData(f"{path} cannot be read: {error.strerror}") from error
        except msgspec.MsgspecError as error:
            raise ParseRefused(SOURCE, f"{path}: {error}") from error
        self._payloads = sorted(manifest.payloads, key=lambda payload: payload.retrieved_at)

    def __call__(self, request: WireRequest) -> WireReply | None:
        """Answer a request below ``/feeds/``; None for any other."""
        if not request.path.startswith(ROOT):
            return None
        host, _, path = request.path.removeprefix(ROOT).partition("/")
        asked = Asked(host, f"/{path}", parse_qs(request.query, keep_blank_values=True))
        for pattern, pick in _PAGES:
            if pattern.fullmatch(f"{host}/{path}"):
                return pick(self, asked) or _NOTHING
        return _NOTHING

    def received(self, source: str) -> list[FeedPayload]:
        """Return what had been received of a source by now, newest first."""
        now = self._clock.now()
        own = [p for p in self._payloads if p.source == source and p.retrieved_at <= now]
        return own[::-1]

    def known_on(self, source: str, day: date) -> list[FeedPayload]:
        """Return what was received of a source by the end of a New York day, newest first."""
        own = [p for p in self._payloads if p.source == source]
        return [p for p in own if new_york(p.retrieved_at).date() <= day][::-1]

    def body(self, payload: FeedPayload) -> bytes:
        """Return a payload as it was received."""
        return (self._folder / payload.path).read_bytes()

    def now(self) -> datetime:
        """Return the exchange's time."""
        return self._clock.now()

    def reply(self, payload: FeedPayload) -> WireReply:
        """Return a payload as a whole reply."""
        mime = _MIME.get(Path(payload.path).suffix, "text/plain")
        return WireReply(200, {"content-type": mime}, self.body(payload))


_NOTHING = WireReply(404, {"content-type": "text/plain"}, b"not found")


def _newest(source: str, named: str = "") -> Pick:
    """Pick the newest payload of a source, of those whose file has a name if one is given."""

    def pick(shelf: FeedShelf, _: Asked) -> WireReply | None:
        found = (p for p in shelf.received(source) if not named or Path(p.path).name == named)
        payload = next(found, None)
        return None if payload is None else shelf.reply(payload)

    return pick


def _release(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    """Pick the claims release of the day that the address names."""
    stamp = _STAMP.search(asked.path)
    day = "-".join(stamp.groups()) if stamp else ""
    found = (p for p in shelf.received("dol_claims") if day and Path(p.path).stem == day)
    payload = next(found, None)
    return None if payload is None else shelf.reply(payload)


def _curve(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    """Pick the newest yields of the month that the query names."""
    month = asked.value("field_tdr_date_value_month")
    stem = f"{month[:4]}-{month[4:]}"
    found = (p for p in shelf.received("treasury_yields") if Path(p.path).stem.startswith(stem))
    payload = next(found, None)
    return None if payload is None else shelf.reply(payload)


def _fred(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    """Pick weekly gasoline prices, the one series of the archive that the fixtures have."""
    return _newest("eia_gas")(shelf, asked) if asked.value("id") == _GAS else None


def _mentioning(source: str, station: Callable[[Asked], str]) -> Pick:
    """Pick the newest payload in which a station occurs."""

    def pick(shelf: FeedShelf, asked: Asked) -> WireReply | None:
        name = station(asked).encode()
        found = (p for p in shelf.received(source) if name and name in shelf.body(p))
        payload = next(found, None)
        return None if payload is None else shelf.reply(payload)

    return pick


def _guidance(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    """Pick the newest bulletins of a station; of one without any the archive has an empty table."""
    station = asked.value("station")
    found = _mentioning("weather_guidance", lambda _: station)(shelf, asked)
    if found is not None or not station or not shelf.received("weather_guidance"):
        return found
    return WireReply(200, {"content-type": "text/csv"}, _NO_GUIDANCE)


def _climate_list(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    """List the climate reports in which a station occurs, as the weather service does."""
    heading = f"CLI{asked.path.rpartition('/')[2]}".encode()
    graph = [
        {"id": Path(p.path).stem, "issuanceTime": p.retrieved_at.isoformat(), "productCode": "CLI"}
        for p in shelf.received("nws_daily_climate")
        if heading in shelf.body(p)
    ][:_LISTED_MAX]
    return WireReply(
        200, {"content-type": "application/json"}, msgspec.json.encode({"@graph": graph})
    )


def _climate_report(shelf: FeedShelf, asked: Asked) -> WireReply | None:
    name = asked.path.rpartition("/")[2]
    found = (p for p in shelf.received("nws_daily_climate") if Path(p.path).stem == name)
    payload = next(found, None)
    return None if payload is None else shelf.reply(payload)


def _quote(shelf: FeedShelf, _: Asked) -> WireReply | None:
    """Give the quote of the day, dated a few seconds ago; on other days the newest as it was."""
    local = new_york(shelf.now())
    payload = next(iter(shelf.known_on("ten_year_quote", local.date())), None)
    if payload is None:
        return None
    kept = msgspec.json.decode(shelf.body(payload), type=_Quote)
    if new_york(kept.at).date() != local.date():
        return shelf.reply(payload)
    record = {
        "at": (local - QUOTE_AGE).replace(microsecond=0).isoformat(),
        "yield": str(kept.percent),
        "source": f"{RE_DATED}{kept.source}"[:_SOURCE_MAX].rstrip(),
    }
    return WireReply(200, {"content-type": _MIME[".json"]}, msgspec.json.encode(record))


def _page(pattern: str, pick: Pick) -> tuple[re.Pattern[str], Pick]:
    return re.compile(pattern), pick


_PAGES = (
    _page(r"api\.bls\.gov/publicAPI/v2/timeseries/data/", _newest("bls_cpi")),
    _page(r"www\.clevelandfed\.org/-/media/.*\.json", _newest("cleveland_nowcast")),
    _page(r"gasprices\.aaa\.com/", _newest("aaa_gas")),
    _page(r"www\.bls\.gov/schedule/.*\.ics", _newest("macro_calendar", "bls.ics")),
    _page(r"www\.federalreserve\.gov/monetarypolicy/.*", _newest("macro_calendar", "fomc.html")),
    _page(r"oui\.doleta\.gov/unemploy/claims_arch\.asp", _newest("macro_calendar", "claims.html")),
    _page(r"www\.dol\.gov/newsroom/releases/eta/eta\d{8}", _release),
    _page(r"oui\.doleta\.gov/unemploy/wkclaims/report\.asp", _newest("dol_claims")),
    _page(r"home\.treasury\.gov/resource-center/.*", _curve),
    _page(r"api\.eia\.gov/.*", _newest("eia_gas")),
    _page(r"fred\.stlouisfed\.org/graph/fredgraph\.csv", _fred),
    _page(r"api\.weather\.gov/products/types/CLI/locations/\w+", _climate_list),
    _page(r"api\.weather\.gov/products/[\w-]+", _climate_report),
    _page(
        r"api\.weather\.gov/stations/\w+/observations",
        _mentioning("nws_observations", lambda asked: asked.path.split("/")[2]),
    ),
    _page(
        r"mesonet\.agron\.iastate\.edu/cgi-bin/request/mos\.py",
        _guidance,
    ),
    _page(r"ten-year-quote/record", _quote),
)
