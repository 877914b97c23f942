from __future__ import annotations

from kalshi_alpha.strategies.cpi.variants import VARIANTS


def test_every_variant_has_its_score_and_one_a_print_is_chosen() -> None:
    names = [name for name, _ in VARIANTS]
    assert len(set(names)) == len(names)
    assert ["chosen: " in name for name in names].count(True) == 2
    assert all("CRPS 0." in score for _, score in VARIANTS)
