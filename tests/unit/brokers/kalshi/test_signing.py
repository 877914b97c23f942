from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer, signed_text
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import BadParameter

KEY_ID = "11111111-2222-3333-4444-555566667777"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
AT_MS = 1_781_159_360_866
ORDERS = "/trade-api/v2/portfolio/events/orders"
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def signature(headers: dict[str, str]) -> bytes:
    return base64.b64decode(headers["KALSHI-ACCESS-SIGNATURE"], validate=True)


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", ORDERS, b"1781159360866POST/trade-api/v2/portfolio/events/orders"),
        ("GET", "/trade-api/ws/v2", b"1781159360866GET/trade-api/ws/v2"),
    ],
    ids=["an order", "the stream's handshake"],
)
def test_time_method_and_path_are_signed_without_separators(
    method: str, path: str, text: bytes
) -> None:
    assert signed_text(method, path, AT_MS) == text


@pytest.mark.parametrize(
    ("method", "path", "at_ms"),
    [
        ("post", ORDERS, AT_MS),
        ("GET", "/trade-api/v2/markets?limit=1", AT_MS),
        ("GET", "portfolio/balance", AT_MS),
        ("GET", "/trade-api/v2/markets", 0),
        ("GET", "/trade-api/v2/markets", -1),
    ],
    ids=["lower case", "with a query", "relative", "no time", "a time before the epoch"],
)
def test_what_the_venue_would_refuse_is_not_signed(method: str, path: str, at_ms: int) -> None:
    with pytest.raises(BadParameter):
        signed_text(method, path, at_ms)


def test_an_rsa_signature_is_pss_with_a_salt_as_long_as_the_digest() -> None:
    headers = Signer(Credentials(KEY_ID, RSA, KalshiEnv.DEMO)).headers("POST", ORDERS, AT_MS)
    assert headers["KALSHI-ACCESS-KEY"] == KEY_ID
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == str(AT_MS)
    text = f"{AT_MS}POST{ORDERS}".encode()
    RSA.public_key().verify(signature(headers), text, PSS, hashes.SHA256())
    for length in (222, 20, 0):  # 222 is the longest that a 2048-bit key allows
        other = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=length)
        with pytest.raises(InvalidSignature):
            RSA.public_key().verify(signature(headers), text, other, hashes.SHA256())
    with pytest.raises(InvalidSignature):
        RSA.public_key().verify(signature(headers), text, padding.PKCS1v15(), hashes.SHA256())


def test_an_ed25519_signature_is_the_published_one() -> None:
    """RFC 8032, section 7.1, test 1 gives the key; the signature is deterministic."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    key = load_der_private_key(der, None)
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    public = key.public_key()
    assert public.public_bytes_raw().hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    headers = Signer(Credentials(KEY_ID, key, KalshiEnv.PROD)).headers("POST", ORDERS, AT_MS)
    public.verify(signature(headers), f"{AT_MS}POST{ORDERS}".encode())
    again = Signer(Credentials(KEY_ID, key, KalshiEnv.PROD)).headers("POST", ORDERS, AT_MS)
    assert again == headers


@given(
    at_ms=st.integers(1, 10**13),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=st.from_regex(r"/trade-api/v2/[a-zA-Z0-9/_.-]{0,40}", fullmatch=True),
)
def test_every_signature_verifies_over_exactly_its_own_text(
    at_ms: int, method: str, path: str
) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    signed = signature(Signer(Credentials(KEY_ID, key, KalshiEnv.SIM)).headers(method, path, at_ms))
    key.public_key().verify(signed, f"{at_ms}{method}{path}".encode())
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signed, f"{at_ms + 1}{method}{path}".encode())


def test_a_signer_shows_nothing_of_its_key() -> None:
    shown = repr(Signer(Credentials(KEY_ID, RSA, KalshiEnv.DEMO)))
    assert shown == "Signer(Credentials(demo, key id ...7777))"
