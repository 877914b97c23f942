from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.ramp.statistic import Statistic
from kalshi_alpha.core.types import Side
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.exec.ramp.memory import Memory
from readiness_cases import AT, KEY, readiness


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pilot_ready.json"
    write_json(path, readiness())
    return path


def test_what_was_published_is_remembered(path: Path) -> None:
    found = Memory.read(path, AT + timedelta(days=1))
    assert (found.rise, found.made_at, found.problem) == (0.1, AT, "")
    assert (found.size("CPI"), found.size("WHEAT")) == (0.25, None)
    assert found.weights("CPI") == {KEY: 0.75}
    assert found.weights("CLAIMS") == {}


def test_a_repeat_at_the_same_clock_is_no_refresh(path: Path) -> None:
    assert Memory.read(path, AT).rise == 0.0


def test_what_cannot_be_read_is_said_and_not_remembered(path: Path) -> None:
    assert Memory.read(path.with_name("none.json"), AT) == Memory(None)
    path.write_bytes(b"{")
    found = Memory.read(path, AT)
    assert found.last is None
    assert found.problem
    assert (found.size("CPI"), found.weights("CPI"), found.doubts(BASELINE)) == (None, {}, ())


def test_a_statistic_changed_after_it_was_seen_is_doubted(path: Path) -> None:
    memory = Memory.read(path, AT + timedelta(days=1))
    assert memory.doubts(BASELINE) == ()

    def changed(declared_at: datetime) -> tuple[str, ...]:
        own = msgspec.structs.replace(
            BASELINE.families["CPI"], statistic=Statistic.SETTLED, declared_at=declared_at
        )
        return memory.doubts(
            msgspec.structs.replace(BASELINE, families=BASELINE.families | {"CPI": own})
        )

    (line,) = changed(datetime(2024, 6, 1, tzinfo=UTC))
    assert "families.CPI.statistic" in line
    assert changed(AT + timedelta(hours=1)) == ()


def test_the_key_of_a_bin_is_its_family_side_and_buckets() -> None:
    assert BinKey("CPI", Side.YES, ".3-.7", "0-2h") == KEY
