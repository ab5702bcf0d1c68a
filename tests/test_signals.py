"""Ctrl-C, SIGTERM and SIGHUP: raised once, held back where they would break something, never changed where ignored."""

import signal
import subprocess
import sys
import threading

import pytest

from compare import signals as module
from compare.signals import Stopped, is_held, signals_blocked, signals_held, signals_raised

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("number", CODES)
def test_a_signal_is_raised_once_and_ignored_when_all_has_ended(number: int):
    def stop() -> None:
        with signals_raised():
            try:
                signal.raise_signal(number)
            finally:
                # on its way up it must not be replaced
                for other in CODES:
                    signal.raise_signal(other)

    with pytest.raises(Stopped) as stopped:
        stop()
    assert stopped.value.code == CODES[number]
    assert isinstance(stopped.value, KeyboardInterrupt)
    assert {signal.getsignal(other) for other in CODES} == {signal.SIG_IGN}


def test_a_signal_that_something_swallowed_may_come_again(monkeypatch: pytest.MonkeyPatch):
    clock = iter([100.0, 101.0, 101.1])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    with signals_raised() as raising:
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGHUP)
        assert raising.code == 129


def test_without_a_signal_all_is_as_before():
    before = [signal.getsignal(number) for number in CODES]
    with signals_raised() as raising, signals_held():
        pass
    assert raising.code is None
    assert [signal.getsignal(number) for number in CODES] == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_is_ignored_stays_ignored(number: int):
    signal.signal(number, signal.SIG_IGN)
    with signals_raised(), signals_held() as outer, signals_held() as inner:
        assert signal.getsignal(number) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert inner == outer
        signal.raise_signal(number)
        inner()
        assert not is_held()
        signal.raise_signal(signal.SIGTERM)
        assert is_held()
        with pytest.raises(Stopped):
            inner()


@pytest.mark.parametrize("number", CODES)
def test_a_signal_that_is_held_comes_at_the_check_and_the_first_counts(number: int):
    reached = []

    def work() -> None:
        with signals_raised(), signals_held() as outer, signals_held() as inner:
            outer()
            for each in (number, *CODES):
                signal.raise_signal(each)
            reached.append("step")
            try:
                inner()
            finally:
                signal.raise_signal(signal.SIGTERM)
                reached.append("save")

    with pytest.raises(Stopped) as stopped:
        work()
    assert reached == ["step", "save"]
    assert stopped.value.code == CODES[number]


def test_a_library_holds_ctrl_c_only():
    before = signal.getsignal(signal.SIGTERM)
    with signals_held() as check:
        assert signal.getsignal(signal.SIGTERM) is before
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            check()


def test_other_threads_are_given_no_signals():
    seen = []

    def work() -> None:
        with signals_raised(), signals_held() as check:
            check()
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_process_that_is_started_without_signals_is_given_none():
    with signals_blocked():
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    for number in CODES:
        child.send_signal(number)
    child.communicate(b"\n")
    assert child.returncode == 0
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & {*CODES}
