from __future__ import annotations

import math

from kalshi_alpha.datastore.history_files import HISTORY_FILES
from kalshi_alpha.datastore.history_limits import BELIEVED


def test_limits_are_a_range_of_numbers() -> None:
    assert all(-math.inf < least < greatest < math.inf for least, greatest in BELIEVED.values())


def test_every_number_that_fills_a_table_has_its_limits() -> None:
    numbers = {
        name for file in HISTORY_FILES for name, kind in file.columns if kind in {"int", "float"}
    }
    assert numbers <= BELIEVED.keys()


def test_a_missing_value_s_mark_is_no_temperature() -> None:
    least, greatest = BELIEVED["tmax_f"]
    assert least <= 134.0 <= greatest < 999.0
    assert least > -99.0
