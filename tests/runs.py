"""A fresh root, and New York's clock, for tests that run whole commands."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]


def new_root(folder: Path) -> Path:
    """Return a root with this checkout's configuration and, by links, its fixtures and examples."""
    shutil.copytree(REPO / "configs", folder / "configs")
    for name in ("tests", "examples"):
        (folder / name).symlink_to(REPO / name, target_is_directory=True)
    return folder


@contextmanager
def at_home_in_new_york(root: Path) -> Iterator[None]:
    """Let commands run in this process, below a root and in the markets' time zone."""
    before = os.environ.get("TZ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALSHI_ALPHA_HOME", str(root))
        patch.delenv("KALSHI_ALPHA_AS_OF", raising=False)
        patch.delenv("KALSHI_ENV", raising=False)
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    assert os.environ.get("TZ") == before
    time.tzset()
