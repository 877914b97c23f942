from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import DataError, ParseRefused
from kalshi_alpha.drivers.eia_gas.errors import (
    BadPrice,
    Contradiction,
    EiaRefused,
    NotServed,
    WrongBody,
)


@pytest.mark.parametrize("kind", [WrongBody, NotServed, BadPrice, Contradiction])
def test_every_refusal_names_its_feed_and_ends_a_command_with_a_data_error(
    kind: type[EiaRefused],
) -> None:
    error = kind("the value was cut")
    assert isinstance(error, ParseRefused)
    assert str(error) == "eia_gas: the value was cut"
    assert error.exit_code == DataError.exit_code == 4
