from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import DataError, ParseRefused
from kalshi_alpha.drivers.nws_daily_climate.errors import (
    BadHeading,
    BadReport,
    ClimateRefused,
    Contradiction,
    NotServed,
    OnlyAList,
    WrongBody,
    WrongStation,
)

KINDS = [WrongBody, NotServed, OnlyAList, BadHeading, WrongStation, BadReport, Contradiction]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_names_its_feed_and_ends_a_command_with_a_data_error(
    kind: type[ClimateRefused],
) -> None:
    error = kind("the value was cut")
    assert isinstance(error, ParseRefused)
    assert str(error) == "nws_daily_climate: the value was cut"
    assert error.exit_code == DataError.exit_code == 4
