from __future__ import annotations

import inspect

import pytest

from kalshi_alpha.core import errors

TREE = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.KalshiAlphaError)
]


@pytest.mark.parametrize("error", TREE, ids=lambda e: e.__name__)
def test_every_error_is_drawn_in_the_tree_at_the_top(error: type) -> None:
    assert errors.__doc__ is not None
    assert error.__name__ in errors.__doc__


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BadPrice, 1),
        (errors.ConfigError, 1),
        (errors.NotBuilt, 1),
        (errors.UsageError, 2),
        (errors.GateRefusal, 3),
        (errors.ConfigWeakened, 3),
        (errors.ParseRefused, 4),
        (errors.FetchFailed, 4),
        (errors.VenueError, 5),
    ],
)
def test_exit_codes_are_those_of_the_run_book(
    error: type[errors.KalshiAlphaError], code: int
) -> None:
    assert error.exit_code == code


def test_a_refusal_carries_its_reasons_in_order() -> None:
    refusal = errors.GateRefusal(("kill_switch", "STALE_FEEDS"))
    assert refusal.reasons == ("kill_switch", "STALE_FEEDS")
    assert str(refusal) == "kill_switch, STALE_FEEDS"


def test_a_parse_refusal_names_the_source_and_the_reason() -> None:
    assert str(errors.ParseRefused("bls_cpi", "no series")) == "bls_cpi: no series"


def test_a_reason_that_quotes_a_payload_is_cut_to_the_length_of_a_line() -> None:
    refusal = errors.ParseRefused("feed", "x" * 200_000)
    assert len(str(refusal)) < 500
    assert str(refusal).startswith("feed: xxx")
    assert str(refusal).endswith("...")
    assert errors.ParseRefused("feed", "x" * 400).why == "x" * 400
