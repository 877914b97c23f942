from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray


def test_the_aliases_name_the_arrays_of_the_numeric_core() -> None:
    floats: FloatArray = np.zeros(2)
    counts: IntArray = np.arange(2, dtype=np.int64)
    flags: BoolArray = floats > counts
    assert [each.dtype.name for each in (floats, counts, flags)] == ["float64", "int64", "bool"]
