from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import BadParameter, VenueError
from kalshi_alpha.core.wire import WireFailed, WireFault, WireRequest


def test_the_target_joins_path_and_query() -> None:
    assert WireRequest("GET", "/a/b").target == "/a/b"
    assert WireRequest("GET", "/a/b", "x=1&y=2").target == "/a/b?x=1&y=2"


@pytest.mark.parametrize(("method", "path"), [("get", "/a"), ("GET", "a"), ("GET", "/a?x=1")])
def test_a_request_that_cannot_be_signed_is_not_built(method: str, path: str) -> None:
    with pytest.raises(BadParameter):
        WireRequest(method, path)


def test_a_failure_may_have_arrived_unless_it_is_certain() -> None:
    assert WireFailed(WireFault.TIMEOUT, "2 s").may_have_arrived
    failed = WireFailed(WireFault.NOT_CONNECTED, "refused", may_have_arrived=False)
    assert isinstance(failed, VenueError)
    assert str(failed) == "not_connected: refused"
