from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.forecast.pooling import pool_pmfs
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.archive import read_archive
from kalshi_alpha.strategies.cpi.market_replay import (
    PRIOR_WEIGHTS,
    market_replays,
    past_print,
    read_snapshots,
)
from kalshi_alpha.strategies.cpi.walk import Walk
from kalshi_alpha.strategies.replay import Replay

MONTHS = [date(2022, month, 1) for month in range(1, 13)]


@pytest.fixture(scope="module")
def leads(archive_folder: Path) -> dict[str, Replay]:
    history = History([archive_folder])
    archive = read_archive(history)
    found = market_replays(history, archive, Walk(archive), MONTHS)
    return {each.key: each for each in found}


def test_each_lead_has_the_market_the_pool_and_the_plain_baselines(
    leads: dict[str, Replay],
) -> None:
    assert list(leads) == ["cpi_mom@1d", "cpi_mom@7d", "cpi_mom@14d"]
    for each in leads.values():
        assert list(each.days) == MONTHS
        assert {"market", "pooled", "random walk", "rolling", "climatology"} == set(each.baselines)


def test_the_weight_starts_from_its_prior_and_moves_with_settled_months(
    archive_folder: Path,
) -> None:
    history = History([archive_folder])
    archive = read_archive(history)
    every = sorted(archive.nowcasts)
    found = market_replays(history, archive, Walk(archive), every)
    for each, prior in zip(found, PRIOR_WEIGHTS.values(), strict=True):
        weights = each.weights
        assert weights[0] == pytest.approx(prior, abs=0.005)
        assert len(set(weights)) > 1


def test_the_pool_is_that_of_the_row_s_weight(leads: dict[str, Replay]) -> None:
    found = leads["cpi_mom@7d"]
    last = pool_pmfs(found.pmfs[-1], found.baselines["market"][-1], found.weights[-1])
    np.testing.assert_allclose(found.baselines["pooled"][-1], last)


def test_months_before_the_first_asked_for_are_learned_from(
    archive_folder: Path, leads: dict[str, Replay]
) -> None:
    history = History([archive_folder])
    archive = read_archive(history)
    for each in market_replays(history, archive, Walk(archive), MONTHS[6:]):
        assert each.weights == leads[each.key].weights[6:]


def test_later_months_do_not_move_a_weight(archive_folder: Path, leads: dict[str, Replay]) -> None:
    history = History([archive_folder])
    archive = read_archive(history)
    for each in market_replays(history, archive, Walk(archive), MONTHS[:6]):
        assert each.weights == leads[each.key].weights[:6]


def test_snapshots_without_a_usable_price_are_left_out(
    archive_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(archive_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "kalshi_cpi_mom_snapshots.csv").write_text(
        "reference_month,horizon_days_nominal,snapshot_date,market_mean_pct,market_sd_pct\n"
        "2022-01,7,2022-02-03,0.4,0.1\n"
        "2022-02,7,2022-03-03,,0.1\n"
        "2022-03,7,2022-04-03,0.4,0.0\n"
        "2022-04,7,2022-05-03,NaN,0.1\n"
    )
    found = read_snapshots(History([tmp_path]))
    assert [each.month for each in found[7]] == [date(2022, 1, 1)]


def test_few_prints_shorten_the_mean() -> None:
    pmf = past_print(np.array([0.1, 0.3, 0.2, 0.4]), 36, -20, 30)
    assert pmf.sum() == pytest.approx(1.0)
    assert (pmf * np.arange(-20, 31)).sum() / 10 == pytest.approx(0.3, abs=0.02)
