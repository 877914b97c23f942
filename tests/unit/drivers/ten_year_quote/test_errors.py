from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.ten_year_quote.errors import BadQuote, QuoteRefused, WrongBody


@pytest.mark.parametrize("kind", [WrongBody, BadQuote])
def test_every_refusal_names_its_feed(kind: type[QuoteRefused]) -> None:
    error = kind("no such yield")
    assert isinstance(error, ParseRefused)
    assert str(error) == "ten_year_quote: no such yield"
