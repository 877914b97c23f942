from __future__ import annotations

import logging
from pathlib import Path

import keyring
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from keyring.errors import KeyringLocked, NoKeyringError

from kalshi_alpha.brokers.kalshi.keys import Credentials, load_credentials, parse_private_key
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueKeyError

PROD, DEMO, SIM = KalshiEnv.PROD, KalshiEnv.DEMO, KalshiEnv.SIM
KEY_ID = "11111111-2222-3333-4444-555566667777"
ED = ed25519.Ed25519PrivateKey.generate()
ED_PEM = ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Keychain:
    """A keychain in memory, as macOS fills it by the run-book's commands."""

    def __init__(self, kept: dict[tuple[str, str], str]) -> None:
        self.kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))


def nobody(service: str, username: str) -> str | None:
    raise NoKeyringError(f"{service} of {username}")


def locked(service: str, username: str) -> str | None:
    raise KeyringLocked(f"{service} of {username}")


@pytest.fixture(autouse=True)
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_password", nobody)


def key_file(folder: Path, name: str = "private.pem", data: bytes = ED_PEM) -> Path:
    path = folder / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def variables(path: Path, mark: str = "") -> dict[str, str]:
    return {
        f"KALSHI_{mark}API_KEY_ID": KEY_ID,
        f"KALSHI_{mark}PRIVATE_KEY_PEM_PATH": str(path),
    }


@pytest.mark.parametrize(
    "pem",
    [
        ED_PEM,
        RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ],
    ids=["Ed25519 in PKCS#8", "RSA in PKCS#1", "RSA in PKCS#8"],
)
def test_the_venues_kinds_of_key_are_read(tmp_path: Path, pem: bytes) -> None:
    found = load_credentials(PROD, variables(key_file(tmp_path, data=pem)))
    assert (found.key_id, found.env) == (KEY_ID, PROD)


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (
            rsa.generate_private_key(public_exponent=65537, key_size=1024).private_bytes(  # noqa: S505
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            "1024 bits",
        ),
        (
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            "RSA and Ed25519 keys only",
        ),
        (
            ED.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")),
            "encrypted",
        ),
        (
            ED.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "not a private key",
        ),
        (b"hello", "not a private key"),
        (b"-----BEGIN " + b"PRIVATE KEY-----\nMAAA\n-----END " + b"PRIVATE KEY-----\n", "not a"),
    ],
    ids=["too small", "another curve", "encrypted", "the public half", "text", "cut"],
)
def test_a_key_that_the_venue_does_not_take_is_refused(pem: bytes, said: str) -> None:
    with pytest.raises(VenueKeyError, match=said):
        parse_private_key(pem, "private.pem")


def test_the_names_of_the_run_book_belong_to_the_environment_that_is_set(tmp_path: Path) -> None:
    environ = variables(key_file(tmp_path)) | {"KALSHI_ENV": "prod"}
    assert load_credentials(PROD, environ).env is PROD
    with pytest.raises(VenueKeyError, match="belongs to KALSHI_ENV=prod; for demo set"):
        load_credentials(DEMO, environ)


def test_without_an_environment_the_names_of_the_run_book_are_the_exchanges(
    tmp_path: Path,
) -> None:
    environ = variables(key_file(tmp_path))
    assert load_credentials(PROD, environ).env is PROD
    with pytest.raises(
        VenueKeyError,
        match="belongs to prod while KALSHI_ENV is not set; for demo "
        "set KALSHI_DEMO_API_KEY_ID and KALSHI_DEMO_PRIVATE_KEY_PEM_PATH",
    ):
        load_credentials(DEMO, environ)


def test_an_environments_own_names_go_first_and_serve_no_other(tmp_path: Path) -> None:
    environ = variables(key_file(tmp_path), "DEMO_") | {"KALSHI_ENV": "prod"}
    assert load_credentials(DEMO, environ).env is DEMO
    for env in (PROD, SIM):
        with pytest.raises(VenueKeyError, match=f"no {env} API key"):
            load_credentials(env, environ)


def test_the_local_exchange_never_sees_the_desks_key(tmp_path: Path) -> None:
    environ = variables(key_file(tmp_path)) | {"KALSHI_ENV": "sim"}
    with pytest.raises(VenueKeyError, match="no sim API key: set KALSHI_SIM_API_KEY_ID"):
        load_credentials(SIM, environ)
    made = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own = variables(key_file(tmp_path, "sim.pem", made), "SIM_") | {"KALSHI_SIM_API_KEY_ID": "made"}
    assert load_credentials(SIM, environ | own).env is SIM


@pytest.mark.parametrize("pair", [("PROD_", "DEMO_"), ("DEMO_", "SIM_")])
def test_two_environments_with_one_key_are_refused(tmp_path: Path, pair: tuple[str, str]) -> None:
    path = key_file(tmp_path)
    environ = variables(path, pair[0]) | variables(path, pair[1])
    with pytest.raises(VenueKeyError, match="are the same"):
        load_credentials(DEMO, environ)


