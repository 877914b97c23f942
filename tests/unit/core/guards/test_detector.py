from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.detector import Level, require_unit_id, worst


def test_the_worst_level_wins() -> None:
    assert worst(Level.OK, Level.WARN) is Level.WARN
    assert worst(Level.ALERT, Level.WARN, Level.OK) is Level.ALERT
    assert worst(Level.OK) is Level.OK


def test_a_unit_needs_an_id() -> None:
    assert require_unit_id("CPI:2025-06-11") == "CPI:2025-06-11"
    with pytest.raises(BadParameter, match="id"):
        require_unit_id("")
