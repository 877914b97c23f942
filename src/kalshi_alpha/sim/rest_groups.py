"""Endpoints of order groups."""

from __future__ import annotations

from kalshi_alpha.sim.rest_bodies import GroupBody, decode, group_limit
from kalshi_alpha.sim.rest_call import Answer, Call
from kalshi_alpha.sim.rest_rows import group_row

_DONE = Answer({})


def create_group(call: Call) -> Answer:
    """``POST /portfolio/order_groups/create``."""
    limit = group_limit(decode(call.body, GroupBody))
    group_id = call.desk.engine.create_group(call.account_id, limit, call.at)
    return Answer({"order_group_id": group_id, "subaccount": 0, "exchange_index": 0}, 201)


def groups(call: Call) -> Answer:
    """``GET /portfolio/order_groups``."""
    found = call.desk.engine.groups(call.account_id, call.at)
    return Answer({"order_groups": [group_row(group, whole=False) for group in found]})


def group(call: Call) -> Answer:
    """``GET /portfolio/order_groups/{order_group_id}``."""
    found = call.desk.engine.group(call.account_id, _group_id(call), call.at)
    return Answer(group_row(found, whole=True))


def reset_group(call: Call) -> Answer:
    """``PUT /portfolio/order_groups/{order_group_id}/reset``."""
    call.desk.engine.reset_group(call.account_id, _group_id(call), call.at)
    return _DONE


def trigger_group(call: Call) -> Answer:
    """``PUT /portfolio/order_groups/{order_group_id}/trigger``."""
    call.desk.engine.trigger_group(call.account_id, _group_id(call), call.at)
    return _DONE


def set_group_limit(call: Call) -> Answer:
    """``PUT /portfolio/order_groups/{order_group_id}/limit``."""
    limit = group_limit(decode(call.body, GroupBody))
    call.desk.engine.set_group_limit(call.account_id, _group_id(call), limit, call.at)
    return _DONE


def delete_group(call: Call) -> Answer:
    """``DELETE /portfolio/order_groups/{order_group_id}``, which cancels its orders."""
    call.desk.engine.delete_group(call.account_id, _group_id(call), call.at)
    return _DONE


def _group_id(call: Call) -> str:
    return call.path["order_group_id"]
