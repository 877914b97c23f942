"""A user's own families, installed for one test: a clean one, and one that reads tomorrow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.replay import Replay

_SOURCE = """
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.forecast import Normal, on_grid
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.strategy import Strategy

GRID = SettlementGrid(Decimal(1), "points")


def replay(history, first, last):
    columns = (("about_on", "date"), ("said_at", "time"), ("value", "float"))
    frame = history.frame("points.csv", columns, ("about_on", "said_at"), ("about_on", "said_at"))
    said = {}
    for row in frame.to_dicts():
        said.setdefault(row["about_on"], []).append((row["said_at"], row["value"]))
    days = sorted(said)[1:]
    days = [d for d in days if (not first or d >= first) and (not last or d <= last)]
    clocks = [datetime.combine(d, time(12), timezone.utc) for d in days]
    if not days:
        return ()
    means = [guess(said, d, at) for d, at in zip(days, clocks)]
    pmfs = np.stack([on_grid(Normal(m, 2.0), GRID, -50, 150).probs for m in means])
    flat = np.stack([on_grid(Normal(50.0, 20.0), GRID, -50, 150).probs for _ in means])
    return (Replay(
        key="points", days=tuple(days), known_at=tuple(clocks), grid=GRID, lo=-50, pmfs=pmfs,
        means=np.array(means), outcomes=np.array([round(said[d][0][1]) for d in days]),
        baselines={"random walk": flat}, units=tuple(map(str, days)),
    ),)


def guess(said, day, clock):
    BODY


STRATEGY = Strategy(
    family="NAME", history="", calibrate=None, load=None, forecast=None, quality=None,
    identity=None, outcomes=None, replay=replay, variants=(("only one", "CRPS 1.0"),),
)
"""

BODIES = {
    # The last value of the day before that was said by the clock.
    "clean": "known = [v for at, v in said[day - timedelta(days=1)] if at <= clock]\n"
    "    return known[-1]",
    # The day's own value, which is said in the evening.
    "leaking": "return said[day][0][1]",
    # The day before, but as it was revised after the clock.
    "revised": "return said[day - timedelta(days=1)][-1][1]",
}


def install_plugins(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put one distribution with a family for each of the bodies on the path."""
    info = folder / "plugins-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugins\nVersion: 1.0\n")
    points = [f"{name} = plugin_{name}" for name in BODIES]
    lines = ["[kalshi_alpha.strategies]", *points]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    for name, body in BODIES.items():
        source = _SOURCE.replace("BODY", body).replace("NAME", name.upper())
        (folder / f"plugin_{name}.py").write_text(source)
    patch.syspath_prepend(folder)


def write_points(
    folder: Path, first: date = date(2024, 1, 1), days: int = 60, times: int = 2
) -> Path:
    """Write a history of daily values, each said on its evening and again a week later."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["about_on,said_at,value"]
    for n in range(days):
        day = first + timedelta(days=n)
        value = 50 + 20 * np.sin((day - date(2024, 1, 1)).days / 3)
        said = (day + timedelta(days=7 * k) for k in range(times))
        lines += [f"{day},{at}T22:00:00Z,{value:.2f}" for at in said]
    (folder / "points.csv").write_text("\n".join(lines) + "\n")
    return folder


def made_up_replay(
    key: str = "points", n: int = 48, shift: float = 0.0, weights: tuple[float, ...] = ()
) -> Replay:
    """Return monthly forecasts of coin-like outcomes; a shift moves the model off them."""
    rng = np.random.default_rng(3)
    places = np.arange(21)
    outcomes = rng.integers(4, 17, n)
    centres = np.clip(outcomes + rng.normal(0.0, 2.0, n) + shift, 0, 20)

    def around(middle: FloatArray, sd: float) -> FloatArray:
        raw = np.exp(-0.5 * ((places[None, :] - middle[:, None]) / sd) ** 2) + 1e-12
        return np.asarray(raw / raw.sum(axis=1, keepdims=True))

    days = tuple(date(2021 + i // 12, i % 12 + 1, 1) for i in range(n))
    return Replay(
        key=key,
        days=days,
        known_at=tuple(datetime(d.year, d.month, d.day, 12, tzinfo=UTC) for d in days),
        grid=SettlementGrid(Decimal("0.5"), "points"),
        lo=-2,
        pmfs=around(centres, 2.0),
        means=0.5 * (centres - 2),
        outcomes=(outcomes - 2).astype(np.int64),
        baselines={
            "random walk": around(np.full(n, 10.0), 4.0),
            "market": around(np.clip(outcomes + rng.normal(0.0, 1.0, n), 0, 20), 1.0),
        },
        units=tuple(map(str, days)),
        weights=weights,
    )
