"""The claims morning: 12 December 2024, two hours before the print of the week ending the 7th."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.drivers.dol_claims import DRIVER
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration, fit
from kalshi_alpha.strategies.strategy import Row

FIXTURES = Path(__file__).parents[3] / "fixtures"
CLOCK = datetime(2024, 12, 12, 11, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def history() -> list[Row]:
    rows: list[Row] = json.loads((FIXTURES / "claims" / "history.json").read_text())["history"]
    return rows


@pytest.fixture(scope="session")
def calibration(history: list[Row]) -> ClaimsCalibration:
    return fit(history, CLOCK)


@pytest.fixture(scope="session")
def tables() -> dict[str, list[Row]]:
    """Rows as the store holds them: all releases of the fixtures, the one to come included."""
    claims: list[Row] = []
    for path in sorted((FIXTURES / "dol_claims").glob("*.txt")):
        for row in DRIVER.parse(path.read_bytes()).rows:
            values = {name: getattr(row, name) for name in DRIVER.table.names}
            claims.append({**values, "available_at": DRIVER.earliest_at(row)})
    release: Row = {
        "event": "claims",
        "release_on": date(2024, 12, 12),
        "release_at": datetime(2024, 12, 12, 13, 30, tzinfo=UTC),
        "available_at": datetime(2024, 1, 2, tzinfo=UTC),
    }
    return {"dol_claims": claims, "macro_calendar": [release]}
