"""The desk's credentials: whose they are, where they are kept, and what is refused.

Each environment has its own, and one key never serves two, however it is named: see `key_owners`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Union

from kalshi_alpha.brokers.kalshi.key_file import read_key_file
from kalshi_alpha.brokers.kalshi.key_owners import (
    KeyNames,
    foreign_names,
    names_to_use,
    own_names,
    refuse_shared,
)
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import NotBuilt, VenueKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PrivateKey = Union["RSAPrivateKey", "Ed25519PrivateKey"]
CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
RSA_BITS_MIN, RSA_BITS_MAX = 2048, 8192
NEEDS_EXTRA = "the venue needs the extra: pip install 'kalshi-alpha[live]'"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{4,128}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key: its id, the private half, and the environment it was made for.

    Neither its ``repr`` nor its ``str`` shows the key, and of the id the last four characters.

    Raises
    ------
    VenueKeyError
        If the id is not one, or the key is of a kind or size that the venue does not take.
    """

    key_id: str = field(repr=False)
    private_key: PrivateKey = field(repr=False, compare=False)
    env: KalshiEnv

    def __post_init__(self) -> None:
        if _KEY_ID.fullmatch(self.key_id) is None:
            raise VenueKeyError(
                f"the {self.env} API key id is not one: 4 to 128 letters, digits or hyphens"
            )
        _require_kind(self.private_key)

    @property
    def masked_id(self) -> str:
        """The id as it may be shown: its last four characters."""
        return f"...{self.key_id[-4:]}"

    def __repr__(self) -> str:
        return f"Credentials({self.env}, key id {self.masked_id})"


def load_credentials(
    env: KalshiEnv, environ: Mapping[str, str], *, user: str | None = None
) -> Credentials:
    """Load the credentials of an environment, from the first place that has them.

    For the exchange and its demo: ``KALSHI_PROD_API_KEY_ID`` and
    ``KALSHI_PROD_PRIVATE_KEY_PEM_PATH`` (or ``DEMO``, or without either for the environment that
    ``KALSHI_ENV`` names, which is ``prod`` if it names none), then systemd's credentials, then the
    keychain. For the local exchange: ``KALSHI_SIM_API_KEY_ID`` and
    ``KALSHI_SIM_PRIVATE_KEY_PEM_PATH``, which it prints, only.

    Parameters
    ----------
    env
        Whose.
    environ
        The process environment with the dotenv files.
    user
        Account of the keychain entries, by default ``USER`` of the environment.

    Raises
    ------
    VenueKeyError
        If there are none, a file may be read by others, the key cannot be used, or it is named
        for another environment too.
    UsageError
        If ``KALSHI_ENV`` names no environment.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    refuse_shared(environ)
    found = _from_variables(env, environ)
    if found is None and env is not KalshiEnv.SIM:
        account = user or environ.get("USER", "")
        found = _from_systemd(env, environ) or _from_keychain(env, account)
    if found is None:
        raise VenueKeyError(
            f"no {env} API key: set {_both(env)}"
            + ("" if env is KalshiEnv.SIM else ", or use systemd credentials or the keychain")
        )
    key_id, pem, where = found
    loaded = Credentials(key_id, parse_private_key(pem, where), env)
    _refuse_foreign(loaded, where, environ)
    return loaded


def parse_private_key(pem: bytes, where: str) -> PrivateKey:
    """Read a private key in PEM.

    Raises
    ------
    VenueKeyError
        If it is no private key, is encrypted, or is of a kind or size that the venue does not
        take. The message never holds a part of it.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error

    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise VenueKeyError(
            f"{where}: the key is encrypted; decrypt it into a file of mode 600"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        # The parser's own words may quote what it read.
        raise VenueKeyError(f"{where}: not a private key in PEM; download it again") from None
    return _require_kind(key, where)


def _require_kind(key: object, where: str = "the API key") -> PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey):
        raise VenueKeyError(f"{where}: the venue takes RSA and Ed25519 keys only; make one there")
    if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        raise VenueKeyError(
            f"{where}: an RSA key of {key.key_size} bits; it must have {RSA_BITS_MIN} to "
            f"{RSA_BITS_MAX}: make one at the venue"
        )
    return key


def _both(env: KalshiEnv) -> str:
    return " and ".join(own_names(env))


def _refuse_foreign(loaded: Credentials, where: str, environ: Mapping[str, str]) -> None:
    """Refuse a key that another environment could load as well, from a copy of its file."""
    named = (
        (names.path, _named_by(names, environ)) for names in foreign_names(loaded.env, environ)
    )
    kept = (
        (f"the {env} key of systemd", _kept_by_systemd(env, environ))
        for env in KalshiEnv
        if env is not loaded.env
    )
    for name, key in (*named, *kept):
        if key is not None and _public(key) == _public(loaded.private_key):
            raise VenueKeyError(
                f"{where} holds the same key as {name}; make one for each environment at the venue"
            )


def _named_by(names: KeyNames, environ: Mapping[str, str]) -> PrivateKey | None:
    path = environ.get(names.path, "")
    try:
        return parse_private_key(read_key_file(Path(path)), path)
    except VenueKeyError:
        # What cannot be loaded for the other environment is not its key.
        return None


def _kept_by_systemd(env: KalshiEnv, environ: Mapping[str, str]) -> PrivateKey | None:
    try:
        found = _from_systemd(env, environ)
        return None if found is None else parse_private_key(found[1], found[2])
    except VenueKeyError:
        return None


def _public(key: PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _from_variables(env: KalshiEnv, environ: Mapping[str, str]) -> tuple[str, bytes, str] | None:
    names = names_to_use(env, environ)
    if names is None:
        return None
    key_id, path = (environ.get(name, "") for name in names)
    if not key_id or not path:
        raise VenueKeyError(f"{names[0] if not key_id else names[1]} is not set; set both or none")
    return key_id.strip(), read_key_file(Path(path)), path


def _from_systemd(env: KalshiEnv, environ: Mapping[str, str]) -> tuple[str, bytes, str] | None:
    folder = environ.get(CREDENTIALS_DIRECTORY)
    if not folder:
        return None
    id_file = Path(folder) / f"kalshi_{env}_key_id"
    pem_file = Path(folder) / f"kalshi_{env}_private_key"
    if not id_file.exists() and not pem_file.exists():
        return None
    key_id = _text(read_key_file(id_file, group_may_read=True), id_file)
    return key_id, read_key_file(pem_file, group_may_read=True), str(pem_file)


def _from_keychain(env: KalshiEnv, user: str) -> tuple[str, bytes, str] | None:
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error

    mark = "" if env is KalshiEnv.PROD else env.capitalize()
    services = (f"Kalshi{mark}APIKeyID", f"Kalshi{mark}PrivateKeyPath")
    try:
        key_id, path = (keyring.get_password(service, user) for service in services)
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise VenueKeyError(
            f"the keychain did not open ({type(error).__name__}); unlock it or set {_both(env)}"
        ) from error
    if not key_id or not path:
        return None
    return key_id.strip(), read_key_file(Path(path)), path


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise VenueKeyError(f"{path}: a key id is plain letters, digits and hyphens") from None
