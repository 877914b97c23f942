from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import DataError, ParseRefused
from kalshi_alpha.drivers.nws_observations.errors import (
    BadObservation,
    Contradiction,
    NotServed,
    NoYear,
    ObservationsRefused,
    WrongBody,
)

KINDS = [BadObservation, Contradiction, NotServed, NoYear, WrongBody]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_names_its_feed_and_ends_a_command_with_a_data_error(
    kind: type[ObservationsRefused],
) -> None:
    error = kind("the value was cut")
    assert isinstance(error, ParseRefused)
    assert str(error) == "nws_observations: the value was cut"
    assert error.exit_code == DataError.exit_code == 4
