from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.redaction import (
    SecretInPayload,
    ensure_safe_payload,
    redact,
    redact_text,
)

KEY_ID = "8f2c1d4e-5b6a-4c7d-9e0f-a1b2c3d4e5f6"
SIGNATURE = base64.b64encode(bytes((7 * i * i + 31 * i + 5) % 251 for i in range(256))).decode()
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZXNrIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAwJ3k\nq9ZyA0\n-----END RSA PRIVATE KEY-----"
WEBHOOK = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/abcdefghijklmnopqrstuvwx"


class Word(StrEnum):
    SENT = "sent"


class Headers(msgspec.Struct):
    authorization: str
    accept: str = "application/json"


@dataclass
class Login:
    password: str


class Wrapped(msgspec.Struct, frozen=True):
    inner: object


class Pair(NamedTuple):
    api_key: str
    at: int


SECRETS: dict[str, tuple[object, str, str]] = {
    "access key": ({"KALSHI-ACCESS-KEY": KEY_ID}, "$.KALSHI-ACCESS-KEY", KEY_ID),
    "camel case": ({"apiKey": "abcdefgh1"}, "$.apiKey", "abcdefgh1"),
    "key id setting": ({"KALSHI_API_KEY_ID": KEY_ID}, "$.KALSHI_API_KEY_ID", KEY_ID),
    "deep": ({"a": [{"b": ({"token": "abc"},)}]}, "$.a[0].b[0].token", "abc"),
    "struct": ({"sent": Headers("RSA abc")}, "$.sent.authorization", "RSA abc"),
    "dataclass": ([Login("hunter")], "$[0].password", "hunter"),
    "named tuple": (Pair("q1w2e3r4", 1), "$.api_key", "q1w2e3r4"),
    "numeric password": ({"password": 12345678}, "$.password", "12345678"),
    "below a secret name": ({"secret": {"x": ["deep"]}}, "$.secret.x[0]", "deep"),
    "raw header pair": ({"headers": [(b"Authorization", b"x1y2z3")]}, "$.headers[0][1]", "x1y2z3"),
    "archive header": (
        {"headers": [{"name": "KALSHI-ACCESS-SIGNATURE", "value": "q9Z"}]},
        "$.headers[0].value",
        "q9Z",
    ),
    "bytes key": ({b"set-cookie": b"sid=12"}, "$.set-cookie", "sid=12"),
    "json text": ({"body": json.dumps({"api_key": "k-1"})}, "$.body(json).api_key", "k-1"),
    "json in json in bytes": (
        json.dumps({"outer": json.dumps({"private_key": "k-2"})}).encode(),
        "$(json).outer(json).private_key",
        "k-2",
    ),
    "json in prose": ({"m": 'refused: {"token": "abc"} twice'}, "$.m(json).token", "unused"),
    "pem": ({"m": f"loaded {PEM}"}, "$.m", "MIIEpAIBAAKCAQEAwJ3k"),
    "pem with escaped lines": ({"m": PEM.replace("\n", "\\n")}, "$.m", "q9ZyA0"),
    "cut pem": ({"m": PEM[:60]}, "$.m", "MIIEpAIBAAKCAQ"),
    "jwt": ({"m": f"got {JWT}."}, "$.m", JWT),
    "bearer": ({"m": "sent Bearer a1b2c3d4e5f6g7h8"}, "$.m", "a1b2c3d4e5f6g7h8"),
    "basic": ({"m": "Basic dXNlcjpwYXNzMTIz"}, "$.m", "dXNlcjpwYXNzMTIz"),
    "slack webhook": ({"m": f"POST {WEBHOOK}"}, "$.m", "abcdefghijklmnopqrstuvwx"),
    "signature": ({"m": SIGNATURE}, "$.m", SIGNATURE),
    "url-safe signature": ({"m": SIGNATURE.replace("+", "-").replace("/", "_")}, "$.m", "unused"),
    "signature in a set": ({SIGNATURE}, "$[0]", SIGNATURE),
    "raw signature": ({"m": bytes(range(128, 192))}, "$.m", "unused"),
    "query": ({"url": "/orders?limit=5&api_key=zxcvbnm"}, "$.url", "zxcvbnm"),
    "header in a log line": ({"m": f"KALSHI-ACCESS-KEY: {KEY_ID}"}, "$.m", KEY_ID),
    "password in a URL": ({"m": "https://desk:hunter2@host.example/x"}, "$.m", "hunter2"),
    "provider token": ({"m": "xoxb-123456789012-abcdef"}, "$.m", "xoxb-123456789012-abcdef"),
    "as the name of a field": ({JWT: 1}, "$, a name of a field", JWT),
    "exception": (RuntimeError(f"failed with {JWT}"), "$[1]", JWT),
}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_refused_by_the_path_of_its_key_and_never_shown(name: str) -> None:
    payload, where, value = SECRETS[name]
    with pytest.raises(ValueError, match="redact it") as refused:
        ensure_safe_payload(payload)
    assert str(refused.value).startswith(f"{where}: ")
    assert value not in str(refused.value)
    assert isinstance(refused.value, SecretInPayload)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_masked_and_the_rest_is_accepted(name: str) -> None:
    payload, _, value = SECRETS[name]
    safe = redact(payload)
    ensure_safe_payload(safe)
    assert redact(safe) == safe
    assert value not in json.dumps(safe)


