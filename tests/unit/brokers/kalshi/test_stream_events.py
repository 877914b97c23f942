from __future__ import annotations

from dataclasses import fields

import pytest

from kalshi_alpha.brokers.kalshi.stream_events import StreamHandlers, StreamOptions
from kalshi_alpha.core.errors import BadParameter


@pytest.mark.parametrize("name", [field.name for field in fields(StreamOptions)])
@pytest.mark.parametrize("value", [0, -1.0, float("nan")])
def test_patience_without_length_is_refused(name: str, value: float) -> None:
    with pytest.raises(BadParameter, match=name):
        StreamOptions(**{name: value})  # type: ignore[arg-type]


def test_nobody_is_told_unless_asked() -> None:
    handlers = StreamHandlers()
    assert all(getattr(handlers, field.name) is None for field in fields(StreamHandlers))
