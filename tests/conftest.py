"""What holds for the whole suite: one Hypothesis profile, and nothing that is slow for nothing."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

# A busy machine is no finding, and a run that passed passes again: no deadline, a fixed seed.
# `make test-more` looks for what fifty examples do not find, at another place every time.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("more", deadline=None, max_examples=500, database=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

# The suite starts commands by the dozen. Without byte code each of them would compile the whole
# program anew, and each worker every test.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Ten thousand collected tests are never garbage, and looking through them again and again takes
# longer than many a test: look seldom, and at what was made since.
gc.set_threshold(50_000, 20, 50)

LONG = ("tests/acceptance/", "tests/test_docs", "tests/contract/", "tests/test_", "/unit/exec/")
"""Where the tests of seconds are: begun last, one of them would keep a worker alone at the end."""


@pytest.fixture(autouse=True, scope="session")
def no_waiting_for_disks() -> Iterator[None]:
    """Let nothing wait until a disk has written: no test cuts the power.

    That a file is synchronised before it is renamed is shown where ``os.fsync`` itself is watched,
    and commands that are started as processes of their own do wait.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the long tests to the front; otherwise keep the order."""
    items.sort(key=lambda item: next((n for n, at in enumerate(LONG) if at in item.nodeid), 9))


def pytest_collection_finish() -> None:
    """Leave what was collected out of every later look for garbage."""
    gc.freeze()
