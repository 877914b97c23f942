from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kalshi_alpha.brokers.kalshi.connect import connect, order_targets, watch
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError, NotBuilt, VenueKeyError
from venue_wire import HOST, KEY_ID, SystemClock


def desk(folder: Path, mark: str) -> dict[str, str]:
    pem = folder / "private.pem"
    pem.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    pem.chmod(0o600)
    return {
        f"KALSHI_{mark}_API_KEY_ID": KEY_ID,
        f"KALSHI_{mark}_PRIVATE_KEY_PEM_PATH": str(pem),
        "KALSHI_SIM_URL": "http://127.0.0.1:9",
    }


@pytest.mark.parametrize(
    ("env", "rest", "ahead"),
    [
        (KalshiEnv.SIM, "http://127.0.0.1:9", True),
        (KalshiEnv.DEMO, "https://demo-api.kalshi.co", False),
        (KalshiEnv.PROD, "https://api.elections.kalshi.com", False),
    ],
)
def test_an_environment_decides_host_key_and_signing_ahead(
    tmp_path: Path, env: KalshiEnv, rest: str, *, ahead: bool
) -> None:
    async def session() -> None:
        client = connect(env, desk(tmp_path, env.upper()), SystemClock())
        assert client.host.rest == rest
        assert (client.presigned is not None) is ahead
        await client.close()

    asyncio.run(session())


def test_without_a_key_reads_keep_to_what_the_venue_gives_a_stranger(tmp_path: Path) -> None:
    """Four questions a second for everybody at one address, where an account has twenty."""

    async def session() -> None:
        clients = (
            watch(KalshiEnv.SIM, desk(tmp_path, "SIM"), SystemClock()),
            connect(KalshiEnv.SIM, desk(tmp_path, "SIM"), SystemClock()),
        )
        reads = [client.limits.read for client in clients]
        assert [(read.rate, read.capacity) for read in reads] == [(40.0, 40.0), (200.0, 200.0)]
        for client in clients:
            await client.close()

    asyncio.run(session())


def test_one_environments_desk_opens_no_other(tmp_path: Path) -> None:
    with pytest.raises(VenueKeyError):
        connect(KalshiEnv.PROD, desk(tmp_path, "SIM"), SystemClock())
    with pytest.raises(ConfigError):
        connect(KalshiEnv.SIM, desk(tmp_path, "SIM") | {"KALSHI_SIM_URL": ""}, SystemClock())


def test_the_kill_switch_ends_signatures_made_ahead(tmp_path: Path) -> None:
    async def session() -> None:
        killed = False
        client = connect(KalshiEnv.SIM, desk(tmp_path, "SIM"), SystemClock(), killed=lambda: killed)
        assert client.presigned is not None
        target = order_targets(client.host)[0]
        client.presigned.refill()
        assert client.presigned.take(*target) is not None
        killed = True
        assert client.presigned.take(*target) is None
        await client.close()

    asyncio.run(session())


@pytest.mark.parametrize("library", ["h11", "httpx2", "cryptography.exceptions"])
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    for module in ("order_wire", "read_wire", "reply_parser"):
        monkeypatch.delitem(sys.modules, f"kalshi_alpha.brokers.kalshi.{module}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)

    async def session() -> None:
        with pytest.raises(NotBuilt, match=r"pip install 'kalshi-alpha\[live\]'"):
            connect(KalshiEnv.SIM, desk(tmp_path, "SIM"), SystemClock())

    asyncio.run(session())


def test_only_writes_with_a_constant_path_are_signed_ahead() -> None:
    assert order_targets(HOST) == (
        ("POST", "/trade-api/v2/portfolio/events/orders"),
        ("POST", "/trade-api/v2/portfolio/events/orders/batched"),
        ("DELETE", "/trade-api/v2/portfolio/events/orders/batched"),
    )
