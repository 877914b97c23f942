from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kalshi_alpha.exec.kill_watch import KillWatch
from kalshi_alpha.exec.session.surroundings import Surroundings
from sim_exchange import Clock


def test_nothing_beats_signs_ahead_or_ends_a_session_unless_it_is_given(tmp_path: Path) -> None:
    nobody: Any = None
    given = Surroundings(
        client=nobody,
        streams=nobody,
        signer=nobody,
        journal=nobody,
        clock=Clock(datetime(2024, 12, 11, tzinfo=UTC)),
        kill=KillWatch(tmp_path / "kill_switch", lambda _: None),
        observer=nobody,
    )
    assert given.in_real_time
    assert not given.ending.is_set()
    assert (given.heartbeat, given.signing_on) == (None, None)

    async def lived() -> bool:
        async with given.beat():
            return True

    assert asyncio.run(lived())
