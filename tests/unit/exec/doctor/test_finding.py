from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.exec.doctor.finding import (
    Finding,
    Status,
    fail,
    not_applicable,
    ok,
    refused,
    warn,
    worse,
)


def test_only_warnings_and_failures_are_trouble() -> None:
    found = (ok("a", "x"), not_applicable("a", "x"), warn("a", "x", "y", "z"))
    assert [each.is_trouble for each in (*found, fail("a", "x", "y", "z"))] == [
        *(False, False, True, True),
    ]


@pytest.mark.parametrize(("trades", "status"), [(True, Status.FAIL), (False, Status.WARN)])
def test_what_stops_a_trading_desk_is_a_warning_to_another(*, trades: bool, status: Status) -> None:
    assert worse("a", "x", "y", "z", trades=trades) == Finding("a", status, "x", "y", "z")


@pytest.mark.parametrize(
    ("message", "found", "remedy"),
    [
        (
            "a.yaml: is not YAML; correct it; then run",
            "a.yaml: is not YAML",
            "correct it; then run",
        ),
        ("a.yaml is gone", "a.yaml is gone", "restore it"),
    ],
)
def test_an_error_is_told_in_its_own_words(message: str, found: str, remedy: str) -> None:
    told = refused("a", ConfigError(message), "nothing starts", "restore it")
    assert told == fail("a", found, "nothing starts", remedy)
