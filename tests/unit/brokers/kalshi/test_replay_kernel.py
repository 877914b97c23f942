from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.replay_kernel import FRAME_BYTES_MAX, guess_breaks


@given(st.lists(st.integers(200, 260), min_size=1, max_size=30))
def test_breaks_are_guessed_where_lines_have_about_the_same_length(lengths: list[int]) -> None:
    text = b"".join(b"x" * (length - 1) + b"\n" for length in lengths) + b"y" * FRAME_BYTES_MAX
    words = np.lib.stride_tricks.as_strided(
        np.frombuffer(text[: len(text) // 8 * 8], dtype="<i8"), (len(text) - 7,), (1,)
    )
    breaks = np.empty(40, dtype=np.int64)
    found = guess_breaks(words, 0, len(text), breaks)
    true = set((np.cumsum(lengths) - 1).tolist())
    assert set(breaks[:found].tolist()) <= true
    if max(lengths) - min(lengths) <= 7:
        assert found == len(lengths)
