"""A made-up folder of recordings and history: two cities, eight days of January 2025."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

FIRST, DAYS = date(2025, 1, 6), 8
_HISTORY_DAYS = 420
_CITIES = {"KXHIGHNY": ("KNYC", "NYC", 40.0), "KXHIGHAUS": ("KAUS", "AUS", 62.0)}
_STARTS = ((0, 17, 40), (0, 23, 40), (1, 5, 40), (1, 11, 40))
"""Day after the eve, hour and minute at which the made-up market wakes up before a cycle."""


def write_folder(folder: Path, seed: int = 5) -> Path:
    """Write recordings, results, fee terms, guidance and maxima; the same seed, the same bytes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    maxima = {series: _maxima(rng, mean) for series, (_, _, mean) in _CITIES.items()}
    _write_guidance(folder, rng, maxima["KXHIGHNY"])
    _write_maxima(folder, maxima)
    listed = []
    for series in _CITIES:
        trades = []
        for n in range(DAYS):
            day, value = FIRST + timedelta(days=n), int(maxima[series][_HISTORY_DAYS + n])
            markets = list(_markets(series, day, value, rng))
            listed += markets
            trades += list(_trades(markets, day, rng))
        pl.DataFrame(trades).sort("ts_utc", maintain_order=True).write_parquet(
            folder / f"kalshi_weather_trades_{series}.parquet"
        )
    pl.DataFrame(listed).write_csv(folder / "kalshi_weather_markets.csv")
    terms = [{"series": s, "fee_type": "quadratic", "fee_multiplier": 1} for s in _CITIES]
    (folder / "kalshi_weather_series_meta.json").write_text(json.dumps(terms))
    return folder


def _maxima(rng: np.random.Generator, mean: float) -> list[int]:
    n = _HISTORY_DAYS + DAYS
    season = 12 * np.sin(np.arange(n) / 58.0)
    noise = np.convolve(rng.normal(0.0, 5.0, n + 3), [0.5, 0.3, 0.2, 0.1])[:n]
    return [int(each) for each in np.rint(mean + season + noise)]


def _days() -> list[date]:
    return [FIRST + timedelta(days=n - _HISTORY_DAYS) for n in range(_HISTORY_DAYS + DAYS)]


def _write_guidance(folder: Path, rng: np.random.Generator, maxima: list[int]) -> None:
    rows = []
    for day, value in zip(_days(), maxima, strict=True):
        issued = datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
        gfs, nam, nbm, hrrr = (round(value + float(x), 1) for x in rng.normal(0.0, 2.0, 4))
        rows.append(
            {
                "station": "KNYC",
                "target_date": day.isoformat(),
                "issued_no_later_than_utc": (issued + timedelta(hours=12)).isoformat(sep=" "),
                "gfs_mos_tmax_f": gfs,
                "nam_mos_tmax_f": nam,
                "observed_tmax_f": float(value),
                "nbm_gridded_hourly_tmax_f": nbm,
                "hrrr_tmax_f": hrrr,
                "rap_tmax_f": hrrr,
                "gefs_mean_tmax_f": nbm,
                "gefs_spread_f": 2.0,
            }
        )
    pl.DataFrame(rows).write_csv(folder / "guidance_day_ahead_12z_KNYC_KMDW_KMIA.csv")


def _write_maxima(folder: Path, maxima: dict[str, list[int]]) -> None:
    rows = [
        {
            "station": code,
            "kalshi_series": series,
            "is_kalshi_settlement_station": "True",
            "date": day.isoformat(),
            "tmax_f": value,
        }
        for series, (_, code, _) in _CITIES.items()
        for day, value in zip(_days(), maxima[series], strict=True)
    ]
    pl.DataFrame(rows).write_csv(folder / "tmax_acis_20stations_daily.csv")


def _markets(
    series: str, day: date, value: int, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Four ranges around a guess of the value; the fifth day's result is ambiguous."""
    event = f"{series}-{day:%y%b%d}".upper()
    middle = value + int(rng.integers(-2, 3))
    cuts = (middle - 2, middle, middle + 2)
    strikes = (
        ("less", None, cuts[0], f"T{cuts[0]}"),
        ("between", cuts[0], cuts[0] + 1, f"B{cuts[0] + 0.5}"),
        ("between", cuts[1], cuts[1] + 1, f"B{cuts[1] + 0.5}"),
        ("greater", cuts[1] + 1, None, f"T{cuts[1] + 1}"),
    )
    ambiguous = (day - FIRST).days == 4
    for kind, floor, cap, name in strikes:
        low = -999 if floor is None else floor + (kind == "greater")
        high = 999 if cap is None else cap - (kind == "less")
        yield {
            "series": series,
            "event_ticker": event,
            "ticker": f"{event}-{name}",
            "strike_type": kind,
            "floor_strike": floor,
            "cap_strike": cap,
            "result": "yes" if low <= value <= high else "no",
            "result_source": "ambiguous_obs_vs_last_trade" if ambiguous else "kalshi_api",
            "settlement_tmax_f": float(value),
        }


def _trades(
    markets: list[dict[str, object]], day: date, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    for later, hour, minute in _STARTS:
        start = datetime.combine(day + timedelta(days=later - 1), datetime.min.time())
        start += timedelta(hours=hour, minutes=minute)
        prices = rng.dirichlet(np.full(len(markets), 2.0))
        for market, price in zip(markets, prices, strict=True):
            fair = float(np.clip(100 * price, 6, 90))
            for n in range(16):
                taker = "yes" if n % 2 else "no"
                # It jumps once the orders rest, so that some offers come below their bids.
                fair += float(rng.choice([-9.0, 0.0, 9.0])) if n in {7, 11} else 0.0
                cents = int(np.clip(round(fair + (2 if n % 2 else -2)), 1, 99))
                yield {
                    "ts_utc": start + timedelta(minutes=4 * n, seconds=int(rng.integers(0, 200))),
                    "ticker": market["ticker"],
                    "yes_price_cents": cents,
                    "contracts": int(rng.integers(1, 60)),
                    "taker_side": taker,
                }
