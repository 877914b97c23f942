from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.drivers.cleveland_nowcast.fetch import fetch


def test_an_online_fetch_says_that_it_is_not_built_and_what_to_do() -> None:
    with pytest.raises(NotBuilt, match=r"cleveland_nowcast.*--offline --fixtures"):
        fetch()
