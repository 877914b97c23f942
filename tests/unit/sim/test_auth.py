from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.sim.auth import ApiKey, KeyRing, MadeKey, make_keys
from kalshi_alpha.sim.rest_errors import Refusal

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
PATH = "/trade-api/v2/portfolio/balance"
PSS_32 = PSS(MGF1(hashes.SHA256()), salt_length=32)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeKey, MadeKey]:
    return make_keys(tmp_path_factory.mktemp("keys"), "maker", "7")


@pytest.fixture(scope="module")
def rsa(keys: tuple[MadeKey, MadeKey]) -> RSAPrivateKey:
    key = load_pem_private_key(keys[0].pem_path.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


@pytest.fixture(scope="module")
def ring(keys: tuple[MadeKey, MadeKey]) -> KeyRing:
    return KeyRing(made.api_key for made in keys)


def _stamp(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def _headers(
    made: MadeKey,
    sign: Callable[[bytes], bytes],
    *,
    at: datetime = NOW,
    method: str = "GET",
    path: str = PATH,
) -> dict[str, str]:
    stamp = _stamp(at)
    return {
        "kalshi-access-key": made.api_key.key_id,
        "kalshi-access-timestamp": stamp,
        "kalshi-access-signature": base64.b64encode(
            sign(f"{stamp}{method}{path}".encode())
        ).decode(),
    }


def _pss(rsa: RSAPrivateKey, pss: PSS = PSS_32) -> Callable[[bytes], bytes]:
    return lambda text: rsa.sign(text, pss, hashes.SHA256())


def _refused(ring: KeyRing, headers: dict[str, str], at: datetime = NOW) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        ring.verify("GET", PATH, headers, at)
    assert refusal.value.status == 401
    error = json.loads(refusal.value.body)["error"]
    return {"code": error["code"], "details": error.get("details", "")}


def test_a_pss_signature_with_the_salt_of_the_digest_is_its_account(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey
) -> None:
    assert ring.verify("GET", PATH, _headers(keys[0], _pss(rsa)), NOW).account_id == "maker"


def test_an_ed25519_signature_over_the_same_bytes_is_its_account(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey]
) -> None:
    key = load_pem_private_key(keys[1].pem_path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    assert ring.verify("GET", PATH, _headers(keys[1], key.sign), NOW).account_id == "maker"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda rsa: _pss(rsa, PSS(MGF1(hashes.SHA256()), PSS.MAX_LENGTH)), id="salt"),
        pytest.param(
            lambda rsa: lambda text: rsa.sign(text, PKCS1v15(), hashes.SHA256()), id="padding"
        ),
        pytest.param(lambda rsa: lambda text: _pss(rsa)(text + b"?limit=1"), id="query signed"),
        pytest.param(lambda _: lambda _text: b"", id="empty"),
    ],
)
def test_a_signature_made_otherwise_is_refused(
    ring: KeyRing,
    keys: tuple[MadeKey, MadeKey],
    rsa: RSAPrivateKey,
    wrong: Callable[[RSAPrivateKey], Callable[[bytes], bytes]],
) -> None:
    headers = _headers(keys[0], wrong(rsa))
    headers["kalshi-access-signature"] = headers["kalshi-access-signature"] or "AA=="
    assert _refused(ring, headers) == {
        "code": "authentication_error",
        "details": "INCORRECT_API_KEY_SIGNATURE",
    }


def test_a_signature_that_is_no_base64_is_refused(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey
) -> None:
    headers = _headers(keys[0], _pss(rsa)) | {"kalshi-access-signature": "not base64!"}
    assert _refused(ring, headers)["details"] == "INCORRECT_API_KEY_SIGNATURE"


def test_a_signature_of_the_path_without_its_prefix_is_refused(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey
) -> None:
    headers = _headers(keys[0], _pss(rsa), path="/portfolio/balance")
    assert _refused(ring, headers)["details"] == "INCORRECT_API_KEY_SIGNATURE"


def test_a_key_that_was_never_registered_is_not_found(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey
) -> None:
    headers = _headers(keys[0], _pss(rsa)) | {"kalshi-access-key": "somebody-else"}
    assert _refused(ring, headers) == {"code": "authentication_error", "details": "NOT_FOUND"}


@pytest.mark.parametrize(
    "missing", ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"]
)
def test_a_missing_header_is_named_as_such(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey, missing: str
) -> None:
    headers = _headers(keys[0], _pss(rsa))
    del headers[missing]
    assert _refused(ring, headers)["code"] == "signature_is_missing_from_headers"


@pytest.mark.parametrize(
    ("ahead_s", "accepted"),
    [(-15, True), (-5, True), (5, True), (30, True), (-15.001, False), (30.001, False)],
)
def test_a_timestamp_passes_from_15_s_behind_to_30_s_ahead(
    ring: KeyRing,
    keys: tuple[MadeKey, MadeKey],
    rsa: RSAPrivateKey,
    ahead_s: float,
    accepted: bool,
) -> None:
    headers = _headers(keys[0], _pss(rsa), at=NOW + timedelta(seconds=ahead_s))
    if accepted:
        ring.verify("GET", PATH, headers, NOW)
    else:
        assert _refused(ring, headers)["code"] == "header_timestamp_expired"


@pytest.mark.parametrize("stamp", ["soon", "-1", "1.5", "9" * 40])
def test_a_timestamp_that_is_no_epoch_is_refused(
    ring: KeyRing, keys: tuple[MadeKey, MadeKey], rsa: RSAPrivateKey, stamp: str
) -> None:
    headers = _headers(keys[0], _pss(rsa)) | {"kalshi-access-timestamp": stamp}
    assert _refused(ring, headers)["code"] == "header_timestamp_expired"


def test_a_parent_scope_covers_its_children_and_not_the_other_way(
    keys: tuple[MadeKey, MadeKey],
) -> None:
    public = keys[0].api_key.public_key
    trader = ApiKey("id", "maker", public, frozenset({"write::trade"}))
    assert trader.may("write::trade")
    assert not trader.may("write")
    assert not trader.may("read")
    assert keys[0].api_key.may("write::trade")


def test_private_halves_are_their_owners_only_and_in_the_venues_formats(
    keys: tuple[MadeKey, MadeKey],
) -> None:
    assert [made.pem_path.stat().st_mode & 0o777 for made in keys] == [0o600, 0o600]
    assert keys[0].pem_path.read_bytes().startswith(b"-----BEGIN RSA PRIVATE KEY-----")
    assert keys[1].pem_path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")


def test_a_seed_names_the_same_key_ids_over_new_keys(tmp_path: Path) -> None:
    first, again = make_keys(tmp_path / "a", "maker", "7"), make_keys(tmp_path / "a", "maker", "7")
    assert [m.api_key.key_id for m in first] == [m.api_key.key_id for m in again]
    assert make_keys(tmp_path / "b", "maker", "8")[0].api_key.key_id != first[0].api_key.key_id


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--keys"):
        make_keys(tmp_path / "file", "maker")
