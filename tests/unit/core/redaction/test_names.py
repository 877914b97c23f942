from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.redaction.names import Secrecy, secrecy

SECRET_NAMES = [
    *("api_key", "apiKey", "API-KEY", "x-api-key", "KALSHI_API_KEY_ID", "key_id", "apikey"),
    *("private_key", "privateKeyPem", "PRIVATE_KEY_PEM", "signing_key"),
    *("KALSHI-ACCESS-KEY", "KALSHI-ACCESS-SIGNATURE", "Idempotency-Key", "Authorization"),
    *("token", "accessToken", "refresh_token", "bearer", "jwt", "cookie", "Set-Cookie", "sig"),
    *(
        "signature",
        "signatures",
        "KALSHI_MONITOR_SLACK_WEBHOOK",
        "KALSHI_MONITOR_NOTIFY_URL",
        "webhook_url",
        "credentials",
    ),
]
ORDINARY_NAMES = [
    *("key", "key_rate", "keyboard", "monkey", "keys_seen", "secretary", "secretariat"),
    *("token_bucket_remaining", "token_bucket", "tokens_left", "token_budget", "token_count"),
    *("tokenizer", "signature_algorithm", "signature_valid", "signal", "signed", "design"),
    *("private_key_path", "password_file", "auth_error_streak", "author", "authorized_by"),
    *("KALSHI-ACCESS-TIMESTAMP", "client_order_id", "ticker", "passed", "bypass", "cookiecutter"),
    *("pass_rate", "word_pass", "pass_words_path", "passport", "boarding_pass"),
    *("", "-", "123", "price_e4"),
]


PARTED = ["PassWord", "passWord", "pass_word", "PASS-WORDS", "passPhrase", "pass_phrase", "passWd"]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets_are_known_however_they_are_written(name: str) -> None:
    assert secrecy(name) is Secrecy.TEXT_SECRET


@pytest.mark.parametrize(
    "name", ["password", "PASSWORD", "db_passwd", "secretKey", "secrets", *PARTED]
)
def test_below_a_password_even_a_number_is_a_secret(name: str) -> None:
    assert secrecy(name) is Secrecy.SECRET


@pytest.mark.parametrize("name", ORDINARY_NAMES)
def test_ordinary_words_that_only_look_like_secrets_are_none(name: str) -> None:
    assert secrecy(name) is Secrecy.ORDINARY


@given(st.text())
def test_any_text_may_be_a_name(name: str) -> None:
    assert secrecy(name) in Secrecy
