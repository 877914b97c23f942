from __future__ import annotations

import random
import string

import pytest

from kalshi_alpha.core.redaction.letters import letters_are_noise

WORDS = """
    instruments certificates securities information arithmetic mathematics authentication
    credentials temperature orderbook subscription reconciliation settlement strengths
    rhythmically Albuquerque Czechoslovakia handkerchief knightsbridge beekeeping bookkeeper
    withdrawn catchphrase jackknife vacuum sphinxes exchange healthchecks lengthwise psychology
    workflow watchdog upkeep background sandcastle required unauthorized
"""


@pytest.mark.parametrize("word", WORDS.split())
def test_words_are_no_noise(word: str) -> None:
    for written in (word, word.upper(), f"{word} ahead of the market"):
        assert not letters_are_noise(written)


@pytest.mark.parametrize("token", ["abcdefghijkl", "qwxzkvbnmpdf", "ABCDEFGHIJKL", "zq-xkcdvbwqp"])
def test_letters_that_make_up_no_word_are_noise(token: str) -> None:
    assert letters_are_noise(token)


def test_most_letters_drawn_at_random_are_noise() -> None:
    rng = random.Random(7)
    for length, told_min in ((12, 0.8), (24, 0.94)):
        drawn = ["".join(rng.choices(string.ascii_lowercase, k=length)) for _ in range(1_000)]
        assert sum(map(letters_are_noise, drawn)) / len(drawn) >= told_min


@pytest.mark.parametrize("text", ["", "xq", "KXCPI", "1234567890", "bcdfg 1 hjk"])
def test_a_few_letters_decide_nothing(text: str) -> None:
    assert not letters_are_noise(text)
