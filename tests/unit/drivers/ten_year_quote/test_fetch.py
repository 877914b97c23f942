from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint
from kalshi_alpha.drivers.ten_year_quote.fetch import (
    BODY_CAP,
    VARIABLE,
    fetch,
    from_file,
    from_plug_in,
)

NOW = datetime(2025, 6, 12, 18, 45, tzinfo=UTC)


class Desk:
    """A desk with one setting, and a web that answers with the address's host."""

    stations = ()

    def __init__(self, place: str | None) -> None:
        self.place = place

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        assert headers is None
        assert endpoint.body_cap == BODY_CAP
        return f"{','.join(endpoint.hosts)} {url}".encode()

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        raise AssertionError(f"posted to {endpoint} {url}: {json} {form}")

    def now(self) -> datetime:
        return NOW

    def secret(self, name: str) -> str | None:
        assert name == VARIABLE
        return self.place


@dataclass(frozen=True)
class Installed:
    name: str
    answer: object

    def load(self) -> Callable[[], object]:
        return lambda: self.answer


def fetched(place: str | None) -> bytes:
    [payload] = fetch(Desk(place), NOW)
    assert payload.retrieved_at == NOW
    return payload.body


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "quote.json").write_bytes(b"{}")
    assert fetched(str(tmp_path / "quote.json")) == b"{}"


def test_an_address_is_asked_at_its_own_host_only() -> None:
    assert fetched("https://desk.example/q") == b"desk.example https://desk.example/q"


@pytest.mark.parametrize("place", ["http://desk.example/q", "ftp://x/y", "https://"])
def test_an_address_without_encryption_is_refused(place: str) -> None:
    with pytest.raises(FetchFailed, match="https"):
        fetched(place)


def test_without_a_setting_and_a_plug_in_there_is_no_payload() -> None:
    assert list(fetch(Desk(None), NOW)) == []


def test_a_file_that_is_absent_too_large_or_no_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b" " * (BODY_CAP + 1))
    with pytest.raises(FetchFailed):
        from_file(tmp_path / "absent")
    with pytest.raises(FetchFailed, match="larger"):
        from_file(tmp_path / "large")
    with pytest.raises(FetchFailed):
        from_file(tmp_path)


def test_the_one_plug_in_is_asked() -> None:
    assert from_plug_in([Installed("desk", b"{}")]) == b"{}"


def test_several_plug_ins_or_a_silent_one_are_errors() -> None:
    with pytest.raises(FetchFailed, match="a, b"):
        from_plug_in([Installed("b", b""), Installed("a", b"")])
    with pytest.raises(FetchFailed, match="no record"):
        from_plug_in([Installed("desk", None)])
