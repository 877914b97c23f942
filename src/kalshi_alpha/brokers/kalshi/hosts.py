"""The hosts this program may talk to: the one list, and no other module spells a host.

Production and the demo have the addresses that the run-book names, and newer ones that the venue
recommends since May 2026; the local exchange is wherever it was started, on loopback only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError

HOSTS_VARIABLE = "KALSHI_VENUE_HOSTS"
SIM_URL_VARIABLE = "KALSHI_SIM_URL"
EXTERNAL = "external"
REST_PREFIX = "/trade-api/v2"
STREAM_PATH = "/trade-api/ws/v2"

_ALLOWED: dict[tuple[KalshiEnv, str], tuple[str, str]] = {
    (KalshiEnv.PROD, ""): ("https://api.elections.kalshi.com", "wss://api.elections.kalshi.com"),
    (KalshiEnv.DEMO, ""): ("https://demo-api.kalshi.co", "wss://demo-api.kalshi.co"),
    (KalshiEnv.PROD, EXTERNAL): (
        "https://external-api.kalshi.com",
        "wss://external-api-ws.kalshi.com",
    ),
    (KalshiEnv.DEMO, EXTERNAL): (
        "https://external-api.demo.kalshi.co",
        "wss://external-api-ws.demo.kalshi.co",
    ),
}


@dataclass(frozen=True, slots=True)
class VenueHost:
    """Where one environment lives.

    Attributes
    ----------
    env
        Which environment; credentials of another never go there.
    rest, stream
        Scheme and host, without a path.
    rest_prefix, stream_path
        Paths below them; the prefix is part of what is signed.

    Raises
    ------
    ConfigError
        If the addresses are not those of the environment: the list above for the exchange and its
        demo, plain HTTP on loopback for the local exchange.
    """

    env: KalshiEnv
    rest: str
    stream: str
    rest_prefix: str = REST_PREFIX
    stream_path: str = STREAM_PATH

    def __post_init__(self) -> None:
        if self.env is KalshiEnv.SIM:
            _require_loopback(self.rest, "http")
            _require_loopback(self.stream, "ws")
            return
        allowed = [pair for (env, _), pair in _ALLOWED.items() if env is self.env]
        if (self.rest, self.stream) not in allowed:
            raise ConfigError(
                f"{self.rest} with {self.stream} is no pair of addresses of {self.env}; "
                f"choose one with {HOSTS_VARIABLE}"
            )


def venue_host(env: KalshiEnv, environ: Mapping[str, str]) -> VenueHost:
    """Return the host of an environment.

    Parameters
    ----------
    env
        Which venue.
    environ
        ``KALSHI_VENUE_HOSTS`` chooses the venue's newer addresses with ``external``;
        ``KALSHI_SIM_URL`` says where the local exchange listens.

    Raises
    ------
    ConfigError
        If a variable is missing or says something impossible.
    """
    if env is KalshiEnv.SIM:
        return _sim_host(environ.get(SIM_URL_VARIABLE, ""))
    choice = environ.get(HOSTS_VARIABLE, "")
    if choice not in {"", EXTERNAL}:
        raise ConfigError(f"{HOSTS_VARIABLE} must be {EXTERNAL!r} or unset, was {choice!r}")
    rest, stream = _ALLOWED[env, choice]
    return VenueHost(env, rest, stream)


def _sim_host(url: str) -> VenueHost:
    if not url:
        raise ConfigError(
            f"{SIM_URL_VARIABLE} is not set; start `python -m kalshi_alpha.sim serve` and set it "
            "to the address that is printed"
        )
    problem = (
        f"{SIM_URL_VARIABLE} must look like http://127.0.0.1:PORT, was {url!r}; set it to the "
        "address that `python -m kalshi_alpha.sim serve` prints"
    )
    try:
        parts = urlsplit(url)
        # It is read only when it is asked for, and may be no number of a port.
        ported = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ConfigError(problem) from error
    extra = parts.path not in {"", "/"} or parts.query or parts.fragment
    if parts.scheme != "http" or extra or not ported:
        raise ConfigError(problem)
    return VenueHost(KalshiEnv.SIM, f"http://{parts.netloc}", f"ws://{parts.netloc}")


def _require_loopback(url: str, scheme: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != scheme or parts.username is not None or parts.path:
        raise ConfigError(f"the local exchange is at {scheme}://127.0.0.1:PORT, not at {url!r}")
    host = parts.hostname or ""
    if not is_loopback(host):
        raise ConfigError(f"{host!r} is not on loopback; the local exchange runs on this machine")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine: a loopback address, or ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
