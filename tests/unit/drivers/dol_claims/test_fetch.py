from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.drivers.dol_claims.fetch import fetch


def test_online_fetch_says_that_it_is_not_built() -> None:
    with pytest.raises(NotBuilt, match="--offline"):
        fetch()