ORDINARY: dict[str, object] = {
    "an order": {
        "client_order_id": str(uuid.UUID(int=2**127 + 12345)),
        "order_id": uuid.UUID(int=3**70),
        "ticker": "KXHIGHNY-25JUN11-T85",
        "tickers": ["KXCPI-25MAY-T0.3", "KXCPIYOY-25MAY-T2.4", "KXTNEY-25JUN11-B4.3"],
        "price": "0.3400",
        "count": "10.00",
        "at": datetime(2025, 6, 11, 10, 30, tzinfo=UTC),
        "cost": Decimal("3.40"),
        "event": Word.SENT,
    },
    "hashes": {
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "SHA256": "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
        "sha512": "0" * 63 + "a1b2c3d4e5" * 6 + "f0011",
        "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "digest": bytes(range(200, 232)),
    },
    "words that look like secrets": {
        "token_bucket_remaining": 112,
        "write_token_bucket": {"capacity": 100, "refill": "10.5", "name": "write"},
        "tokens_left": 3,
        "tokens": 12,
        "key_rate": "4.25",
        "keyboard": "qwerty",
        "monkey": "a1b2c3",
        "secretary": "J. Smith 2nd",
        "the_secretariat": "Room 12B",
        "tokenizer": "wordpiece9",
        "author": "A1",
        "authorized_by": "desk7",
        "signature_algorithm": "RSA-PSS-SHA256",
        "signature_valid": True,
        "auth_error_streak": 2,
        "private_key_path": "/srv/desk/Secure/kalshi/private.pem",
        "token_type": "Bearer",
        "password_file": "/run/credentials/desk",
        "key": "KXCPI",
        "passed": "T85",
        "design": "a1",
        "signal": "X9",
    },
    "nothing in the secret's place": {
        "api_key": "",
        "token": None,
        "signature": "missing",
        "password": "****",
        "access_key": "****e5f6",
        "authorization": "REDACTED",
    },
    "prose": [
        "No bearer tokens are exchanged; basic understanding of the bearer instruments/bonds.",
        "The password: required by the host. Token bucket: 12 of 200. The secretary's key: none.",
        "signature: invalid, authorization: missing, api key: absent",
        "KalshiClockSkewError: clock is 6.2 s ahead (Date: Wed, 11 Jun 2025 10:30:00 GMT)",
        "BEGIN the session, END it; price=0.34 count=10 ratio: 2/3 {not json} [1, 2] [",
        "a" * 300,
        "-" * 80 + "=" * 80,
        "POST /trade-api/v2/portfolio/events/orders -> 201 in 12.5 ms (retry 0)",
    ],
    "paths": [
        "/Srv/Anna/Kalshi/data/raw/kalshi/orderbook/KXHIGHNY-25JUN11-T85/2025/06/11/snapshots.jsonl",
        "/srv/Desk1/data/raw/bls_cpi/2025/06/11/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "/Opt/KalshiAlpha/releases/2025-06-11/550e8400-e29b-41d4-a716-446655440000/Reports/CPI/Summary",
        Path(
            "/Srv/Anna/VeryLongFolderName/AnotherLongFolderName/YetAnotherFolderName/ReportOfJune"
        ),
    ],
    "names joined": "KXHIGHNY_KXHIGHCHI_KXHIGHMIA_KXHIGHAUS_KXHIGHDEN_KXHIGHPHIL_KXCPIYOY_a1",
    "numbers": [0, -1, 1.5, float("nan"), 2**80, True, None],
    "header pairs": [["Accept", "application/json"], ("Date", "x1"), ["signature", "date"]],
    "empty": [{}, [], (), set(), "", b""],
}


@pytest.mark.parametrize("name", sorted(ORDINARY))
def test_ordinary_payloads_pass_and_are_shown_as_they_are(name: str) -> None:
    payload = ORDINARY[name]
    ensure_safe_payload(payload)
    ensure_safe_payload(redact(payload))


