"""What is shipped beside the code: the default configuration, and the demo's payloads.

An installed wheel holds both as package data; a checkout has them where they are kept, and its own
go first: a copy in the installation could be older.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from kalshi_alpha.core.errors import NotBuilt

_CHECKOUT = Path(__file__).resolve().parents[3]


def default_configs() -> Traversable:
    """Return the folder of the default configuration.

    Raises
    ------
    NotBuilt
        If this installation holds none.
    """
    return _folder("configs", "defaults", "configuration")


def demo_payloads() -> tuple[Path, Path]:
    """Return the folders of feed payloads and of venue payloads.

    Raises
    ------
    NotBuilt
        If this installation holds none.
    """
    feeds = _folder("tests/fixtures", "demo/fixtures", "payloads for the demo")
    venue = _folder("tests/data_fixtures", "demo/data_fixtures", "payloads for the demo")
    return Path(str(feeds)), Path(str(venue))


def _folder(in_checkout: str, in_wheel: str, what: str) -> Traversable:
    checkout = _CHECKOUT / in_checkout
    if (_CHECKOUT / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    found = files("kalshi_alpha.config").joinpath(*in_wheel.split("/"))
    if not found.is_dir():
        raise NotBuilt(f"this installation holds no {what}: run in a checkout of the repository")
    return found
