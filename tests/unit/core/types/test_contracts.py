from __future__ import annotations

import pytest
from hypothesis import given

from generators import contracts
from kalshi_alpha.core.errors import BadContracts
from kalshi_alpha.core.types import Contracts


@given(contracts)
def test_a_count_survives_a_round_trip_through_the_wire_format(count: Contracts) -> None:
    assert Contracts.parse(str(count)) == count


@pytest.mark.parametrize(("wire", "e2"), [("10.00", 1000), ("7.5", 750), ("3", 300), ("0.01", 1)])
def test_wire_strings_are_read_to_the_hundredth(wire: str, e2: int) -> None:
    assert Contracts.parse(wire).e2 == e2


@pytest.mark.parametrize("wire", ["", "-1", "1.234", "1e3", "1,000", "inf", "5."])
def test_anything_else_is_refused(wire: str) -> None:
    with pytest.raises(BadContracts):
        Contracts.parse(wire)


def test_counts_add_and_subtract_but_never_below_zero() -> None:
    assert Contracts.whole(3) + Contracts(50) == Contracts(350)
    assert Contracts.whole(3) - Contracts(50) == Contracts(250)
    with pytest.raises(BadContracts):
        Contracts(1) - Contracts(2)


@pytest.mark.parametrize("e2", [-1, 1.0, True])
def test_a_bad_count_cannot_be_built(e2: object) -> None:
    with pytest.raises(BadContracts):
        Contracts(e2)  # type: ignore[arg-type]
