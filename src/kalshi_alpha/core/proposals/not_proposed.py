"""Why a market was not proposed."""

from __future__ import annotations

from enum import StrEnum


class NotProposed(StrEnum):
    """The first thing that stopped a market, in the order in which things are looked at."""

    GATE_CLOSED = "gate_closed"
    BAD_MARKET = "bad_market"
    MARKET_CLOSED = "market_closed"
    NO_FORECAST = "no_forecast"
    NO_BOOK = "no_book"
    CROSSED_BOOK = "crossed_book"
    ONE_SIDED_BOOK = "one_sided_book"
    WIDE_SPREAD = "wide_spread"
    NON_MONOTONE_MODEL = "non_monotone_model"
    MARKET_INCONSISTENT = "market_inconsistent"
    NO_SKILL = "no_skill"
    NO_POST_ONLY_PRICE = "no_post_only_price"
    EV_BELOW_MINIMUM = "ev_below_minimum"
    KELLY_BELOW_ONE_LOT = "kelly_below_one_lot"
    POSITION_LIMIT = "position_limit"
    RISK_UNIT_CAP = "risk_unit_cap"
    VAR_LIMIT = "var_limit"
    EV_LOST_TO_FEE_ROUNDING = "ev_lost_to_fee_rounding"

    @property
    def meaning(self) -> str:
        """One sentence for an operator."""
        return _MEANING[self]


_MEANING = {
    NotProposed.GATE_CLOSED: "worth proposing, and held back because the gate is closed",
    NotProposed.BAD_MARKET: "the venue's terms of this market cannot be read",
    NotProposed.MARKET_CLOSED: "the market takes no orders at this time",
    NotProposed.NO_FORECAST: "there is no forecast for what settles this market",
    NotProposed.NO_BOOK: "no order book was received",
    NotProposed.CROSSED_BOOK: "bid and ask cross, so the book is torn",
    NotProposed.ONE_SIDED_BOOK: "one side is empty, so the market's own probability is unknown",
    NotProposed.WIDE_SPREAD: "the spread is too wide for the mid to mean anything",
    NotProposed.NON_MONOTONE_MODEL: "our own probabilities contradict each other",
    NotProposed.MARKET_INCONSISTENT: "the ladder's quotes admit a riskless profit after fees",
    NotProposed.NO_SKILL: "the forecast is its own baseline: it is shown, and not traded on",
    NotProposed.NO_POST_ONLY_PRICE: "no price on the tick grid rests without crossing",
    NotProposed.EV_BELOW_MINIMUM: "the honest edge after fees is below the minimum",
    NotProposed.KELLY_BELOW_ONE_LOT: "the Kelly size is below one lot",
    NotProposed.POSITION_LIMIT: "the position limit leaves no room",
    NotProposed.RISK_UNIT_CAP: "the cap on one piece of news leaves no room",
    NotProposed.VAR_LIMIT: "the value-at-risk limit leaves no room",
    NotProposed.EV_LOST_TO_FEE_ROUNDING: "rounding the fee of so small an order eats the edge",
}
