from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.treasury_yields.errors import (
    BadObservation,
    Contradiction,
    NotServed,
    SeriesMismatch,
    WrongBody,
    YieldsRefused,
)


@pytest.mark.parametrize(
    "kind", [WrongBody, NotServed, BadObservation, Contradiction, SeriesMismatch]
)
def test_every_refusal_names_its_feed(kind: type[YieldsRefused]) -> None:
    error = kind("the curve was cut")
    assert isinstance(error, ParseRefused)
    assert str(error) == "treasury_yields: the curve was cut"
    assert error.exit_code == 4
