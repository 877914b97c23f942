from __future__ import annotations

import pytest

from kalshi_alpha.brokers.kalshi.hosts import VenueHost, is_loopback, venue_host
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError


@pytest.mark.parametrize(
    ("env", "choice", "rest", "stream"),
    [
        (
            KalshiEnv.PROD,
            "",
            "https://api.elections.kalshi.com/trade-api/v2",
            "wss://api.elections.kalshi.com/trade-api/ws/v2",
        ),
        (
            KalshiEnv.DEMO,
            "",
            "https://demo-api.kalshi.co/trade-api/v2",
            "wss://demo-api.kalshi.co/trade-api/ws/v2",
        ),
        (
            KalshiEnv.PROD,
            "external",
            "https://external-api.kalshi.com/trade-api/v2",
            "wss://external-api-ws.kalshi.com/trade-api/ws/v2",
        ),
        (
            KalshiEnv.DEMO,
            "external",
            "https://external-api.demo.kalshi.co/trade-api/v2",
            "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2",
        ),
    ],
)
def test_the_hosts_are_those_of_the_run_book_and_the_newer_ones_a_setting_away(
    env: KalshiEnv, choice: str, rest: str, stream: str
) -> None:
    host = venue_host(env, {"KALSHI_VENUE_HOSTS": choice})
    assert host.rest + host.rest_prefix == rest
    assert host.stream + host.stream_path == stream


def test_the_local_exchange_is_where_its_url_says() -> None:
    host = venue_host(KalshiEnv.SIM, {"KALSHI_SIM_URL": "http://127.0.0.1:8123/"})
    assert (host.rest, host.stream) == ("http://127.0.0.1:8123", "ws://127.0.0.1:8123")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://127.0.0.1:8123",
        "http://10.0.0.1:8123",
        "http://api.elections.kalshi.com",
        "http://127.0.0.1.example.com:80",
        "http://user@127.0.0.1:8123",
        "http://127.0.0.1:8123/trade-api",
        "http://127.0.0.1:8123?x=1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:abc",
        "http://127.0.0.1:-1",
        "http://[::1",
        "http://::1]:80",
    ],
)
def test_a_local_exchange_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"KALSHI_SIM_URL|127\.0\.0\.1:PORT|this machine"):
        venue_host(KalshiEnv.SIM, {"KALSHI_SIM_URL": url})


def test_an_unknown_choice_of_hosts_is_refused() -> None:
    with pytest.raises(ConfigError, match="KALSHI_VENUE_HOSTS must be 'external' or unset"):
        venue_host(KalshiEnv.PROD, {"KALSHI_VENUE_HOSTS": "mine"})


@pytest.mark.parametrize(
    ("env", "rest", "stream"),
    [
        (KalshiEnv.PROD, "https://demo-api.kalshi.co", "wss://demo-api.kalshi.co"),
        (KalshiEnv.DEMO, "https://api.elections.kalshi.com", "wss://api.elections.kalshi.com"),
        (KalshiEnv.PROD, "https://api.elections.kalshi.com", "wss://demo-api.kalshi.co"),
        (KalshiEnv.PROD, "http://127.0.0.1:80", "ws://127.0.0.1:80"),
        (KalshiEnv.PROD, "https://api.elections.kalshi.com.example.com", "wss://x"),
        (KalshiEnv.SIM, "https://api.elections.kalshi.com", "wss://api.elections.kalshi.com"),
    ],
)
def test_no_host_can_be_built_for_another_environment(
    env: KalshiEnv, rest: str, stream: str
) -> None:
    with pytest.raises(ConfigError):
        VenueHost(env, rest, stream)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)],  # noqa: S104
)
def test_only_this_machine_is_loopback(host: str, *, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize("env", [KalshiEnv.PROD, KalshiEnv.DEMO])
def test_no_address_beside_the_list_is_a_host_however_like_one_it_looks(env: KalshiEnv) -> None:
    own = venue_host(env, {})
    for rest, stream in (
        (own.rest, "wss://example.com"),
        ("https://example.com", own.stream),
        (f"{own.rest}.example.com", own.stream),
        (own.rest.replace("https", "http"), own.stream),
        (f"{own.rest}:8443", own.stream),
        (own.rest, venue_host(env, {"KALSHI_VENUE_HOSTS": "external"}).stream),
    ):
        with pytest.raises(ConfigError, match="is no pair of addresses"):
            VenueHost(env, rest, stream)
    assert VenueHost(env, own.rest, own.stream) == own


@pytest.mark.parametrize("choice", ["", "external"])
def test_the_demo_is_never_the_exchange_and_the_exchange_never_the_demo(choice: str) -> None:
    pairs = {
        env: venue_host(env, {"KALSHI_VENUE_HOSTS": choice})
        for env in (KalshiEnv.PROD, KalshiEnv.DEMO)
    }
    for env, other in ((KalshiEnv.PROD, KalshiEnv.DEMO), (KalshiEnv.DEMO, KalshiEnv.PROD)):
        with pytest.raises(ConfigError, match=f"addresses of {env}"):
            VenueHost(env, pairs[other].rest, pairs[other].stream)


@pytest.mark.parametrize("name", ["user", "user:word"])
def test_no_name_stands_before_the_address_of_the_local_exchange(name: str) -> None:
    with pytest.raises(ConfigError, match="the local exchange is at"):
        VenueHost(KalshiEnv.SIM, f"http://{name}@127.0.0.1:80", "ws://127.0.0.1:80")
    with pytest.raises(ConfigError, match="the local exchange is at"):
        VenueHost(KalshiEnv.SIM, "http://127.0.0.1:80", f"ws://{name}@127.0.0.1:80")
