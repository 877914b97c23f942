"""What users can notice reaches them: no fragment of the changelog is left out for its name."""

from __future__ import annotations

import tomllib
from pathlib import Path

REPO = Path(__file__).parents[1]
FRAGMENTS = sorted(path for path in (REPO / "changelog.d").glob("*.md") if path.name != "README.md")


def test_every_fragment_is_of_a_type_that_the_changelog_has() -> None:
    """Towncrier passes others by without a word."""
    configured = tomllib.loads((REPO / "pyproject.toml").read_text())["tool"]["towncrier"]["type"]
    types = {each["directory"] for each in configured}
    assert {path.name for path in FRAGMENTS if path.name.split(".")[-2] not in types} == set()


def test_every_fragment_says_something() -> None:
    assert {path.name for path in FRAGMENTS if not path.read_text().strip()} == set()
