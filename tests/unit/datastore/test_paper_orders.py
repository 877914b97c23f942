from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.ledger.paper_orders import OpenPaperOrder
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.datastore.paper_orders import read_paper_orders, write_paper_orders
from order_cases import AT, intent, later


def order(seconds: float = 0.0) -> OpenPaperOrder:
    return OpenPaperOrder(
        intent=intent(decided_at=later(seconds)),
        ahead=Contracts.whole(7),
        fees=FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal("0.5")),
        balance_step_e6=100,
    )


def test_orders_are_read_back_as_they_were_each_once_and_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "state/paper_orders_prod.json"
    assert read_paper_orders(path) == ()
    write_paper_orders(path, [order(5), order(), order(5)], AT)
    assert read_paper_orders(path) == (order(), order(5))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b'{"schema":1', TornFile),
        (b'{"schema":1,"generated_at":"2026-11-26T15:00:00Z"}', TornFile),
        (b'{"schema":2,"orders":[]}', NewerSchema),
        (b"\xff", TornFile),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_and_left(
    tmp_path: Path, text: bytes, error: type[Exception]
) -> None:
    path = tmp_path / "paper_orders_prod.json"
    path.write_bytes(text)
    with pytest.raises(error, match="paper_orders_prod"):
        read_paper_orders(path)
    assert path.read_bytes() == text


def test_an_impossible_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "paper_orders_prod.json"
    write_paper_orders(path, [order()], AT)
    text = path.read_text()
    assert "4200" in text
    path.write_text(text.replace("4200", "14200"))
    with pytest.raises(TornFile):
        read_paper_orders(path)
