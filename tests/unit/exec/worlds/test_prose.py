from __future__ import annotations

from importlib import import_module
from re import findall

import pytest

from kalshi_alpha.exec.worlds.prose import CHAIN, HEAD, READING


@pytest.mark.parametrize("name", sorted(set(findall(r"`(core\.[a-z_.A-Z]+)`", CHAIN))))
def test_every_function_that_is_named_exists(name: str) -> None:
    module, _, attribute = f"kalshi_alpha.{name}".rpartition(".")
    if not hasattr(import_module(module), attribute):
        import_module(f"{module}.{attribute}")


def test_the_page_says_that_nothing_was_measured_on_the_venue() -> None:
    assert "Nothing here was measured on the\nvenue" in HEAD
    assert "promised" in READING
