from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.config.pilot_baseline import pilot_weakening, require_pilot_baseline
from kalshi_alpha.core.errors import ConfigWeakened

SHIPPED = load_pilot(Path(__file__).resolve().parents[3] / "configs" / "pilot.yaml").value


def test_the_shipped_file_is_at_its_baselines() -> None:
    assert pilot_weakening(SHIPPED) == ()
    require_pilot_baseline(SHIPPED)


@pytest.mark.parametrize(
    ("name", "value"),
    [("order_contracts", 6), ("bins", 9), ("total_usd", Decimal(151)), ("orders_per_second", 6)],
)
def test_one_cap_above_its_baseline_is_one_line(name: str, value: object) -> None:
    caps = msgspec.structs.replace(SHIPPED.caps, **{name: value})
    loose = msgspec.structs.replace(SHIPPED, caps=caps)
    agreed = getattr(SHIPPED.caps, name)
    assert pilot_weakening(loose) == (f"pilot.yaml: caps.{name}: {value} is above {agreed}",)
    with pytest.raises(ConfigWeakened, match=name) as refusal:
        require_pilot_baseline(loose)
    assert refusal.value.exit_code == 3


def test_a_smaller_pilot_passes() -> None:
    caps = msgspec.structs.replace(SHIPPED.caps, order_contracts=1, total_usd=Decimal(75))
    assert pilot_weakening(msgspec.structs.replace(SHIPPED, caps=caps, series=("CPI",))) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reprice_probability", 0.05),
        ("reprice_cents", Decimal(2)),
        ("max_age_s", 61.0),
        ("size_contracts", Decimal(5)),
    ],
)
def test_a_quote_that_is_thought_over_later_is_one_line(name: str, value: object) -> None:
    quoting = msgspec.structs.replace(SHIPPED.quoting, **{name: value})
    loose = msgspec.structs.replace(SHIPPED, quoting=quoting)
    agreed = getattr(SHIPPED.quoting, name)
    assert pilot_weakening(loose) == (f"pilot.yaml: quoting.{name}: {value} is above {agreed}",)
