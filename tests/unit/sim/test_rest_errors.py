from __future__ import annotations

import json

import pytest

from kalshi_alpha.sim import rest_errors
from kalshi_alpha.sim.rest_errors import Refusal


@pytest.mark.parametrize(
    ("refusal", "status", "body"),
    [
        pytest.param(
            rest_errors.nested(400, "insufficient_balance"),
            400,
            {"error": {"code": "insufficient_balance", "message": "insufficient balance"}},
            id="the engine nests its error",
        ),
        pytest.param(
            rest_errors.nested(400, "invalid_order", "invalid order", "post only cross"),
            400,
            {
                "error": {
                    "code": "invalid_order",
                    "message": "invalid order",
                    "details": "post only cross",
                }
            },
            id="with details where it has any",
        ),
        pytest.param(
            rest_errors.flat("cannot unmarshal number"),
            400,
            {
                "code": "bad_request",
                "message": "bad request",
                "details": "cannot unmarshal number",
            },
            id="the decoder answers flat",
        ),
        pytest.param(
            rest_errors.bare("Parameter validation failed"),
            400,
            {"msg": "Parameter validation failed"},
            id="the query's validation is a bare message",
        ),
        pytest.param(
            rest_errors.too_many(signed=True),
            429,
            {"error": "too many requests"},
            id="haste of a known caller is a string",
        ),
        pytest.param(
            rest_errors.too_many(signed=False),
            429,
            {"error": {"code": "too_many_requests", "message": "too many requests"}},
            id="haste of an unknown caller is nested",
        ),
        pytest.param(
            rest_errors.not_found(),
            404,
            {"error": {"code": "not_found", "message": "not found"}},
            id="what is not there",
        ),
    ],
)
def test_each_layer_refuses_in_its_own_shape(
    refusal: Refusal, status: int, body: dict[str, object]
) -> None:
    assert (refusal.status, json.loads(refusal.body)) == (status, body)


def test_haste_names_no_time_to_wait() -> None:
    names = {name for name, _ in rest_errors.too_many(signed=False).headers}
    assert names == {"content-type", "cache-control"}
