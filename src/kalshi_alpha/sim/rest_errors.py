"""How the exchange says no over REST: three shapes for three layers, and one for haste.

The authentication layer and the matching engine nest their error, the JSON decoder answers with
a flat one, the validation of queries with a bare message, and the rate limiter with a string to
whoever signed and a nested code to whoever did not.
"""

from __future__ import annotations

import msgspec

from kalshi_alpha.core.errors import VenueError

_JSON = (("content-type", "application/json"),)


class Refusal(VenueError):
    """A reply that is no success, ready to be sent.

    Attributes
    ----------
    status, body
        As they go over the wire.
    headers
        Beside those that every reply carries.
    """

    def __init__(
        self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = _JSON
    ) -> None:
        super().__init__(f"HTTP {status} {body.decode()}")
        self.status = status
        self.body = body
        self.headers = headers


def nested(status: int, code: str, message: str = "", details: str = "") -> Refusal:
    """Return the refusal of the authentication layer and of the engine."""
    error = error_object(code, message, details)
    return Refusal(status, msgspec.json.encode({"error": error}))


def error_object(code: str, message: str = "", details: str = "") -> dict[str, str]:
    """Return the inner object, which items of a batch carry too."""
    error = {"code": code, "message": message or code.replace("_", " ")}
    if details:
        error["details"] = details
    return error


def flat(details: str) -> Refusal:
    """Return the refusal of a body that is no JSON, or has a field of another type."""
    body = {"code": "bad_request", "message": "bad request", "details": details}
    return Refusal(400, msgspec.json.encode(body))


def bare(message: str) -> Refusal:
    """Return the refusal of a query whose parameters do not validate."""
    return Refusal(400, msgspec.json.encode({"msg": message}))


def too_many(*, signed: bool) -> Refusal:
    """Return the refusal of the rate limiter; it names no time to wait."""
    if signed:
        return Refusal(429, msgspec.json.encode({"error": "too many requests"}))
    body = {"error": {"code": "too_many_requests", "message": "too many requests"}}
    headers = (*_JSON, ("cache-control", "no-store"))
    return Refusal(429, msgspec.json.encode(body), headers)


def not_found(what: str = "not found") -> Refusal:
    """Return the refusal of a thing that is not there, or not live any more."""
    return nested(404, "not_found", what)
