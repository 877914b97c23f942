from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, Payload
from kalshi_alpha.drivers.nws_observations.fetch import ENDPOINT, collection_url, fetch

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
        assert headers["Accept"] == "application/geo+json"
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


def test_the_running_and_the_last_climate_day_are_asked_for() -> None:
    assert collection_url("KMDW", AT) == (
        "https://api.weather.gov/stations/KMDW/observations"
        "?start=2026-08-21T06:20:00Z&end=2026-08-22T12:20:00Z&limit=500"
    )


def test_each_station_is_one_payload_as_it_came() -> None:
    bodies = {collection_url(k, AT): k.encode() for k in ("KNYC", "KMDW")}
    payloads = list(fetch(Answers(("NYC", "MDW"), bodies), AT))
    assert [payload.body for payload in payloads] == [b"KNYC", b"KMDW"]
    assert {(p.source, p.retrieved_at) for p in payloads} == {(ENDPOINT.source, AT)}


def test_a_station_that_fails_is_named_after_the_others_were_had() -> None:
    access = Answers(("MDW", "NYC"), {collection_url("KNYC", AT): b"{}"})
    had: list[Payload] = []
    with pytest.raises(FetchFailed, match=r"MDW: .*503"):
        had.extend(fetch(access, AT))
    assert [payload.body for payload in had] == [b"{}"]
    assert list(fetch(Answers((), {}), AT)) == []
