from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, Payload
from kalshi_alpha.drivers.weather_guidance.fetch import ENDPOINT, MODELS, archive_url, fetch

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
        assert headers is None
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


def test_the_cycles_of_the_last_day_are_asked_for() -> None:
    assert archive_url("KMIA", "NBS", AT) == (
        "https://mesonet.agron.iastate.edu/cgi-bin/request/mos.py"
        "?station=KMIA&model=NBS&sts=2026-08-21T12:20Z&ets=2026-08-22T12:20Z&format=csv"
    )


def test_the_bulletins_of_each_station_are_joined_as_they_came() -> None:
    bodies = {archive_url(k, m, AT): f"{k} {m}".encode() for k in ("KNYC", "KMDW") for m in MODELS}
    payloads = list(fetch(Answers(("NYC", "MDW"), bodies), AT))
    assert [payload.body for payload in payloads] == [
        b"\x1dKNYC NBS\n\x1dKNYC GFS\n\x1dKNYC NAM\n",
        b"\x1dKMDW NBS\n\x1dKMDW GFS\n\x1dKMDW NAM\n",
    ]
    assert {payload.source for payload in payloads} == {ENDPOINT.source}


def test_a_bulletin_that_fails_is_named_after_the_others_were_had() -> None:
    bodies = {archive_url("KNYC", "GFS", AT): b"mos"}
    had: list[Payload] = []
    with pytest.raises(FetchFailed, match=r"MDW NBS: .*; NYC NBS: .*503; NYC NAM: "):
        had.extend(fetch(Answers(("MDW", "NYC"), bodies), AT))
    assert [payload.body for payload in had] == [b"\x1dmos\n"]
    assert list(fetch(Answers((), {}), AT)) == []