@pytest.mark.parametrize("env", [DEMO, SIM])
@pytest.mark.parametrize("stated", [{}, {"KALSHI_ENV": "prod"}], ids=["unset", "prod"])
def test_a_copy_of_another_environments_key_is_refused(
    tmp_path: Path, env: KalshiEnv, stated: dict[str, str]
) -> None:
    environ = variables(key_file(tmp_path)) | {"KALSHI_API_KEY_ID": "another-id"} | stated
    pkcs8 = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own = variables(key_file(tmp_path, "own.pem", pkcs8), f"{env.upper()}_")
    assert load_credentials(env, environ | own).env is env
    copied = variables(key_file(tmp_path, "own.pem", ED_PEM + b"\n"), f"{env.upper()}_")
    with pytest.raises(VenueKeyError, match=r"own\.pem holds the same key as KALSHI_PRIVATE_KEY"):
        load_credentials(env, environ | copied)


def test_what_cannot_be_loaded_for_another_environment_is_no_key_of_it(tmp_path: Path) -> None:
    open_to_all = key_file(tmp_path, "prod.pem")
    open_to_all.chmod(0o644)
    environ = variables(open_to_all, "PROD_") | {"KALSHI_PROD_API_KEY_ID": "another-id"}
    assert load_credentials(DEMO, environ | variables(key_file(tmp_path), "DEMO_")).env is DEMO


def test_a_key_of_systemds_is_compared_with_the_other_environments(tmp_path: Path) -> None:
    key_file(tmp_path, "kalshi_prod_private_key")
    key_file(tmp_path, "kalshi_prod_key_id", b"another-id")
    environ = variables(key_file(tmp_path), "DEMO_") | {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    with pytest.raises(VenueKeyError, match="the same key as the prod key of systemd"):
        load_credentials(DEMO, environ)


@pytest.mark.parametrize("missing", ["API_KEY_ID", "PRIVATE_KEY_PEM_PATH"])
def test_half_a_pair_of_names_is_refused(tmp_path: Path, missing: str) -> None:
    environ = variables(key_file(tmp_path)) | {f"KALSHI_{missing}": ""}
    with pytest.raises(VenueKeyError, match=f"KALSHI_{missing} is not set"):
        load_credentials(PROD, environ)


def test_systemd_credentials_are_read_by_environment(tmp_path: Path) -> None:
    key_file(tmp_path, "kalshi_demo_private_key").chmod(0o440)
    key_file(tmp_path, "kalshi_demo_key_id", f"{KEY_ID}\n".encode()).chmod(0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert load_credentials(DEMO, environ).key_id == KEY_ID
    with pytest.raises(VenueKeyError, match="no prod API key"):
        load_credentials(PROD, environ)


def test_the_keychain_is_read_as_the_run_book_fills_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(key_file(tmp_path))
    kept = {("KalshiAPIKeyID", "ann"): KEY_ID, ("KalshiPrivateKeyPath", "ann"): path}
    monkeypatch.setattr(keyring, "get_password", Keychain(kept).get_password)
    assert load_credentials(PROD, {"USER": "ann"}).key_id == KEY_ID
    for env, user in ((DEMO, "ann"), (PROD, "bob")):
        with pytest.raises(VenueKeyError, match=f"no {env} API key"):
            load_credentials(env, {"USER": user})


def test_a_keychain_that_does_not_open_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(VenueKeyError, match=r"keychain did not open \(KeyringLocked\); unlock"):
        load_credentials(PROD, {"USER": "ann"})


def test_without_any_source_the_error_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        VenueKeyError, match="PROD_PRIVATE_KEY_PEM_PATH, or use systemd credentials or the keychain"
    ):
        load_credentials(PROD, {})


@pytest.mark.parametrize("key_id", ["", "abc", "has space", "line\nbreak", "é" * 8, "x" * 129])
def test_a_key_id_that_could_not_be_a_header_is_refused(key_id: str) -> None:
    with pytest.raises(VenueKeyError):
        Credentials(key_id, ED, PROD)


def test_neither_repr_nor_messages_show_the_key_or_its_id(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    held = Credentials(KEY_ID, ED, PROD)
    body = ED_PEM.decode().splitlines()[1]
    shown = [repr(held), str(held), f"{held!r}", caplog.text]
    broken = ED_PEM.replace(b"M", b"N", 1)
    with pytest.raises(VenueKeyError) as caught:
        load_credentials(PROD, variables(key_file(tmp_path, data=broken)))
    shown += [str(caught.value), repr(caught.value), str(caught.value.__cause__)]
    assert all(KEY_ID not in text and body[:12] not in text for text in shown)
    assert repr(held) == "Credentials(prod, key id ...7777)"
