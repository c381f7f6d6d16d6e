"""Ctrl-C waits for the end of a short section."""

import signal
import threading

import pytest

from hpo_tutor.interrupts import uninterrupted


def test_an_interrupt_takes_effect_at_the_end_of_the_section():
    """What stands in the section is done, what stands behind it is not."""
    done = []

    def work():
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("inside")
        done.append("behind")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inside"]
    with pytest.raises(KeyboardInterrupt):  # and afterwards it works at once again
        signal.raise_signal(signal.SIGINT)


def test_without_an_interrupt_and_with_an_error_nothing_is_left_behind():
    """The handler is the one of before, whatever happens."""
    before = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        pass
    with pytest.raises(ZeroDivisionError), uninterrupted():
        _ = 1 / 0
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_go_through():
    """Signals reach the main thread only; a worker's section is an ordinary one."""
    done = []

    def work():
        with uninterrupted():
            done.append("worker")

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert done == ["worker"]
