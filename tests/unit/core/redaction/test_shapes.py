from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.redaction.shapes import (
    find_secrets,
    is_harmless,
    is_masked,
    is_plain,
    mask,
    mask_secrets,
)

# Made up, and put together here so that this file holds none of them.
HOOK = "q7rs4x1y" + "b8nd5fg2hjk3mcpw9t"
TELEGRAM = "123456789" + ":AAE-dEf1234ghIkl_zyx57W2" + "v1u123ew11Q"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZXNrIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", "****"),
        ("hunter2", "****"),
        ("abcd1234", "****1234"),
        ("8f2c1d4e-5b6a-4c7d-9e0f-a1b2c3d4e5f6", "****e5f6"),
    ],
)
def test_a_mask_shows_four_characters_of_a_long_secret_and_none_of_a_short_one(
    text: str, masked: str
) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@given(st.text())
def test_masking_shows_at_most_half_of_a_secret_and_not_its_length(text: str) -> None:
    shown = mask(text)
    assert is_masked(shown)
    assert len(shown) <= 8
    assert len(shown) - 4 <= len(text) / 2 or shown == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN EC PRIVATE KEY-----\nMHQ=\n-----END EC PRIVATE KEY-----", "PEM block"),
        (f"x {JWT} y", "JWT"),
        ("authorization as bearer 9a8b7c6d5e4f", "credential"),
        ("https://hooks.slack.com/services/T0/B0/x", "webhook"),
        ("https://HOOKS.SLACK.COM/triggers/T0/1/x", "webhook"),
        ("https://discord.com/api/webhooks/1/x", "webhook"),
        ("https://discord.com/api/v10/webhooks/1/x", "webhook"),
        ("https://ptb.discordapp.com/api/v9/webhooks/1/x", "webhook"),
        (f"https://chat.example.org/hooks/{HOOK}", "webhook"),
        (f"https://chat.example.org/hooks/{HOOK[:17]}/{HOOK * 2}", "webhook"),
        (f"https://api.telegram.org/bot{TELEGRAM}/sendMessage", "provider token"),
        (f"https://api.telegram.org/bot{TELEGRAM.replace(':', '%3A')}/getMe", "provider token"),
        (f"https://maker.ifttt.com/trigger/x/with/key/{HOOK}", "webhook"),
        (
            "https://chat.example.org/v1/messages?key=" + "AIza" + "Sy" + "D9q" * 11,
            "provider token",
        ),
        (f"chat as {TELEGRAM}", "provider token"),
        ("Bearer%20abcdefghij123456", "credential"),
        ("authorization%3A%20bearer%09abcdefghij123456", "credential"),
        ("Bearer\nabcdefghij123456", "credential"),
        ("Bearer\r\n  abcdefghij123456", "credential"),
        ("'Bearer\\nabcdefghij123456'", "credential"),
        ("Bearer+abcdefghij123456", "credential"),
        ("https://outlook.office.com/webhook/abc", "webhook"),
        ("outlook.office365.com/webhook/abc", "webhook"),
        ("https://desk.webhook.office.com/webhookb2/aa@bb/IncomingWebhook/cc/dd", "webhook"),
        ("tell discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "notification address"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "notification address"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "notification address"),
        ("url=pover://userkey01@apptoken02", "notification address"),
        ("ntfy://a-secret-topic", "notification address"),
        ("-----begin rsa private key-----", "PEM block"),
        ("-----Begin Private Key-----\nmiie\n-----end private key-----", "PEM block"),
        ("Bearer abcdefghijkl", "credential"),
        ("authorization: bearer QWXZKVBNMPDF", "credential"),
        ("token: qwxzkvbnmpdf", "value of token"),
        ("ghp_" + "a1B2" * 9, "provider token"),
        ("AKIA" + "Q" * 16, "provider token"),
        ("postgres://desk:hunter2@db/ledger", "password in a URL"),
        ("?limit=5&api_key=zxcvbnm", "value of api_key"),
        ('{"password": "hunter2"', "value of password"),
        ("ValueError: api_key=zxcvbnm", "value of api_key"),
    ],
)
def test_each_shape_is_found_by_its_kind(text: str, kind: str) -> None:
    assert kind in {find.kind for find in find_secrets(text)}
    assert list(find_secrets(mask_secrets(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "Bearer market ahead",
        "bearer securities",
        "Bearer instruments were issued",
        "basic arithmetic, basic information",
        "-----begin section 1-----",
        "-----Begin of the report-----",
        "webhook off: set the webhook of office.com",
        "see https://learn.microsoft.com/outlook/webhooks",
        "token: required by the exchange",
        "a discord:// or slack:// address, <discord://...>",
        "see https://discord.com/developers and slack:about",
        "signature: refused, watchdog asleep",
        "the bearer\nof securities",
        "basic%20information",
        "see /hooks/ and /hooks/precommitconfigurationfile",
        "see https://core.telegram.org/bots and /bot/start",
        "at 12:30 or 1781159370:ok",
    ],
)
def test_ordinary_sentences_hold_no_secret(text: str) -> None:
    assert list(find_secrets(text)) == []


@pytest.mark.parametrize(
    "piece",
    [
        "/hooks/a1",
        "bearer%20",
        "bearer\n",
        "1:",
        "/bot1",
        "eyJ",
        "a=",
        "://a:",
        "-----BEGIN A-----",
        "token=a1b2",
        "xoxb-",
        "aA0",
        "a",
        "=",
    ],
)
def test_a_hostile_text_takes_no_more_than_its_length(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    begun = time.process_time()
    mask_secrets(text)
    # A search that grows with the square of the length takes several seconds.
    assert time.process_time() - begun < 1.0


def test_what_stands_around_a_secret_stays() -> None:
    assert mask_secrets(f"before {JWT}, after") == f"before ****{JWT[-4:]}, after"
    assert mask_secrets("a=1&token=q1w2e3r4&b=2") == "a=1&token=****e3r4&b=2"
    assert mask_secrets("nothing here") == "nothing here"


def test_secrets_that_overlap_are_masked_as_one() -> None:
    assert mask_secrets(f"token={JWT}") == f"token=****{JWT[-4:]}"


@pytest.mark.parametrize("text", ["", "****", "****e5f6", "missing", "Ed25519", "unset", "invalid"])
def test_what_is_said_in_a_secrets_place_is_harmless(text: str) -> None:
    assert is_harmless(text)


@given(st.from_regex(r"[A-Za-z0-9 _.:+=/-]{0,64}", fullmatch=True))
def test_a_plain_text_never_holds_a_shape(text: str) -> None:
    assert not (is_plain(text) and list(find_secrets(text)))
