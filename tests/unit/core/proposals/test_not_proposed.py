from __future__ import annotations

import pytest

from kalshi_alpha.core.proposals.not_proposed import NotProposed


@pytest.mark.parametrize("reason", NotProposed)
def test_every_reason_has_a_sentence(reason: NotProposed) -> None:
    assert len(reason.meaning.split()) > 3
