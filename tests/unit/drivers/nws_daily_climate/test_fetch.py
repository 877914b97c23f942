from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, Payload
from kalshi_alpha.drivers.nws_daily_climate.fetch import ENDPOINT, NEWEST, fetch, listing_url

AT = datetime(2026, 8, 22, 12, 20, tzinfo=UTC)


@dataclass
class Answers:
    """A network of prepared answers; an address without one fails."""

    stations: tuple[str, ...]
    bodies: Mapping[str, bytes]
    asked: list[str] = field(default_factory=list)

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        assert url.split("/")[2] in endpoint.hosts
        assert headers is not None
        assert headers["Accept"] == "application/ld+json"
        self.asked.append(url)
        if url not in self.bodies:
            raise FetchFailed(f"{endpoint.source}: {url}: HTTP 503")
        return self.bodies[url]

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        raise AssertionError((endpoint, url, json, form))

    def now(self) -> datetime:
        return AT

    def secret(self, name: str) -> str | None:
        raise AssertionError(name)


def listing(station: str, count: int) -> bytes:
    graph = [
        {"id": f"{station}-{i}", "issuanceTime": f"2026-08-{i + 1:02d}T06:26:00+00:00"}
        for i in range(count)
    ]
    return json.dumps({"@graph": graph}).encode()


def service(*stations: str, count: int = NEWEST + 2) -> dict[str, bytes]:
    bodies = {listing_url(station): listing(station, count) for station in stations}
    for station in stations:
        for i in range(count):
            name = f"{station}-{i}"
            bodies[f"https://api.weather.gov/products/{name}"] = name.encode()
    return bodies


def test_the_newest_reports_of_each_station_are_joined_as_they_came() -> None:
    access = Answers(("NYC", "MDW"), service("NYC", "MDW"))
    payloads = list(fetch(access, AT))
    assert [(p.source, p.retrieved_at, p.origin) for p in payloads] == [
        ("nws_daily_climate", AT, "api.weather.gov")
    ] * 2
    assert payloads[0].body.split(b"\x1d")[1:] == [f"NYC-{i}\n".encode() for i in range(7, 1, -1)]
    assert len(access.asked) == 2 * (1 + NEWEST)


def test_no_parameter_is_added_to_an_address() -> None:
    access = Answers(("NYC",), service("NYC"))
    list(fetch(access, AT))
    assert not any("?" in url for url in access.asked)


def test_a_station_that_fails_is_named_after_the_others_were_had() -> None:
    bodies = {**service("NYC", "LAX"), listing_url("MIA"): b'{"title": "Gone", "status": 404}'}
    del bodies["https://api.weather.gov/products/LAX-7"]
    access = Answers(("MDW", "MIA", "LAX", "NYC"), bodies)
    had: list[Payload] = []
    with pytest.raises(FetchFailed, match=r"MDW: .*503.*; MIA: .*404 Gone.*; LAX: .*503"):
        had.extend(fetch(access, AT))
    assert [payload.body[:6] for payload in had] == [b"\x1dNYC-7"]


def test_a_station_without_reports_is_a_failure_and_no_station_is_none() -> None:
    with pytest.raises(FetchFailed, match=r"NYC: .*no report is listed"):
        list(fetch(Answers(("NYC",), service("NYC", count=0)), AT))
    assert list(fetch(Answers((), {}), AT)) == []
    assert ENDPOINT.redirect is None
