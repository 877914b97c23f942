from __future__ import annotations

import pytest

from fakes.publishers import Publishers
from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.drivers.aaa_gas.fetch import URL, fetch


def test_the_page_is_asked_for_once() -> None:
    web = Publishers({URL: b"<html>"})
    [payload] = fetch(web, web.clock)
    assert (payload.source, payload.body, payload.origin) == (
        "aaa_gas",
        b"<html>",
        "gasprices.aaa.com",
    )
    assert web.asked == ["https://gasprices.aaa.com/"]


def test_a_page_that_is_blocked_is_a_failure() -> None:
    with pytest.raises(FetchFailed, match=r"aaa_gas.*403"):
        fetch(Publishers({URL: 403}), Publishers({}).clock)
