from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.exec.session.session import session_end
from order_cases import AT, later


@pytest.mark.parametrize(
    ("closes", "until", "end"),
    [((3600, 1800), 7200, 1800), ((3600, 1800), 900, 900), ((3600,), None, 3600)],
)
def test_a_session_ends_with_its_window_or_the_first_close(
    closes: tuple[int, ...], until: int | None, end: int
) -> None:
    markets = [SimpleNamespace(close_at=later(each)) for each in closes]
    phase = SimpleNamespace(rests_until=None if until is None else later(until))
    scanned: Any = SimpleNamespace(
        snapshots=[SimpleNamespace(ladder=SimpleNamespace(markets=markets))],
        known=SimpleNamespace(phase=phase),
    )
    assert session_end(scanned) == AT + timedelta(seconds=end)
