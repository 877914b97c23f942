from __future__ import annotations

import io
import os
import pty
import sys
import termios
from collections.abc import Iterator
from threading import Semaphore
from typing import NamedTuple

import pytest

from kalshi_alpha.datastore import speaker
from kalshi_alpha.datastore.speaker import Speaker

STOP, GO_ON = b"\x13", b"\x11"
"""What Ctrl-S and Ctrl-Q send."""
MUCH = [f"{number} {'x' * 99}" for number in range(900)]
"""More lines than any terminal or pipe holds for a reader who sleeps."""


class Full(io.StringIO):
    """A stream on a disk without room."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


class Terminal(NamedTuple):
    """A terminal: what a person sees and types, and the stream of whoever runs in it."""

    person: int
    stream: io.TextIOWrapper

    def types(self, key: bytes) -> None:
        """Send a key; the terminal acts on it before this returns."""
        os.write(self.person, key)

    def shows(self, count: int) -> list[str]:
        """Wait for so many lines and return them."""
        seen = ""
        while seen.count("\n") < count:
            seen += os.read(self.person, 1 << 16).decode()
        return seen.splitlines()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    person, number = pty.openpty()
    attributes = termios.tcgetattr(number)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(number, termios.TCSANOW, attributes)
    with os.fdopen(number, "w", encoding="utf-8") as stream:
        yield Terminal(person, stream)
    os.close(person)


def test_a_speaker_goes_on_unheard_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speak = Speaker("watchdog")
    speak("session s-1 is alive")
    assert (speak.lost, capsys.readouterr()) == ("", ("session s-1 is alive\n", ""))
    monkeypatch.setattr(sys, "stdout", Full())
    for _ in range(3):
        speak("session s-1 is dead")
    assert speak.lost == "No space left on device"
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("watchdog: goes on unheard, standard output cannot be written: No space")


def test_a_stopped_terminal_holds_no_speaker_and_shows_every_line_later(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    with Speaker("pilot") as speak:
        speak("one")
        assert terminal.shows(1) == ["one"]
        terminal.types(STOP)
        speak("two")
        speak("three")
        terminal.types(GO_ON)
        # Nobody says anything more, and they are shown all the same.
        assert terminal.shows(2) == ["two", "three"]
        terminal.types(STOP)
        speak("four")
        terminal.types(GO_ON)
    assert terminal.shows(1) == ["four"]
    assert speak.lost == ""


def test_a_terminal_whose_window_hangs_holds_no_speaker(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    # Nobody typed Ctrl-S: the window, or the connection to it, takes nothing any more. That it is
    # full shows only in the write, which waits then.
    speak = Speaker("pilot")
    for line in MUCH:
        speak(line)
    assert terminal.shows(len(MUCH)) == MUCH
    speak.finish()


def test_a_pipe_that_nobody_empties_holds_no_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        speak = Speaker("pilot")
        for line in MUCH:
            speak(line)
        assert [reader.readline().rstrip("\n") for _ in MUCH] == MUCH
        speak.finish()


def test_what_is_too_much_to_keep_is_counted_in_its_place(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", terminal.stream)
    monkeypatch.setattr(speaker, "LINES_KEPT_MAX", 2)
    speak = Speaker("watchdog")
    terminal.types(STOP)
    for line in ("one", "two", "three", "four"):
        speak(line)
    terminal.types(GO_ON)
    speak.finish()
    speak("five")
    speak.finish()
    left_out = "watchdog: 2 lines left out here while nothing was taken"
    assert terminal.shows(4) == ["one", "two", left_out, "five"]


def test_nothing_passes_what_was_left_out_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    wanted, allowed, really = Semaphore(0), Semaphore(0), os.write

    def write(number: int, data: bytes) -> int:
        if number == writing:
            wanted.release()
            allowed.acquire()
        return really(number, data)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(speaker, "LINES_KEPT_MAX", 2)
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        speak = Speaker("pilot")
        for line in ("one", "two", "three"):
            speak(line)
        wanted.acquire()
        allowed.release()
        # The second is on its way, so there is room for one that would come before the count.
        wanted.acquire()
        speak("four")
        allowed.release(2)
        speak.finish()
        told = [reader.readline().rstrip("\n") for _ in range(3)]
    assert told == ["one", "two", "pilot: 2 lines left out here while nothing was taken"]


def test_a_speaker_that_may_wait_says_all_at_once_and_a_silent_one_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for speak in (Speaker("p", waits=True), Speaker("p", silent=True)):
        speak("a line")
        speak.finish()
    assert capsys.readouterr().out == "a line\n"


def test_a_speaker_that_may_wait_tells_once_what_broke(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    speak = Speaker("pilot", waits=True)
    monkeypatch.setattr(sys, "stdout", Full())
    speak("one")
    speak("two")
    assert speak.lost == "No space left on device"
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_reader_who_left_while_a_line_waited_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        speak = Speaker("watchdog")
        for line in MUCH:
            speak(line)
        assert speak.lost == ""
        os.close(reading)
        speak.finish()
        speak("more")
        speak.finish()
        assert speak.lost == "Broken pipe"
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_letter_that_the_terminal_does_not_know_costs_no_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with Speaker("pilot") as speak:
            speak("/srv/\u00e9")
        assert reader.readline() == "/srv/\\xe9\n"
