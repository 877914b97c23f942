from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import DataError, ParseRefused
from kalshi_alpha.drivers.weather_guidance.errors import (
    BadBulletin,
    BadHeader,
    Contradiction,
    GuidanceRefused,
    NotServed,
    WrongBody,
)

KINDS = [BadBulletin, BadHeader, Contradiction, NotServed, WrongBody]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_names_its_feed_and_ends_a_command_with_a_data_error(
    kind: type[GuidanceRefused],
) -> None:
    error = kind("the value was cut")
    assert isinstance(error, ParseRefused)
    assert str(error) == "weather_guidance: the value was cut"
    assert error.exit_code == DataError.exit_code == 4
