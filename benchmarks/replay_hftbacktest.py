"""hftbacktest's side of the depth replay: the same rows as its events, and the same quotes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTC,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

from kalshi_alpha.core.replay.kernels_columns import DepthStream, RowKind

ROW_NS, WAITS = 1_000, False


def hft_events(stream: DepthStream) -> list[npt.NDArray[Any]]:
    """Return each market's rows as hftbacktest's events; NO bids are offers of YES."""
    found = []
    rows = np.arange(stream.n_rows)
    for market in range(stream.n_books // 2):
        mine = rows[stream.book // 2 == market]
        is_no, is_print = stream.book[mine] % 2 == 1, stream.kind[mine] == RowKind.PRINT
        events = np.zeros(mine.size, dtype=event_dtype)
        # A print that hits bids was sold; a level of bids is the buyers' side.
        side = np.where(is_no ^ is_print, SELL_EVENT, BUY_EVENT)
        what = np.where(is_print, TRADE_EVENT, DEPTH_EVENT)
        events["ev"] = what | side | EXCH_EVENT | LOCAL_EVENT
        events["exch_ts"] = ROW_NS * (mine + 1)
        events["local_ts"] = events["exch_ts"] + 1
        tick = stream.tick[mine]
        events["px"] = np.where(is_no, 100 - tick, tick) / 100
        events["qty"] = stream.size_e2[mine] / 100
        found.append(events)
    return found


@njit
def _quote(hbt: Any, steps: int, every: int, contracts: int, held: Any, cash: Any) -> int:
    """Call back and quote anew every so many rows; note positions if there is room for them."""
    hbt.elapse(1)
    for step in range(steps):
        target = ROW_NS * every * (step + 1) + ROW_NS // 2
        hbt.elapse(target - hbt.current_timestamp)
        for asset in range(hbt.num_assets):
            if held.shape[0] > 0:
                state = hbt.state_values(asset)
                held[step, asset] = round(state.position)
                cash[step, asset] = round(state.balance * 100)
            hbt.clear_inactive_orders(asset)
            orders = hbt.orders(asset)
            for side in range(2):
                earlier = orders.get(2 * step + side)
                if earlier is not None and earlier.cancellable:
                    hbt.cancel(asset, 2 * step + side, WAITS)
            if step == steps - 1:
                continue
            depth = hbt.depth(asset)
            bid, ask = depth.best_bid, depth.best_ask
            if bid > 0:
                hbt.submit_buy_order(asset, 2 * step + 2, bid, contracts, GTC, LIMIT, WAITS)
            if ask < 1:
                hbt.submit_sell_order(asset, 2 * step + 3, ask, contracts, GTC, LIMIT, WAITS)
    return 0


def hft_made(events: list[npt.NDArray[Any]]) -> Any:
    """Return a backtest of all markets at once, ready to be played through one time."""
    return ROIVectorMarketDepthBacktest(
        [
            BacktestAsset()
            .data(each)
            .linear_asset(1.0)
            .constant_order_latency(1, 1)
            .risk_adverse_queue_model()
            .no_partial_fill_exchange()
            .trading_value_fee_model(0.0, 0.0)
            .tick_size(0.01)
            .lot_size(1.0)
            .roi_lb(0.0)
            .roi_ub(1.0)
            for each in events
        ]
    )


def hft_play(
    hbt: Any, rows: int, every: int, contracts: int, *, record: bool
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Play a backtest through; return contracts held and cash in cents after each step."""
    shape = (rows // every if record else 0, hbt.num_assets)
    held, cash = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    _quote(hbt, rows // every, every, contracts, held, cash)
    hbt.close()
    return held, cash
