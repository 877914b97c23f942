from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import DataError, MissingData, TornFile
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.shipped import manifest_path, require_shipped
from kalshi_alpha.exec.telemetry.shipper import ship

DAY = date(2025, 6, 11)
AT = datetime(2025, 6, 12, 0, 30, tzinfo=UTC)
LINE = b'{"timestamp":"2025-06-11T12:00:00Z","event":"sent","payload":{},"session":"s","seq":1}\n'


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path)
    found.telemetry(DAY).parent.mkdir(parents=True)
    # A crash tore the second line.
    found.telemetry(DAY).write_bytes(LINE + b'{"timestamp":\n' + LINE)
    return found


@pytest.mark.parametrize("compress", [True, False])
def test_a_day_whose_package_holds_every_whole_line_may_go(paths: Paths, *, compress: bool) -> None:
    ship(paths, DAY, AT, compress=compress)
    require_shipped(paths, DAY)


def test_a_day_that_was_never_shipped_may_not(paths: Paths) -> None:
    with pytest.raises(MissingData, match=r"never shipped; run .* --day 2025-06-11"):
        require_shipped(paths, DAY)


def test_a_line_that_came_later_keeps_the_day(paths: Paths) -> None:
    ship(paths, DAY, AT, compress=True)
    with paths.telemetry(DAY).open("ab") as file:
        file.write(LINE)
    with pytest.raises(MissingData, match="written to after it was shipped"):
        require_shipped(paths, DAY)


@pytest.mark.parametrize("damage", ["package gone", "package cut", "manifest torn"])
def test_a_damaged_shipment_keeps_the_day(paths: Paths, damage: str) -> None:
    package = Path(ship(paths, DAY, AT, compress=True).package)
    if damage == "package gone":
        package.unlink()
    elif damage == "package cut":
        package.write_bytes(package.read_bytes()[:-5])
    else:
        manifest_path(paths, DAY).write_bytes(b"{")
    with pytest.raises(DataError) as caught:
        require_shipped(paths, DAY)
    assert isinstance(caught.value, MissingData if damage == "package gone" else TornFile)
    assert "shipper --compress --day 2025-06-11" in str(caught.value)
