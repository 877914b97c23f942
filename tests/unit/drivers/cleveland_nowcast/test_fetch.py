from __future__ import annotations

import pytest

from fakes.publishers import Answer, Publishers
from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.drivers.cleveland_nowcast.fetch import FILE_URL, PAGE_URL, fetch


def test_the_month_file_is_enough() -> None:
    web = Publishers({FILE_URL: b"[]"})
    [payload] = fetch(web, web.clock)
    assert (payload.body, payload.origin) == (b"[]", "www.clevelandfed.org")
    assert web.asked == [FILE_URL]


@pytest.mark.parametrize("answer", [403, b"<html>Just a moment...</html>"])
def test_where_the_file_is_refused_the_page_stands_in_and_says_so(answer: Answer) -> None:
    web = Publishers({FILE_URL: answer, PAGE_URL: b"<table>"})
    [payload] = fetch(web, web.clock)
    assert payload.body == b"<table>"
    assert payload.origin == "www.clevelandfed.org page table (fallback)"


def test_where_both_are_refused_both_reasons_are_named() -> None:
    web = Publishers({FILE_URL: 403, PAGE_URL: 503})
    with pytest.raises(FetchFailed, match=r"403.*503"):
        fetch(web, web.clock)
