"""Order-book frames in the venue's form of today, drawn from a seed, for the book benchmarks.

Counts follow what two recordings of 2026 show: orders of round counts come back all day, between
none and a sixth of the counts are not whole, half of the changes take an earlier one back, and of
a hundred counts two to six were never seen before.
"""

from __future__ import annotations

import itertools
import random

ROUND_COUNTS = (10, 100, 20, 50, 500, 1, 5, 250, 1000, 200, 25, 2, 300, 75, 400, 2500, 5000, 30)
START_MS = 1_781_159_489_957


def draw_tickers(markets: int) -> list[str]:
    """Return tickers of weather ladders, twenty strikes a day."""
    days = [f"{day:02d}" for day in range(1, 31)]
    names = (
        f"KXHIGH{city}-26JUN{day}-B{60 + strike}.5"
        for city in ("NY", "CHI", "MIA", "AUS", "DEN", "PHIL", "LAX")
        for day in days
        for strike in range(20)
    )
    return list(itertools.islice(names, markets))


def draw_tape(deltas: int, markets: int, seed: int = 7) -> list[bytes]:
    """Return a snapshot of each market and then the changes, numbered in one subscription."""
    rng = random.Random(seed)
    tickers = draw_tickers(markets)
    frames = []
    resting: list[list[tuple[str, int, int]]] = [[] for _ in tickers]
    for market, ticker in enumerate(tickers):
        levels = {}
        for side, top in (("yes", 40), ("no", 55)):
            levels[side] = [(cent, 100 * rng.choice(ROUND_COUNTS)) for cent in range(5, top)]
            resting[market] += [(side, cent, size_e2) for cent, size_e2 in levels[side]]
        frames.append(_snapshot(market + 1, ticker, levels))
    for number in range(deltas):
        market = rng.randrange(markets)
        orders = resting[market]
        if orders and rng.random() < 0.5:
            at = rng.randrange(len(orders))
            orders[at], orders[-1] = orders[-1], orders[at]
            side, cent, size_e2 = orders.pop()
            change_e2 = -size_e2
        else:
            side = rng.choice(("yes", "no"))
            cent = max(1, int(rng.gauss(40 if side == "yes" else 54, 5)))
            change_e2 = _size_e2(rng)
            orders.append((side, cent, change_e2))
        seq = markets + 1 + number
        frames.append(_delta(seq, market, tickers[market], side, cent, change_e2))
    return frames


def _size_e2(rng: random.Random) -> int:
    kind = rng.random()
    if kind < 0.7:
        return 100 * rng.choice(ROUND_COUNTS)
    if kind < 0.9:
        return 100 * int(rng.lognormvariate(5.0, 1.5) + 1)
    return int(100 * rng.lognormvariate(3.0, 1.0)) + 1


def _count(e2: int) -> str:
    return f"{'-' if e2 < 0 else ''}{abs(e2) // 100}.{abs(e2) % 100:02d}"


def _snapshot(seq: int, ticker: str, levels: dict[str, list[tuple[int, int]]]) -> bytes:
    sides = ",".join(
        f'"{side}_dollars_fp":['
        + ",".join(f'["{cent / 100:.4f}","{_count(size_e2)}"]' for cent, size_e2 in bids)
        + "]"
        for side, bids in levels.items()
    )
    return (
        f'{{"type":"orderbook_snapshot","sid":1,"seq":{seq},"sending_ts_ms":{START_MS},"msg":'
        f'{{"market_ticker":"{ticker}","market_id":"{_market_id(seq)}","clock":{seq},{sides}}}}}'
    ).encode()


def _delta(seq: int, market: int, ticker: str, side: str, cent: int, change_e2: int) -> bytes:
    return (
        f'{{"type":"orderbook_delta","sid":1,"seq":{seq},"sending_ts_ms":{START_MS + seq},"msg":'
        f'{{"market_ticker":"{ticker}","market_id":"{_market_id(market + 1)}",'
        f'"clock":{4_182_061 + seq},"price_dollars":"{cent / 100:.4f}",'
        f'"delta_fp":"{_count(change_e2)}","side":"{side}",'
        f'"ts":"2026-06-11T06:31:29.{seq % 1_000_000:06d}Z","ts_ms":{START_MS + seq}}}}}'
    ).encode()


def _market_id(number: int) -> str:
    return f"f5ed38e2-0991-4c8f-817e-{number:012x}"
