from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.core.errors import ConfigError

REPO = Path(__file__).resolve().parents[3]
SHIPPED = REPO / "configs" / "pilot.yaml"


def test_the_shipped_file_is_small_on_purpose() -> None:
    pilot = load_pilot(SHIPPED).value
    assert pilot.caps.order_contracts <= 5
    assert pilot.caps.total_usd <= 150


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order_contracts: 5", "order_contracts: 0", "at least 1"),
        ("session_contracts: 60", "session_contracts: 4", "at least order_contracts"),
        ("bins: 8", "bins: 0", "at least 1"),
        ("strike_usd: 25", "strike_usd: 80", "strike_usd <= ladder_usd"),
        ("strike_usd: 25", "strike_usd: .nan", "pilot.yaml"),
        ("contracts_in_15_s: 25", "contracts_in_15_s: 0", "contracts_in_15_s"),
        ("reprice_probability: 0.005", "reprice_probability: .nan", "reprice_probability"),
        ("reprice_cents: 1", "reprice_cents: 0.001", "reprice_cents"),
        ("pause_ms: 50", "pause_ms: 0", "pause_ms"),
        ("total_usd: 150", "total_usd: 150\n  totl_usd: 1", "did you mean 'total_usd'"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = SHIPPED.read_text()
    assert old in text
    path = tmp_path / "pilot.yaml"
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        load_pilot(path)


def test_a_missing_file_names_the_flag(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--pilot-config"):
        load_pilot(tmp_path / "absent.yaml")
