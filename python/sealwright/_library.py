"""The C library: where it is, and what its functions take (include/sealwright/sealwright.h)."""

from __future__ import annotations

import ctypes
import functools
import os
from ctypes import POINTER, Structure, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint
from ctypes import c_uint32, c_uint64, c_void_p
from typing import Optional, Union

from .errors import Unavailable, WrongUsage

Path = Union[str, "os.PathLike[str]"]

READ, WRITE, RECORD = 0, 1, 2
DRY_RUN = 1


class Problem(Structure):
    _fields_ = [("path", c_char_p), ("kind", c_char_p), ("detail", c_char_p)]


class Verification(Structure):
    _fields_ = [
        ("verdict", c_int),
        ("signer", c_char_p),
        ("model_root", c_char_p),
        ("files", c_uint64),
        ("bytes", c_uint64),
        ("problems", POINTER(Problem)),
        ("problem_count", c_size_t),
        ("signature", c_char_p),
    ]


class Rule(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("verdict", c_int),
        ("reason", c_char_p),
        ("satisfy", c_char_p),
    ]


class Decision(Structure):
    _fields_ = [
        ("verdict", c_int),
        ("rules", POINTER(Rule)),
        ("rule_count", c_size_t),
        ("claim", c_char_p),
        ("leaf", c_uint64),
        ("signature", c_char_p),
    ]


class Claim(Structure):
    _fields_ = [
        ("leaf", c_uint64),
        ("claim", c_char_p),
        ("predicate_type", c_char_p),
        ("time", c_int64),
    ]


class Claims(Structure):
    _fields_ = [("claims", POINTER(Claim)), ("count", c_size_t)]


class Sample(Structure):
    _fields_ = [("set", c_uint32), ("row", c_uint32), ("id", c_char_p)]


_HANDLE = c_void_p
_FUNCTIONS = {
    "sealwright_version": (c_char_p, []),
    "sealwright_open_pinned": (
        c_int,
        [c_char_p, c_int, c_char_p, c_char_p, POINTER(_HANDLE)],
    ),
    "sealwright_close": (c_int, [_HANDLE]),
    "sealwright_message": (c_char_p, [_HANDLE]),
    "sealwright_verify_model": (
        c_int,
        [_HANDLE, c_char_p, c_char_p, POINTER(POINTER(Verification))],
    ),
    "sealwright_verification_free": (None, [POINTER(Verification)]),
    "sealwright_admit": (c_int, [_HANDLE, c_char_p, c_uint, POINTER(POINTER(Decision))]),
    "sealwright_decision_free": (None, [POINTER(Decision)]),
    "sealwright_open_verified": (
        c_int,
        [_HANDLE, c_char_p, c_char_p, c_char_p, POINTER(_HANDLE)],
    ),
    "sealwright_verified_close": (c_int, [_HANDLE]),
    "sealwright_verified_message": (c_char_p, [_HANDLE]),
    "sealwright_verified_name": (c_char_p, [_HANDLE, c_size_t]),
    "sealwright_verified_root": (c_char_p, [_HANDLE]),
    "sealwright_verified_size": (c_int, [_HANDLE, c_char_p, POINTER(c_uint64)]),
    "sealwright_verified_load": (c_int, [_HANDLE, c_char_p, c_void_p, c_uint64]),
    "sealwright_verified_fd": (c_int, [_HANDLE, c_char_p, POINTER(c_int)]),
    "sealwright_verified_read": (
        c_int,
        [_HANDLE, c_char_p, c_uint64, c_void_p, c_uint64, POINTER(c_uint64)],
    ),
    "sealwright_append": (c_int, [_HANDLE, c_char_p, c_size_t, POINTER(c_uint64)]),
    "sealwright_find": (c_int, [_HANDLE, c_char_p, c_char_p, POINTER(POINTER(Claims))]),
    "sealwright_claims_free": (None, [POINTER(Claims)]),
    "sealwright_load": (c_int, [_HANDLE, c_char_p, POINTER(c_void_p), POINTER(c_size_t)]),
    "sealwright_data_checkpoint": (
        c_int,
        [_HANDLE, c_char_p, c_char_p, c_uint64, POINTER(c_uint64)],
    ),
    "sealwright_checkpoint_sign": (
        c_int,
        [_HANDLE, c_char_p, c_char_p, c_uint64, POINTER(c_uint64)],
    ),
    "sealwright_checkpoint_check": (c_int, [_HANDLE, c_char_p, c_char_p]),
    "sealwright_events_open": (c_int, [c_char_p, POINTER(_HANDLE)]),
    "sealwright_events_close": (c_int, [_HANDLE]),
    "sealwright_events_message": (c_char_p, [_HANDLE]),
    "sealwright_events_output": (
        c_int,
        [_HANDLE, POINTER(Sample), POINTER(Sample), c_size_t, c_char_p, c_double],
    ),
    "sealwright_events_drop": (c_int, [_HANDLE, POINTER(Sample), c_char_p]),
}


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """The library that ``SEALWRIGHT_LIBRARY`` names, else the one that the system finds."""
    path = os.environ.get("SEALWRIGHT_LIBRARY") or "libsealwright.so.0"
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        raise Unavailable(
            f"the library cannot be loaded ({error}): install sealwright, or name the file in"
            " SEALWRIGHT_LIBRARY"
        ) from error
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    return loaded


def version() -> str:
    """The version of the library, ``"0.1.0"``."""
    return library().sealwright_version().decode()


def text(value: Optional[bytes]) -> str:
    """A string of the library's; none is an empty one."""
    return "" if value is None else value.decode("utf-8", "surrogateescape")


def string(value: Optional[str], what: str) -> Optional[bytes]:
    """A string for the library, which would end at a zero byte."""
    if value is None:
        return None
    encoded = value.encode("utf-8")
    if b"\0" in encoded:
        raise WrongUsage(f"{what} holds a zero byte")
    return encoded


def path(value: Optional[Path], what: str) -> Optional[bytes]:
    """A path for the library, as the file system knows it."""
    if value is None:
        return None
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise WrongUsage(f"{what} holds a zero byte")
    return encoded


def free(memory: c_void_p) -> None:
    """Frees what the library allocated with malloc()."""
    libc = ctypes.CDLL(None)
    libc.free.argtypes = [c_void_p]
    libc.free.restype = None
    libc.free(memory)
