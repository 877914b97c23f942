from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.datastore.exclusive import FileBusy, exclusive

AT_ONCE = timedelta(0)
SOON = timedelta(seconds=20)


def test_a_held_lock_is_refused_by_its_name_with_the_remedy(tmp_path: Path) -> None:
    lock = tmp_path / "proc" / "ledger.lock"
    with (
        exclusive(lock, AT_ONCE),
        pytest.raises(FileBusy, match=r"ledger\.lock: held by another run for 0 s; wait"),
        exclusive(lock, AT_ONCE),
    ):
        raise AssertionError("two hold it")


def test_a_lock_is_free_after_its_holder_whatever_happened_to_it(tmp_path: Path) -> None:
    lock = tmp_path / "ledger.lock"
    with pytest.raises(ValueError, match="cut"), exclusive(lock, AT_ONCE):
        raise ValueError("cut")
    with exclusive(lock, AT_ONCE):
        assert lock.read_bytes() == b""


def test_who_is_patient_gets_it_next(tmp_path: Path) -> None:
    lock, order = tmp_path / "ledger.lock", list[str]()

    def second() -> None:
        with exclusive(lock, SOON):
            order.append("second")

    waiting = threading.Thread(target=second)
    with exclusive(lock, AT_ONCE):
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
