from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.monitors.messages import LENGTH_MAX, plain_text, slack_text


def test_markup_is_escaped() -> None:
    assert slack_text("<!channel> & <https://x|y>") == (
        "&lt;!channel&gt; &amp; &lt;https://x|y&gt;"
    )


def test_nobody_is_called_by_a_name_for_everybody() -> None:
    said = plain_text("@channel @HERE @everyone me@example.com")
    assert "@channel" not in said
    assert "@here" not in said.lower()
    assert "@everyone" not in said
    assert "me@example.com" in said


def test_unseen_signs_become_spaces_and_lines_stay_lines() -> None:
    assert plain_text("a\x1b[31m\u202eb\nc\r\nd") == "a [31m b\nc\nd"


@given(st.text(max_size=4_000))
def test_no_text_is_markup_or_too_long(text: str) -> None:
    said = slack_text(text)
    assert "<" not in said
    assert ">" not in said
    assert len(plain_text(text)) <= LENGTH_MAX
