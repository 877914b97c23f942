from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.transport import FeedClient
from kalshi_alpha.sim.feeds import QUOTE_AGE, FeedShelf
from sim_exchange import Clock

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AFTERNOON = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
DRIVERS = (
    *("aaa_gas", "bls_cpi", "cleveland_nowcast", "dol_claims", "eia_gas", "macro_calendar"),
    *("nws_daily_climate", "nws_observations", "ten_year_quote", "treasury_yields"),
    "weather_guidance",
)


def _shelf(at: datetime = AFTERNOON) -> FeedShelf:
    return FeedShelf(FIXTURES, Clock(at))


def _get(shelf: FeedShelf, address: str, query: str = "") -> WireReply:
    reply = shelf(WireRequest("GET", f"/feeds/{address}", query))
    assert reply is not None
    return reply


class _Rerouted(httpx2.BaseTransport):
    """Puts the exchange's root before every address."""

    def __init__(self, shelf: FeedShelf) -> None:
        self._shelf = shelf

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        path = f"/feeds/{url.host}{url.path}"
        asked = WireRequest(request.method, path, url.query.decode(), request.read())
        reply = self._shelf(asked)
        assert reply is not None
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)


class _Client(FeedClient):
    """The client of the desk at the fixtures' time."""

    def now(self) -> datetime:
        return AFTERNOON


@pytest.fixture
def client() -> Iterator[FeedClient]:
    settings = {"KALSHI_ALPHA_TEN_YEAR_QUOTE": "https://ten-year-quote/record"}
    own = _Client(
        "desk@example.org",
        transport=_Rerouted(_shelf()),
        settings=settings,
        stations=("NYC", "MDW", "MIA"),
        pause_s=0.0,
        attempts=1,
    )
    yield own
    own.close()


@pytest.mark.parametrize("name", DRIVERS)
def test_each_driver_reads_what_its_source_shows_here(name: str, client: FeedClient) -> None:
    driver: Driver[Any] = importlib.import_module(f"kalshi_alpha.drivers.{name}").DRIVER
    payloads = list(driver.fetch(client, AFTERNOON))
    assert payloads
    assert all(driver.parse(payload.body).rows for payload in payloads)


def test_nothing_is_shown_before_it_was_received() -> None:
    address = "api.bls.gov/publicAPI/v2/timeseries/data/"
    before = _get(_shelf(datetime(2024, 12, 11, 13, 44, tzinfo=UTC)), address)
    after = _get(_shelf(datetime(2024, 12, 11, 13, 45, tzinfo=UTC)), address)
    assert before.body == (FIXTURES / "bls_cpi/2024-11-13.json").read_bytes()
    assert after.body == (FIXTURES / "bls_cpi/2024-12-11.json").read_bytes()
    assert _get(_shelf(datetime(2024, 1, 1, tzinfo=UTC)), address).status == 404


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("www.example.org/", ""),
        ("gasprices.aaa.com/other", ""),
        ("www.dol.gov/newsroom/releases/eta/eta20241211", ""),
        ("home.treasury.gov/resource-center/x", "field_tdr_date_value_month=202401"),
        ("fred.stlouisfed.org/graph/fredgraph.csv", "id=DGS10"),
        ("api.weather.gov/products/none", ""),
        ("api.weather.gov/stations/KXXX/observations", ""),
        ("mesonet.agron.iastate.edu/cgi-bin/request/mos.py", ""),
    ],
)
def test_what_a_publisher_would_not_have_is_404(address: str, query: str) -> None:
    assert _get(_shelf(), address, query).status == 404


def test_a_station_without_bulletins_has_an_empty_table() -> None:
    """As the archive answers: a desk that follows seven stations is not refused for four."""
    address = "mesonet.agron.iastate.edu/cgi-bin/request/mos.py"
    driver: Driver[Any] = importlib.import_module("kalshi_alpha.drivers.weather_guidance").DRIVER
    reply = _get(_shelf(), address, "station=KDEN&model=NBS")
    assert reply.status == 200
    assert driver.parse(reply.body).rows == ()
    early = _shelf(datetime(2024, 1, 1, tzinfo=UTC))
    assert _get(early, address, "station=KDEN&model=NBS").status == 404


def test_a_list_of_reports_names_those_of_one_station_newest_first() -> None:
    reply = _get(_shelf(), "api.weather.gov/products/types/CLI/locations/NYC")
    graph = json.loads(reply.body)["@graph"]
    times = [each["issuanceTime"] for each in graph]
    assert times == sorted(times, reverse=True)
    assert _get(_shelf(), f"api.weather.gov/products/{graph[0]['id']}").status == 200


def quoted(at: datetime) -> tuple[datetime, str, str]:
    record = json.loads(_get(_shelf(at), "ten-year-quote/record").body)
    return datetime.fromisoformat(record["at"]), str(record["yield"]), record["source"]


def test_the_ten_year_quote_follows_the_clock_on_its_own_day_and_says_so() -> None:
    kept = "composed for the fixture"
    for minutes in (-300, -1, 0, 1, 40):
        at = AFTERNOON + timedelta(minutes=minutes)
        assert quoted(at) == (at - QUOTE_AGE, "4.326", f"practice, re-dated: {kept}")
    day_before = _shelf(datetime(2024, 12, 12, 4, 59, tzinfo=UTC))
    assert _get(day_before, "ten-year-quote/record").status == 404
    next_day = quoted(datetime(2024, 12, 13, 5, 0, 0, tzinfo=UTC))
    assert next_day == (datetime(2024, 12, 12, 19, 44, 40, tzinfo=UTC), "4.326", kept)


def test_other_paths_are_left_to_others() -> None:
    assert _shelf()(WireRequest("GET", "/trade-api/v2/markets")) is None


def test_a_folder_without_a_readable_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"manifest\.json"):
        FeedShelf(tmp_path, Clock())
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ParseRefused, match=r"manifest\.json"):
        FeedShelf(tmp_path, Clock())
