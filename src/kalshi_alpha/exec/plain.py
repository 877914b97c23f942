"""Values of this program as JSON's own."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any

from kalshi_alpha.core.types import Contracts, Money, Price

_DIGITS = 10  # far below any decision, and short enough to read


def plain(value: Any) -> Any:
    """Turn values into JSON's own: money and prices to decimal strings, times to ISO in UTC."""
    match value:
        case Price() | Contracts() | Money():
            return str(value)
        case Enum():
            return value.value
        case float():
            return round(value, _DIGITS)
        case tuple() | list():
            return [plain(each) for each in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _ if hasattr(value, "__dataclass_fields__"):
            return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            return value
