"""Sign requests the way the venue checks them.

The signed text is the timestamp in milliseconds, the method and the path from the root of the
host, without separators and without the query; the body is not signed. RSA keys sign by PSS with
SHA-256 and a salt as long as the digest (RFC 8017, section 9.1), Ed25519 keys as they are (RFC
8032).
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from kalshi_alpha.brokers.kalshi.keys import Credentials, PrivateKey
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import BadParameter

KEY_HEADER = "KALSHI-ACCESS-KEY"
TIMESTAMP_HEADER = "KALSHI-ACCESS-TIMESTAMP"
SIGNATURE_HEADER = "KALSHI-ACCESS-SIGNATURE"
SALT_BYTES = 32


def signed_text(method: str, path: str, at_ms: int) -> bytes:
    """Return what is signed.

    Raises
    ------
    BadParameter
        If the method is not upper case, the path is relative or carries a query, or the time is
        not a positive count of milliseconds.
    """
    if not method.isupper() or not path.startswith("/") or "?" in path:
        raise BadParameter(f"cannot sign {method!r} {path!r}: upper case, from the root, no query")
    if type(at_ms) is not int or at_ms <= 0:
        raise BadParameter(f"cannot sign at {at_ms!r}: not a count of milliseconds")
    return f"{at_ms}{method}{path}".encode("ascii")


class Signer:
    """Makes the headers of signed requests with one key, which is parsed once.

    Parameters
    ----------
    credentials
        The key and its id.
    """

    __slots__ = ("_credentials", "_sign")

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._sign = _signing(credentials.private_key)

    @property
    def env(self) -> KalshiEnv:
        """The environment that the key belongs to."""
        return self._credentials.env

    def headers(self, method: str, path: str, at_ms: int) -> dict[str, str]:
        """Return the three headers of a request.

        Parameters
        ----------
        method, path
            As sent; the path with the API's prefix and without the query.
        at_ms
            Unix time in milliseconds.

        Raises
        ------
        BadParameter
            If these cannot be signed.
        """
        signature = self._sign(signed_text(method, path, at_ms))
        return {
            KEY_HEADER: self._credentials.key_id,
            TIMESTAMP_HEADER: str(at_ms),
            SIGNATURE_HEADER: base64.b64encode(signature).decode("ascii"),
        }

    def __repr__(self) -> str:
        return f"Signer({self._credentials!r})"


def _signing(key: PrivateKey) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        return key.sign
    digest = hashes.SHA256()
    scheme = padding.PSS(mgf=padding.MGF1(digest), salt_length=SALT_BYTES)
    return lambda text: key.sign(text, scheme, digest)
