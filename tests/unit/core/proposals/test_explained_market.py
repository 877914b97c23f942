from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kalshi_alpha.core.proposals.explained_market import CapLeft


def test_what_is_told_cannot_be_changed_afterwards() -> None:
    told = CapLeft("ladder", 3000.0, 2950.0, None)
    with pytest.raises(FrozenInstanceError):
        told.room = 0.0  # type: ignore[misc]
