"""The monthly print some days ahead: our forecast, the market's, and the pool of both."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import Normal, on_grid
from kalshi_alpha.core.forecast.pooling import learn_weight, pool_pmfs
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.cpi.archive import MOM_PRINT, Archive, morning_of
from kalshi_alpha.strategies.cpi.forecast import MOM
from kalshi_alpha.strategies.cpi.past_mean import MEAN_MONTHS, around_past_mean
from kalshi_alpha.strategies.cpi.skill import TENTHS
from kalshi_alpha.strategies.cpi.walk import Walk
from kalshi_alpha.strategies.replay import Replay

PRIOR_WEIGHTS = {1: 0.02, 7: 0.2, 14: 0.3}
"""Weight of our side before any unit has settled, by days before the release."""
LO, HI = -20, 30
"""Bins in tenths of a percent: wide enough for any month, narrow enough that the floor which
pooling puts under each of them stays small."""
_FILE = "kalshi_cpi_mom_snapshots.csv"
_SNAPSHOT_TIME = time(16, 0)
BASELINES = {"random walk": 1, "rolling": MEAN_MONTHS, "climatology": 3 * MEAN_MONTHS}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The market's implied mean and deviation of a month, in percent, on a day before it."""

    month: date
    day: date
    mean: float
    sd: float


def market_replays(
    history: History, archive: Archive, walk: Walk, months: Sequence[date]
) -> tuple[Replay, ...]:
    """Replay each lead on those of the months whose market price is at hand.

    Besides the plain baselines each has ``market``, a normal of the implied mean and deviation,
    and ``pooled``, with the weight learned from every month settled before the snapshot, months
    before the first asked for included.

    Raises
    ------
    TornFile
        If the snapshots cannot be read.
    """
    if not history.files(_FILE):
        return ()
    wanted = set(months)
    replays = (
        _lead(archive, walk, lead, snapshots, wanted)
        for lead, snapshots in read_snapshots(history).items()
        if lead in PRIOR_WEIGHTS
    )
    return tuple(each for each in replays if each is not None)


def read_snapshots(history: History) -> dict[int, list[Snapshot]]:
    """Read the snapshots with a usable price, by days ahead; months in order."""
    columns = (
        ("reference_month", "date"),
        ("horizon_days_nominal", "int"),
        ("snapshot_date", "date"),
        ("market_mean_pct", "float"),
        ("market_sd_pct", "float"),
    )
    key = ("reference_month", "horizon_days_nominal")
    found: dict[int, list[Snapshot]] = {}
    for row in history.frame(_FILE, columns, key, key).to_dicts():
        mean, sd = row["market_mean_pct"], row["market_sd_pct"]
        if mean is not None and sd is not None and math.isfinite(mean) and 0.0 < sd < math.inf:
            snapshot = Snapshot(row["reference_month"], row["snapshot_date"], mean, sd)
            found.setdefault(row["horizon_days_nominal"], []).append(snapshot)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class _Month:
    snapshot: Snapshot
    clock: datetime
    released_at: datetime
    outcome: int
    mean: float
    ours: FloatArray
    market: FloatArray
    plain: dict[str, FloatArray]


def _lead(
    archive: Archive,
    walk: Walk,
    lead: int,
    snapshots: Sequence[Snapshot],
    wanted: Collection[date],
) -> Replay | None:
    last = max(wanted, default=date.min)
    known = [
        each
        for snapshot in snapshots
        if snapshot.month <= last
        for each in _months(archive, walk, snapshot)
    ]
    months = [each for each in known if each.snapshot.month in wanted]
    if not months:
        return None
    weights = [_weight(known, each.clock, PRIOR_WEIGHTS[lead]) for each in months]
    pooled = [
        pool_pmfs(each.ours, each.market, weight)
        for each, weight in zip(months, weights, strict=True)
    ]
    return Replay(
        key=f"{MOM}@{lead}d",
        days=tuple(each.snapshot.month for each in months),
        known_at=tuple(each.clock for each in months),
        grid=TENTHS,
        lo=LO,
        pmfs=np.stack([each.ours for each in months]),
        means=np.array([each.mean for each in months]),
        outcomes=np.array([each.outcome for each in months], dtype=np.int64),
        baselines={
            "market": np.stack([each.market for each in months]),
            "pooled": np.stack(pooled),
            **{name: np.stack([each.plain[name] for each in months]) for name in BASELINES},
        },
        units=tuple(f"CPI-{each.snapshot.month:%Y-%m}" for each in months),
        weights=tuple(weights),
    )


def _months(archive: Archive, walk: Walk, snapshot: Snapshot) -> list[_Month]:
    """Forecast one month at the hour of its snapshot; none where an input is missing."""
    month = snapshot.month
    clock = morning_of(snapshot.day, _SNAPSHOT_TIME)
    printed = archive.prints[MOM_PRINT].get(month)
    if printed is None or clock >= archive.release_at(month):
        return []
    try:
        dist = walk.latent(month, clock).dist
    except MissingData:
        return []
    prints = archive.known_prints(MOM_PRINT, clock)
    return [
        _Month(
            snapshot=snapshot,
            clock=clock,
            released_at=archive.release_at(month),
            outcome=math.floor(10.0 * printed + 0.5),
            mean=dist.mean,
            ours=np.asarray(on_grid(dist, TENTHS, LO, HI).probs),
            market=np.asarray(on_grid(Normal(snapshot.mean, snapshot.sd), TENTHS, LO, HI).probs),
            plain={name: past_print(prints, span, LO, HI) for name, span in BASELINES.items()},
        )
    ]


def past_print(prints: FloatArray, span: int, lo: int, hi: int) -> FloatArray:
    """Return the PMF around the mean of the last prints; of half of them where there are few."""
    dist = around_past_mean(prints, max(1, min(span, prints.size // 2)))
    return np.asarray(on_grid(dist, TENTHS, lo, hi).probs)


def _weight(months: Sequence[_Month], clock: datetime, prior: float) -> float:
    settled = [each for each in months if each.released_at < clock]
    learned = learn_weight(
        [each.ours for each in settled],
        [each.market for each in settled],
        [each.outcome - LO for each in settled],
        prior,
    )
    return learned.weight
