from __future__ import annotations

from kalshi_alpha.strategies.claims import STRATEGY
from kalshi_alpha.strategies.claims.variants import VARIANTS


def test_every_model_tried_has_a_score_and_one_is_chosen() -> None:
    assert STRATEGY.variants == VARIANTS
    assert len({name for name, _ in VARIANTS}) == len(VARIANTS)
    assert all("CRPS" in score for _, score in VARIANTS)
    assert sum(name.startswith("chosen") for name, _ in VARIANTS) == 2
