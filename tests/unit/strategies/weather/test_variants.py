from __future__ import annotations

from kalshi_alpha.strategies.weather.variants import VARIANTS


def test_every_variant_is_named_once_and_carries_its_scores() -> None:
    names = [name for name, _ in VARIANTS]
    assert len(names) == len(set(names)) >= 20
    assert all(score for _, score in VARIANTS)


def test_the_chosen_model_is_among_them() -> None:
    assert sum("chosen" in name for name, _ in VARIANTS) == 1
