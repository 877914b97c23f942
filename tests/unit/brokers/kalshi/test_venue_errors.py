from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.venue_errors import VenueRefusal, item_refusal, parse_refusal


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (
            400,
            b'{"error":{"code":"insufficient_balance","message":"insufficient balance"}}',
            VenueRefusal(400, "insufficient_balance", "insufficient balance"),
        ),
        (
            401,
            (
                b'{"error":{"code":"authentication_error","message":"authentication_error",'
                b'"details":"INCORRECT_API_KEY_SIGNATURE","service":"exchange"}}'
            ),
            VenueRefusal(
                401, "authentication_error", "authentication_error", "INCORRECT_API_KEY_SIGNATURE"
            ),
        ),
        (
            400,
            b'{"code":"bad_request","message":"bad request","details":"cannot unmarshal number"}',
            VenueRefusal(400, "bad_request", "bad request", "cannot unmarshal number"),
        ),
        (
            400,
            b'{"msg":"Parameter validation failed for GetMarkets"}',
            VenueRefusal(400, "parameter_validation", "Parameter validation failed for GetMarkets"),
        ),
        (
            429,
            b'{"error":"too many requests"}',
            VenueRefusal(429, "too_many_requests", "too many requests"),
        ),
        (
            429,
            b'{"error":{"code":"too_many_requests","message":"too many requests"}}',
            VenueRefusal(429, "too_many_requests", "too many requests"),
        ),
        (503, b'{"error":"Service Down"}', VenueRefusal(503, "service_down", "Service Down")),
        (429, b"", VenueRefusal(429, "too_many_requests")),
        (502, b"<html>bad gateway</html>", VenueRefusal(502, "unreadable")),
        (500, b"[1]", VenueRefusal(500, "unreadable")),
        (500, b"{}", VenueRefusal(500, "unreadable")),
        (500, b'{"error":null}', VenueRefusal(500, "unreadable")),
        (400, b'{"error":{"code":7}}', VenueRefusal(400, "unreadable")),
        (
            400,
            b'{"error":{"code":"invalid_order","details":{"why":"post only cross"}}}',
            VenueRefusal(400, "invalid_order", "", '{"why":"post only cross"}'),
        ),
    ],
)
def test_every_shape_that_was_recorded_is_read(
    status: int, body: bytes, refusal: VenueRefusal
) -> None:
    assert parse_refusal(status, body) == refusal


@given(status=st.integers(400, 599), body=st.binary(max_size=60))
def test_no_body_makes_it_fail(status: int, body: bytes) -> None:
    assert parse_refusal(status, body).status == status


def test_words_are_cut_and_cannot_write_into_a_terminal() -> None:
    said = parse_refusal(400, b'{"code":"a","message":"\\u001b[31m' + b"x" * 999 + b'"}').message
    assert said.startswith("[31m")
    assert len(said) <= 200


def test_an_item_of_a_batch_is_read_like_a_whole_reply() -> None:
    refusal = item_refusal(400, {"code": "invalid_price", "message": "off the grid"})
    assert refusal == VenueRefusal(400, "invalid_price", "off the grid")
    assert item_refusal(400, "odd").code == "odd"


def test_as_an_error_it_names_what_was_asked() -> None:
    error = VenueRefusal(404, "not_found", "not found", "order").error("GET /portfolio/orders/a")
    assert str(error) == "GET /portfolio/orders/a: 404 not_found: not found order"
    assert (error.status, error.code, error.exit_code) == (404, "not_found", 5)
