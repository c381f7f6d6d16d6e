"""What does a worker process do? It reads jobs, answers them, and ends when its driver does, however that ends.

message   8 bytes: its length; then as many bytes
requests  from the driver: the function, then one job after another
replies   to the driver: READY once the function is read, or why it cannot be; then one answer a job
"""

import os
import signal
import struct
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO

from hpo_tutor.executors.parcels import UnreadableFunctionError, perform, unpacked

LENGTH = struct.Struct("<Q")
READY = b"ready"
START = "from hpo_tutor.executors.worker import main; main()"


def main() -> None:
    """Work until the driver closes the pipe, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the driver decides what follows
    driver, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    if hasattr(os, "register_at_fork"):  # a job's child that outlives this process would hide its death from the driver
        os.register_at_fork(after_in_child=replies.raw.close)
    with open(os.devnull) as nothing:  # what a job reads or prints must not be mistaken for messages
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(driver, requests), daemon=True).start()
    with suppress(BrokenPipeError):  # the driver is no more
        _work(requests, replies)
    os._exit(1)  # the listening thread would hold an ordinary exit up


def _work(requests: "SimpleQueue[bytes]", replies: IO[bytes]) -> None:
    function = requests.get()
    try:
        unpacked(function)
    except UnreadableFunctionError as error:
        send(replies, str(error).encode())
    else:
        send(replies, READY)
    while True:
        send(replies, perform(function, requests.get()))


def send(stream: IO[bytes], message: bytes) -> None:
    """Write a message."""
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a message; None where the other side has closed or died."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None


def _listen(stream: IO[bytes], requests: "SimpleQueue[bytes]") -> None:
    """Hand requests on; the end of the stream ends the process at once, in the middle of a job too."""
    while (message := receive(stream)) is not None:
        requests.put(message)
    os._exit(1)
