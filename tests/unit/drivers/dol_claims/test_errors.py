from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.dol_claims import errors


@pytest.mark.parametrize(
    "kind", [errors.WrongBody, errors.NotServed, errors.BadFigure, errors.Contradiction]
)
def test_every_refusal_names_the_feed_and_ends_with_the_data_exit_code(
    kind: type[errors.ClaimsRefused],
) -> None:
    error = kind("why not")
    assert isinstance(error, ParseRefused)
    assert (error.source, error.why, error.exit_code) == ("dol_claims", "why not", 4)
