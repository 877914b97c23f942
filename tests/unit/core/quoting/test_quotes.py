from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.quotes import Quote
from kalshi_alpha.core.types import Contracts, Price, Side


@pytest.mark.parametrize(("price_e4", "size_e2"), [(0, 100), (10_000, 100), (5000, 0)])
def test_a_quote_that_cannot_rest_is_not_built(price_e4: int, size_e2: int) -> None:
    with pytest.raises(BadParameter):
        Quote("A-1", Side.YES, Price(price_e4), Contracts(size_e2))
