"""Load only verified bytes: what is given out was hashed in memory and is as it was signed."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
import os
import pathlib
import tempfile
from typing import Any, BinaryIO, Iterator, Optional

from . import _library
from ._handle import Handle
from ._library import Path
from .errors import Unavailable, WrongUsage
from .store import Store


class VerifiedModel:
    """The signed files of a model, from open_verified(). Close it, or use it in a ``with`` statement.

    A file is verified when it is asked for. Its bytes are in memory by then, where nobody changes
    them; what is done to the file afterwards does not matter. The first file that is not as it was
    signed raises Failed, and so does everything after it. Files that were not signed are not there.
    """

    def __init__(
        self,
        store: Store,
        model: Path,
        signature: Optional[Path] = None,
        *,
        decided: Optional[str] = None,
    ) -> None:
        self.path = os.fspath(model)
        self._handle = Handle(
            f"the model '{self.path}'",
            lambda out: store._handle.call(
                "sealwright_open_verified",
                _library.path(model, "the model's path"),
                _library.path(signature, "the signature's path"),
                _library.string(decided, "what was decided on"),
                out,
            ),
            "sealwright_verified_close",
            "sealwright_verified_message",
        )

    def __enter__(self) -> "VerifiedModel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        handle = self.__dict__.get("_handle")
        if handle is not None:
            handle.warn_if_open()

    def close(self) -> None:
        """What was read, and files that were opened, stay."""
        self._handle.close()

    @property
    def root(self) -> Optional[str]:
        """The model's root digest, ``"sha256:…"``."""
        value: Any = self._handle.call("sealwright_verified_root")
        return None if value is None else _library.text(value)

    def __iter__(self) -> Iterator[str]:
        index = 0
        while True:
            name: Any = self._handle.call("sealwright_verified_name", index)
            if name is None:
                return
            yield _library.text(name)
            index += 1

    def __contains__(self, name: object) -> bool:
        return any(name == signed for signed in self)

    def size(self, name: str) -> int:
        """How many bytes the file has at this moment."""
        size = ctypes.c_uint64()
        self._check("sealwright_verified_size", name, ctypes.byref(size))
        return size.value

    def read(self, name: str) -> memoryview:
        """All of a file, read-only."""
        memory = bytearray(self.size(name))
        kept = (ctypes.c_char * len(memory)).from_buffer(memory) if memory else None
        self._check("sealwright_verified_load", name, kept, len(memory))
        return memoryview(memory).toreadonly()

    def open(self, name: str) -> BinaryIO:
        """A file to read, of bytes that are verified already. Its ``fileno()`` is a descriptor of
        sealed memory."""
        return io.BufferedReader(io.FileIO(self._descriptor(name), "rb"))

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[str]:
        """A path by which this process finds the verified bytes of one file, as long as the ``with``
        statement runs."""
        fd = self._descriptor(name)
        try:
            yield f"/proc/{os.getpid()}/fd/{fd}"
        finally:
            os.close(fd)

    @contextlib.contextmanager
    def directory(self) -> Iterator[str]:
        """A directory of links to the verified bytes of every file, for loaders that want one, as
        long as the ``with`` statement runs. Takes memory for the whole model."""
        with contextlib.ExitStack() as stack:
            root = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="verified-")))
            for name in self:
                link = root / name
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(stack.enter_context(self.file(name)))
            yield str(root)

    def _descriptor(self, name: str) -> int:
        fd = ctypes.c_int(-1)
        self._check("sealwright_verified_fd", name, ctypes.byref(fd))
        return fd.value

    def _check(self, function: str, name: str, *arguments: object) -> None:
        self._handle.check(function, _library.string(name, "the file's name"), *arguments)


def open_verified(
    model: Path,
    signature: Optional[Path] = None,
    *,
    store: Optional[Path] = None,
    admit: bool = False,
) -> VerifiedModel:
    """Opens a model to load it: checks its signature with the trust of the store, which is open only
    meanwhile. With ``admit`` the policy must admit it first, and what is loaded is then what was
    admitted."""
    with Store(store, write=admit) as opened:
        if not admit:
            return VerifiedModel(opened, model, signature)
        if signature is not None:
            raise WrongUsage("what is admitted has its signature in or beside the model")
        decision = opened.admit(model).check()
        return VerifiedModel(opened, model, decided=decision.signature)


def _module(name: str) -> Any:
    """What is not installed is not imported."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise Unavailable(f"{name} is needed for that, and cannot be imported: {missing}") from None


def load_safetensors(model: VerifiedModel, name: str, framework: str = "numpy") -> Any:
    """The tensors of a safetensors file, by ``safetensors.FRAMEWORK``: numpy, torch, flax, …"""
    module = _module(f"safetensors.{framework}")
    with model.file(name) as path:
        return module.load_file(path)


def torch_load(model: VerifiedModel, name: str, **options: Any) -> Any:
    """torch.load() of a file; with ``weights_only`` unless something else is asked for."""
    options.setdefault("weights_only", True)
    torch = _module("torch")
    with model.open(name) as file:
        return torch.load(file, **options)


def from_pretrained(kind: Any, model: VerifiedModel, *arguments: Any, **options: Any) -> Any:
    """``kind.from_pretrained()`` of a directory that holds the verified files and nothing else, for
    instance of ``transformers.AutoModel``. Nothing is fetched from elsewhere."""
    if not hasattr(kind, "from_pretrained"):
        raise WrongUsage(f"{kind!r} has no from_pretrained()")
    options.setdefault("local_files_only", True)
    with model.directory() as path:
        return kind.from_pretrained(path, *arguments, **options)
