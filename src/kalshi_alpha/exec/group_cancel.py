"""Take a whole account off the book from outside the session that put it there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from kalshi_alpha.core.errors import VenueError

CONFIRM_EVERY_S = 0.5
CONFIRM_LOOKS = 12
# Readings lag behind the engine by a second or two, so one look that shows nothing proves nothing.
EMPTY_LOOKS = 5
OTHER_GROUPS_MAX = 30
_NOT_FOUND = 404
_REFUSED = 300


class CancelOutcome(NamedTuple):
    """What a cancel came to: whether the venue shows nothing resting, and what was seen."""

    confirmed: bool
    detail: str


class Canceller(Protocol):
    """Cancels everything that rests."""

    async def cancel(self) -> CancelOutcome:
        """Cancel, and look until nothing rests or patience ends; safe to repeat.

        Raises
        ------
        VenueError
            If the venue cannot be asked.
        """
        ...


class CancelClient(Protocol):
    """What of the venue's client a cancel needs."""

    async def compare_clocks(self) -> None:
        """Ask once unsigned, so that signing is allowed."""
        ...

    async def order_groups(self) -> Sequence[Any]:
        """Return our order groups."""
        ...

    async def orders(self, *, status: str | None = None) -> Sequence[Any]:
        """Return orders."""
        ...

    async def trigger_group(self, group_id: str) -> Any:
        """Cancel a group's orders and refuse new ones until it is reset."""
        ...

    async def cancel_all(self) -> Any:
        """Cancel every order of the account."""
        ...


class GroupCanceller:
    """Triggers every order group of the account, then whatever still rests.

    A triggered group refuses new orders until it is reset, so a session that hangs and wakes up
    cannot put any back; only a start, which reconciles, resets it.

    Parameters
    ----------
    client
        The venue's client.
    """

    def __init__(self, client: CancelClient) -> None:
        self._client = client

    async def check(self) -> str:
        """Ask what a cancel would have to ask, and change nothing; return what was seen.

        Raises
        ------
        VenueError
            If a cancel could not be done now.
        """
        await self._client.compare_clocks()
        groups = await self._client.order_groups()
        return f"{len(groups)} order groups, {await self._resting()} resting"

    async def cancel(self) -> CancelOutcome:
        """Cancel through the groups, then everything else, until the venue shows nothing.

        Raises
        ------
        VenueError
            If the venue cannot be asked at all.
        """
        await self._client.compare_clocks()
        said = await self._trigger_all()
        resting = empty_looks = 0
        for _ in range(CONFIRM_LOOKS):
            resting = await self._resting()
            empty_looks = 0 if resting else empty_looks + 1
            if empty_looks >= EMPTY_LOOKS:
                break
            if resting:
                said.append(await self._tell("cancel all", self._client.cancel_all()))
            await asyncio.sleep(CONFIRM_EVERY_S)
        said.append(f"{resting} resting" if resting else "nothing rests")
        return CancelOutcome(empty_looks >= EMPTY_LOOKS, "; ".join(dict.fromkeys(said)))

    async def _trigger_all(self) -> list[str]:
        """Trigger the groups of what rests first, then the others, which may get orders yet."""
        try:
            orders = await self._client.orders(status="resting")
            groups = await self._client.order_groups()
        except VenueError as error:
            # Everything that rests is cancelled below, group or no group.
            return [f"order groups not read: {error}"]
        first = dict.fromkeys(order.order_group_id for order in orders if order.order_group_id)
        others = [group.id for group in groups if group.id and group.id not in first]
        said = [await self._trigger(each) for each in first]
        # Each session leaves a group behind; those listed last are tried, so that it ends in time.
        rest = (self._trigger(each) for each in others[-OTHER_GROUPS_MAX:])
        return [*said, *await asyncio.gather(*rest)]

    async def _trigger(self, group: str) -> str:
        return await self._tell(f"group {group}", self._client.trigger_group(group))

    async def _tell(self, what: str, write: Any) -> str:
        try:
            reply = await write
        except VenueError as error:
            return f"{what}: {error}"
        good = reply.status < _REFUSED or reply.status == _NOT_FOUND
        return f"{what}: {'done' if good else f'refused, status {reply.status}'}"

    async def _resting(self) -> int:
        return len(await self._client.orders(status="resting"))