def test_redacting_keeps_what_is_no_secret() -> None:
    payload = {"ticker": "KXCPI-25MAY-T0.3", "count": 3, "deep": [{"ok": True, "none": None}]}
    assert redact(payload) == payload
    assert redact_text("rested 10 at 0.3400") == "rested 10 at 0.3400"


def test_masking_shows_the_last_four_characters_and_leaves_the_rest_of_a_text() -> None:
    assert redact({"KALSHI-ACCESS-KEY": KEY_ID, "n": 1}) == {
        "KALSHI-ACCESS-KEY": "****e5f6",
        "n": 1,
    }
    assert (
        redact_text(f"GET /x with Bearer {JWT}, 401") == f"GET /x with Bearer ****{JWT[-4:]}, 401"
    )
    assert redact({"body": '{"n":1,"token":"abcdefghij"}'}) == {
        "body": '{"n":1,"token":"****ghij"}'
    }
    assert redact_text(f"key {PEM} loaded") == "key **** loaded"


def test_a_payload_too_deep_to_check_is_refused_and_cut() -> None:
    deep: object = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(SecretInPayload, match="nested deeper"):
        ensure_safe_payload(deep)
    ensure_safe_payload(redact(deep))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.binary(max_size=20),
)
payloads = st.recursive(
    scalars,
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.tuples(below, below),
        st.dictionaries(
            st.text(max_size=12) | st.sampled_from(["token", "api_key"]), below, max_size=3
        ),
    ),
    max_leaves=8,
)
WRAPPINGS: list[Callable[[Any], object]] = [
    lambda below: [0, below],
    lambda below: {"ticker": "KXCPI", "more": below},
    lambda below: ("x", below, 1.5),
    lambda below: json.dumps({"body": below}),
    lambda below: json.dumps(json.dumps([below])),
    lambda below: {"text": f"before {json.dumps({'x': below})} after"},
]
LAST: list[Callable[[Any], object]] = [
    lambda below: below,
    lambda below: json.dumps(below).encode(),
    lambda below: {Word.SENT: Wrapped(below)},
]


@given(payloads)
def test_whatever_is_redacted_is_safe_to_write_and_stays_the_same(payload: object) -> None:
    safe = redact(payload)
    ensure_safe_payload(safe)
    assert json.dumps(redact(safe)) == json.dumps(safe)
    msgspec.json.encode(safe)


hidden = st.one_of(
    st.text("abcdefghkmnpqrstuvwxyz", min_size=4, max_size=30).map(
        lambda word: {"password": word + "7Q"}
    ),
    st.uuids().map(lambda key: {"KALSHI-ACCESS-KEY": str(key)}),
    st.sampled_from([PEM, JWT, WEBHOOK, f"Bearer {JWT}"]),
)


@given(hidden, st.lists(st.sampled_from(WRAPPINGS), max_size=4), st.sampled_from(LAST))
def test_a_secret_is_found_at_any_depth_in_any_wrapping(
    secret: object, wrappings: list[Callable[[Any], object]], last: Callable[[Any], object]
) -> None:
    payload = secret
    for wrap in wrappings:
        payload = wrap(payload)
    payload = last(payload)
    with pytest.raises(SecretInPayload):
        ensure_safe_payload(payload)
    ensure_safe_payload(redact(payload))


@pytest.mark.parametrize("size", [64, 256])
def test_random_signatures_are_known_by_their_shape(size: int) -> None:
    generator = random.Random(size)
    missed = 0
    for _ in range(300):
        encoded = base64.b64encode(generator.randbytes(size)).decode().rstrip("=")
        for text in (encoded, encoded.replace("+", "-").replace("/", "_"), f"sent {encoded}=="):
            missed += redact_text(text) == text
    assert missed <= 1


words = st.text("abcdefghijklmnopqrstuvwxyz ", max_size=60)
tickers = st.from_regex(
    r"KX[A-Z]{2,8}-[0-9]{2}[A-Z]{3}[0-9]{2}-[TB][0-9]{1,3}(\.[0-9])?", fullmatch=True
)
ids = st.uuids().map(str)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
money = st.decimals(0, 1000, places=4).map(str)
ordinary = st.recursive(
    st.one_of(
        words, tickers, ids, hashes, money, st.integers(), st.floats(), st.none(), st.booleans()
    ),
    lambda below: (
        st.lists(below, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["ticker", "order_id", "price", "note", "token_bucket_remaining", "fills"]
            ),
            below,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ordinary)
def test_tickers_ids_hashes_money_and_words_always_pass(payload: object) -> None:
    ensure_safe_payload(payload)
    ensure_safe_payload(json.dumps(payload))
