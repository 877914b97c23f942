"""Who asks: keys, real signatures, and the window that a timestamp must fall into.

A request signs its timestamp in milliseconds, its method and its path without the query. RSA
keys sign with PSS over SHA-256 and a salt as long as the digest; Ed25519 keys sign the same
bytes. The body is not signed.
"""

from __future__ import annotations

import base64
import binascii
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.sim.rest_errors import Refusal, nested

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    PublicKey = RSAPublicKey | Ed25519PublicKey

KEY_HEADER = "kalshi-access-key"
TIMESTAMP_HEADER = "kalshi-access-timestamp"
SIGNATURE_HEADER = "kalshi-access-signature"
HEADERS = (KEY_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
# The venue publishes no tolerance. Recordings show 5 s and 10 s accepted either way and 30 s
# behind refused, so this lies between what was seen to pass and what was seen to fail.
SKEW_BEHIND = timedelta(seconds=15)
SKEW_AHEAD = timedelta(seconds=30)
FULL_SCOPES = frozenset({"read", "write"})
_STAMP_DIGITS_MAX = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that an account registered.

    Attributes
    ----------
    key_id
        What requests name, a UUID.
    account_id
        Whose orders it may move.
    public_key
        RSA or Ed25519.
    scopes
        ``read``, ``write`` or a child such as ``write::trade``.
    """

    key_id: str
    account_id: str
    public_key: PublicKey
    scopes: frozenset[str] = FULL_SCOPES

    def may(self, scope: str) -> bool:
        """Say whether the key covers a scope, by itself or through the scope's parent."""
        return scope in self.scopes or scope.split("::", maxsplit=1)[0] in self.scopes


class KeyRing:
    """The keys that the exchange knows."""

    def __init__(self, keys: Iterable[ApiKey] = ()) -> None:
        self._keys = {key.key_id: key for key in keys}

    def add(self, key: ApiKey) -> None:
        """Register a key; one with the same id is replaced."""
        self._keys[key.key_id] = key

    def account_of(self, key_id: str) -> str | None:
        """Return whose a key is, or None for one that is not known."""
        key = self._keys.get(key_id)
        return None if key is None else key.account_id

    def verify(self, method: str, path: str, headers: Mapping[str, str], at: datetime) -> ApiKey:
        """Return the key that signed a request.

        Parameters
        ----------
        method, path
            As signed: upper case, and the whole path without its query.
        headers
            Names in lower case.
        at
            The exchange's own time.

        Raises
        ------
        Refusal
            401: a header is missing, the time is outside the window, the key is not known, or
            the signature is not this key's over this text.
        """
        if any(not headers.get(name) for name in HEADERS):
            raise nested(401, "signature_is_missing_from_headers")
        stamp = headers[TIMESTAMP_HEADER]
        _require_fresh(stamp, at)
        key = self._keys.get(headers[KEY_HEADER])
        if key is None:
            raise _unknown("NOT_FOUND")
        signed = f"{stamp}{method}{path}".encode()
        if not _is_signature(key.public_key, headers[SIGNATURE_HEADER], signed):
            raise _unknown("INCORRECT_API_KEY_SIGNATURE")
        return key


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key pair that was made for practice; the private half lies only in its file."""

    api_key: ApiKey
    pem_path: Path


def make_keys(folder: Path, account_id: str, seed: str = "") -> tuple[MadeKey, MadeKey]:
    """Make an RSA-2048 and an Ed25519 key, write their private halves and return both.

    Parameters
    ----------
    folder
        Made if it is absent; it and the files are readable by their owner only.
    account_id
        Whose keys they are.
    seed
        What the key ids are derived from, so that a session under a seed names the same ids;
        the keys themselves are always new.

    Raises
    ------
    ConfigError
        If a file cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as codec
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ed_key = ed25519.Ed25519PrivateKey.generate()
    plain = codec.NoEncryption()
    # The venue hands out RSA keys as PKCS#1 and Ed25519 keys as PKCS#8.
    rsa_pem = rsa_key.private_bytes(
        codec.Encoding.PEM, codec.PrivateFormat.TraditionalOpenSSL, plain
    )
    ed_pem = ed_key.private_bytes(codec.Encoding.PEM, codec.PrivateFormat.PKCS8, plain)
    made = []
    for name, pem, public in (
        ("rsa", rsa_pem, rsa_key.public_key()),
        ("ed25519", ed_pem, ed_key.public_key()),
    ):
        path = folder / f"{account_id}-{name}.pem"
        _write_private(path, pem)
        key_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"sim:{seed}:{account_id}:{name}"))
        made.append(MadeKey(ApiKey(key_id, account_id, public), path))
    return made[0], made[1]


def _require_fresh(stamp: str, at: datetime) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _STAMP_DIGITS_MAX):
        raise nested(401, "header_timestamp_expired", "header timestamp is no epoch in ms")
    ahead = timedelta(milliseconds=int(stamp)) - (at - _EPOCH)
    if not -SKEW_BEHIND <= ahead <= SKEW_AHEAD:
        raise nested(401, "header_timestamp_expired")


def _unknown(details: str) -> Refusal:
    return nested(401, "authentication_error", "authentication_error", details)


def _is_signature(public_key: PublicKey, text: str, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    try:
        if isinstance(public_key, RSAPublicKey):
            digest = hashes.SHA256()
            pss = padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)
            public_key.verify(signature, signed, pss, digest)
        else:
            public_key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _write_private(path: Path, pem: bytes) -> None:
    """Write a file that only its owner may ever have read, replacing an older one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}; name another --keys"
        ) from error
