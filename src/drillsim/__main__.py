"""Start the command line: `drillsim`, and `python -m drillsim` where the command is not on the path."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

INTERRUPTED = 130


class _Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP as KeyboardInterrupt until the command ends; a third one ends the process at once."""

    def __init__(self) -> None:
        self.seen = 0

    def install(self) -> None:
        """Take the signals over, but for those that the caller had ignored, such as SIGHUP under nohup."""
        if threading.current_thread() is not threading.main_thread():
            return
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.take)
        sys.unraisablehook = self._raise_again(sys.unraisablehook)

    def take(self, number: int, frame: FrameType | None) -> None:
        """Interrupt; while the first interruption is dealt with, a second is passed over."""
        self.seen += 1
        if self.seen == 1:
            raise KeyboardInterrupt
        if self.seen > 2:
            os._exit(INTERRUPTED)

    def _raise_again(self, usual: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a hook that repeats an interruption which came where Python drops exceptions, as in a destructor."""

        def hook(unraisable: Any) -> None:
            if issubclass(unraisable.exc_type, KeyboardInterrupt):
                self.seen = 0
                threading.Timer(0.02, _thread.interrupt_main).start()  # after this hook has returned
            else:
                usual(unraisable)

        return hook


def start() -> None:
    """Run one command and end the process with its exit code.

    An interrupted command ends at once: what other libraries do at the end of a process (concurrent.futures wakes
    workers that are gone) would print tracebacks.
    """
    _Interrupts().install()
    try:
        from drillsim.cli import main

        code = main()
    except KeyboardInterrupt:  # while the command was being imported
        sys.stderr.write("Interrupted. Nothing more is running.\n")
        code = INTERRUPTED
    if code == INTERRUPTED:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                continue
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":  # worker processes of a comparison import this module and must not start over
    start()
