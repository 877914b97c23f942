from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.archive import Archive, read_archive
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, SCALE_FLOOR
from kalshi_alpha.strategies.cpi.walk import Walk

NEW_YORK = ZoneInfo("America/New_York")
MONTH = date(2022, 5, 1)
CLOCK = datetime(2022, 6, 12, 6, 30, tzinfo=NEW_YORK)


@pytest.fixture(scope="module")
def archive(archive_folder: Path) -> Archive:
    return read_archive(History([archive_folder]))


def test_the_mean_lies_halfway_between_nowcast_and_bridge(archive: Archive) -> None:
    # The made-up print is core and gasoline, so the bridge comes near to it by construction.
    mean, nowcast = Walk(archive).mean(MONTH, CLOCK), archive.nowcast(MONTH, CLOCK)
    assert mean != nowcast
    assert abs(mean - nowcast) < 0.2


def test_errors_of_yearly_nowcasts_stand_before_the_monthly_ones(archive: Archive) -> None:
    # January 2019 to May 2021 by year, then June 2021 to April 2022 by month.
    assert Walk(archive).latent(MONTH, CLOCK).errors == 29 + 11


def test_few_errors_give_the_cold_spread(archive: Archive) -> None:
    bare = Archive(
        archive.releases, archive.prints, archive.earlier, archive.nowcasts, {}, archive.gas,
        archive.unadjusted, archive.vintages,
    )  # fmt: skip
    latent = Walk(bare).latent(MONTH, CLOCK)
    assert latent.errors == 11 < MONTHS_LEAST
    assert latent.dist.dof == 5
    assert latent.dist.scale >= SCALE_FLOOR


def test_the_print_of_the_month_itself_does_not_matter(archive: Archive) -> None:
    altered = {
        measure: {month: value if month < MONTH else 9.9 for month, value in found.items()}
        for measure, found in archive.prints.items()
    }
    other = Archive(
        archive.releases, altered, archive.earlier, archive.nowcasts, archive.yearly_nowcasts,
        archive.gas, archive.unadjusted, archive.vintages,
    )  # fmt: skip
    assert Walk(other).latent(MONTH, CLOCK) == Walk(archive).latent(MONTH, CLOCK)


def test_gasoline_of_finished_months_is_their_mean_on_the_month_before(archive: Archive) -> None:
    day = date(2022, 5, 2)
    ratio = archive.gas[day + timedelta(days=20)] / archive.gas[day - timedelta(days=20)]
    assert Walk(archive).gas_change(MONTH) == pytest.approx(100 * (ratio - 1), abs=0.5)


def test_a_month_before_its_first_nowcast_has_no_latent(archive: Archive) -> None:
    with pytest.raises(MissingData):
        Walk(archive).latent(MONTH, datetime(2022, 5, 1, tzinfo=NEW_YORK))
