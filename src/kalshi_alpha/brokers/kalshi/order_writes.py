"""Place, change and cancel orders: each call is sent once and answered as the venue answers.

Nothing here decides what became of an order. A `WriteReply` carries status, body and, where the
body is an acknowledgement of this very request, its decoded form; `WireFailed` says that no whole
reply came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kalshi_alpha.brokers.kalshi.calls import VenueCalls, WriteReply
from kalshi_alpha.brokers.kalshi.order_payloads import (
    AmendAck,
    Amendment,
    BatchReply,
    CancelAck,
    CancelTarget,
    Decrease,
    DecreaseAck,
    Empty,
    GroupCreated,
    NewOrder,
    OrderAck,
)
from kalshi_alpha.brokers.kalshi.wire_text import count_text, segment
from kalshi_alpha.core.types import Contracts

ORDERS = "/portfolio/events/orders"
BATCH = f"{ORDERS}/batched"
GROUPS = "/portfolio/order_groups"
LastCheck = Callable[[], None] | None


class OrderWrites(VenueCalls):
    """The writes of the client."""

    async def create_order(
        self, order: NewOrder, *, last_check: LastCheck = None
    ) -> WriteReply[OrderAck]:
        """Place an order; an acknowledgement of another client order id is not decoded."""

        def answers(ack: OrderAck) -> bool:
            return ack.client_order_id in {None, order.client_order_id}

        return await self.tell(
            "POST", ORDERS, OrderAck, body=order, last_check=last_check, answers=answers
        )

    async def create_orders(
        self, orders: Sequence[NewOrder], *, last_check: LastCheck = None
    ) -> WriteReply[BatchReply]:
        """Place orders in one batch; its items come back in the same order, each with its fate."""
        ids = [order.client_order_id for order in orders]

        def answers(reply: BatchReply) -> bool:
            return len(reply.orders) == len(ids) and all(
                item.client_order_id in {None, wanted}
                for item, wanted in zip(reply.orders, ids, strict=True)
            )

        return await self.tell(
            "POST",
            BATCH,
            BatchReply,
            body={"orders": list(orders)},
            items=len(orders),
            last_check=last_check,
            answers=answers,
        )

    async def cancel_order(self, order_id: str, ticker: str) -> WriteReply[CancelAck]:
        """Cancel an order; the ticker finds the shard it rests on."""
        return await self.tell(
            "DELETE",
            f"{ORDERS}/{segment(order_id)}",
            CancelAck,
            query={"market_ticker": ticker},
            urgent=True,
            answers=lambda ack: ack.order_id == order_id,
        )

    async def cancel_orders(self, targets: Sequence[CancelTarget]) -> WriteReply[BatchReply]:
        """Cancel orders in one batch."""
        ids = [target.order_id for target in targets]

        def answers(reply: BatchReply) -> bool:
            return len(reply.orders) == len(ids) and all(
                item.order_id in {None, wanted}
                for item, wanted in zip(reply.orders, ids, strict=True)
            )

        return await self.tell(
            "DELETE",
            BATCH,
            BatchReply,
            body={"orders": list(targets)},
            items=len(targets),
            urgent=True,
            answers=answers,
        )

    async def cancel_all(self) -> WriteReply[Empty]:
        """Cancel every order of the account, and perhaps those of the minute that follows."""
        return await self.tell("DELETE", ORDERS, Empty, urgent=True)

    async def amend_order(
        self, order_id: str, change: Amendment, *, last_check: LastCheck = None
    ) -> WriteReply[AmendAck]:
        """Change an order; a new price or a larger size goes to the back of the queue."""
        return await self.tell(
            "POST",
            f"{ORDERS}/{segment(order_id)}/amend",
            AmendAck,
            body=change,
            last_check=last_check,
            answers=lambda ack: ack.order_id == order_id,
        )

    async def decrease_order(self, order_id: str, change: Decrease) -> WriteReply[DecreaseAck]:
        """Make an order smaller; it keeps its place in the queue."""
        return await self.tell(
            "POST",
            f"{ORDERS}/{segment(order_id)}/decrease",
            DecreaseAck,
            body=change,
            urgent=True,
            answers=lambda ack: ack.order_id == order_id,
        )

    async def create_group(self, limit: Contracts) -> WriteReply[GroupCreated]:
        """Make an order group that cancels itself once so much is matched within 15 seconds."""
        body = {"contracts_limit_fp": count_text(limit)}
        return await self.tell("POST", f"{GROUPS}/create", GroupCreated, body=body)

    async def reset_group(self, group_id: str) -> WriteReply[Empty]:
        """Let a group that cancelled itself take orders again."""
        return await self._change_group("PUT", group_id, "/reset")

    async def trigger_group(self, group_id: str) -> WriteReply[Empty]:
        """Cancel a group's orders and refuse new ones until it is reset."""
        return await self._change_group("PUT", group_id, "/trigger", urgent=True)

    async def set_group_limit(self, group_id: str, limit: Contracts) -> WriteReply[Empty]:
        """Change how much a group may be matched within 15 seconds."""
        body = {"contracts_limit_fp": count_text(limit)}
        return await self._change_group("PUT", group_id, "/limit", body=body)

    async def delete_group(self, group_id: str) -> WriteReply[Empty]:
        """Delete a group and cancel its orders."""
        return await self._change_group("DELETE", group_id, "", urgent=True)

    async def _change_group(
        self, method: str, group_id: str, tail: str, *, body: object = None, urgent: bool = False
    ) -> WriteReply[Empty]:
        path = f"{GROUPS}/{segment(group_id)}{tail}"
        return await self.tell(method, path, Empty, body=body, urgent=urgent)
