"""A handle of the library: used by one thread at a time, closed once, and only by its process."""

from __future__ import annotations

import ctypes
import os
import threading
import warnings
from typing import Callable, Optional

from . import _library
from .errors import WrongUsage, check


class Handle:
    """Holds what ``open_`` gave, and closes it with ``close`` of the library."""

    def __init__(
        self,
        what: str,
        open_: Callable[["ctypes._Pointer[ctypes.c_void_p]"], int],
        close: str,
        message: str,
    ) -> None:
        self._what = what
        self._close = close
        self._message = message
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._pointer: Optional[int] = None
        pointer = ctypes.c_void_p()
        status = open_(ctypes.pointer(pointer))
        if status != 0:
            words = _library.text(getattr(_library.library(), message)(pointer))
            getattr(_library.library(), close)(pointer)
            check(status, words or f"{what} could not be opened")
        self._pointer = pointer.value

    def call(self, function: str, *arguments: object) -> int:
        """Calls a function whose first argument is the handle; gives its status."""
        return self.call_with_message(function, *arguments)[0]

    def call_with_message(self, function: str, *arguments: object) -> "tuple[int, str]":
        """The same, with the words for a status that is not a pass."""
        self._refuse_copy()
        with self._lock:
            pointer = self._own()
            status = getattr(_library.library(), function)(pointer, *arguments)
            words = getattr(_library.library(), self._message)(pointer)
            return status, _library.text(words)

    def check(self, function: str, *arguments: object) -> None:
        """Calls a function, and raises when it does not pass."""
        status, words = self.call_with_message(function, *arguments)
        check(status, words or f"{self._what}: {function} gave {status}")

    def _own(self) -> int:
        if self._pointer is None:
            raise WrongUsage(f"{self._what} is closed")
        return self._pointer

    def _refuse_copy(self) -> None:
        """Asked before the lock is: in a forked process nobody gives back what another thread held."""
        if self._process != os.getpid():
            # What the parent has not written yet would be written twice.
            raise WrongUsage(f"{self._what} was opened by another process: open it after the fork")

    @property
    def closed(self) -> bool:
        return self._pointer is None

    def close(self) -> None:
        """Closes it; again is fine. A copy in a forked process is only forgotten."""
        if self._process != os.getpid():
            self._pointer = None
            return
        with self._lock:
            pointer, self._pointer = self._pointer, None
            if pointer is None:
                return
            status = getattr(_library.library(), self._close)(pointer)
        check(status, f"{self._what} could not be closed: not all of it is written")

    def warn_if_open(self) -> None:
        """For __del__: what nobody closed is closed, and told."""
        if self._pointer is not None and self._process == os.getpid():
            warnings.warn(f"{self._what} was not closed", ResourceWarning, stacklevel=3)
            self.close()
