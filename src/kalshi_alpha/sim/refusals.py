"""What the exchange says no with: a status, a code, and words for a person."""

from __future__ import annotations

from kalshi_alpha.core.errors import VenueError


class Rejected(VenueError):
    """The exchange refused a request, and nothing has changed.

    Attributes
    ----------
    status
        HTTP status of the reply.
    code
        The venue's code; clients branch on it alone.
    message
        Words for a person.
    details
        A finer reason under the same code; empty if there is none.
    """

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(f"{status} {code}: {details or message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def not_found(what: str) -> Rejected:
    """Refuse what is not there, is no longer live, or belongs to somebody else."""
    return Rejected(404, "not_found", "not found", what)


def bad_order(details: str) -> Rejected:
    """Refuse an order whose fields contradict each other, or the book."""
    return Rejected(400, "invalid_order", "invalid order", details)


def bad_size(details: str) -> Rejected:
    """Refuse a count that cannot be traded or left."""
    return Rejected(400, "invalid_order_size", "invalid order size", details)


def off_grid(price: str) -> Rejected:
    """Refuse a price that the market's tick grid does not have."""
    return Rejected(400, "invalid_price", "invalid price", f"{price} is not on the tick grid")


def unfunded() -> Rejected:
    """Refuse what the account's free cash does not cover."""
    return Rejected(400, "insufficient_balance", "insufficient balance")


def burned(client_order_id: str) -> Rejected:
    """Refuse a client order id that the account has used before, whatever became of its order."""
    return Rejected(409, "order_already_exists", "order already exists", client_order_id)


def unknown_market(ticker: str) -> Rejected:
    """Refuse a ticker that the exchange does not list."""
    return Rejected(404, "market_not_found", "market not found", ticker)


def market_inactive(ticker: str) -> Rejected:
    """Refuse an operation on a market that does not trade, or no longer does."""
    return Rejected(409, "market_inactive", "MARKET_INACTIVE", ticker)


def trading_paused() -> Rejected:
    """Refuse to make or change an order during a pause of trading; cancels go through."""
    return Rejected(409, "trading_is_paused", "trading is paused")


def exchange_paused() -> Rejected:
    """Refuse anything during a pause of the whole exchange, cancels included."""
    return Rejected(409, "exchange_is_paused", "exchange is paused")


def unfillable() -> Rejected:
    """Refuse a fill-or-kill order that the book cannot fill whole; no order is made of it."""
    code = "fill_or_kill_insufficient_resting_volume"
    return Rejected(409, code, code.replace("_", " "))


def group_triggered(group_id: str) -> Rejected:
    """Refuse an order of a group whose limit was reached and that was not reset."""
    return Rejected(400, "order_group_triggered", "order group was triggered", group_id)


def mismatch(what: str) -> Rejected:
    """Refuse a change that names another client order id, side or ticker than the order's."""
    return Rejected(400, f"{what}_mismatch", f"{what} mismatch".replace("_", " "))
