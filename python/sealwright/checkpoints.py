"""Hooks for saving and resuming: each checkpoint is signed when it is whole, and checked before a run
goes on from it.

Nothing is imported from torch, safetensors or transformers until a function that is named after it is
called.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pathlib
import shutil
import tempfile
from typing import Any, Dict, Iterator, Optional

from ._library import Path
from .errors import Unavailable, WrongUsage
from .store import Store


def _sync(path: pathlib.Path) -> None:
    """Puts a file, or all files of a directory, on the medium before its name shows it."""
    if path.is_dir():
        for below in path.iterdir():
            _sync(below)
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _remove(path: pathlib.Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


class Checkpoints:
    """The checkpoints of one run, in a store that is open only for each call.

    ``run`` names the run (default: ``SEALWRIGHT_RUN``, which `sealwright data train` sets)::

        checkpoints = sealwright.Checkpoints("run-7")
        with checkpoints.saving("out/checkpoint-500", 500) as path:
            write_everything_to(path)           # a name beside it; renamed and signed at the end
        with checkpoints.resuming("out/checkpoint-500") as path:
            read_everything_from(path)          # raises before, unless it is as it was signed

    What a framework writes itself is signed with ``sign()`` once it is complete. Do not sign what
    `sealwright checkpoint watch` signs already.
    """

    def __init__(self, run: Optional[str] = None, *, store: Optional[Path] = None) -> None:
        name = run if run is not None else os.environ.get("SEALWRIGHT_RUN")
        if not name:
            raise WrongUsage("no run is named, and SEALWRIGHT_RUN is not set")
        self.run = name
        self.store = store

    def sign(self, path: Path, step: int) -> int:
        """Signs a checkpoint that is complete. Gives the claim's leaf."""
        with Store(self.store, record=True) as store:
            return store.sign_checkpoint(self.run, path, step)

    def check(self, path: Path) -> Path:
        """Raises unless the run may go on from this checkpoint; gives its path. The next one that is
        signed has it as its parent."""
        with Store(self.store, record=True) as store:
            store.check_checkpoint(self.run, path)
        return path

    # --- plain files ---

    @contextlib.contextmanager
    def saving(self, path: Path, step: int) -> Iterator[str]:
        """Gives a path beside ``path`` to write a file or a directory to. At the end it is synced,
        renamed to ``path``, which must not be there unless it is a file, and signed. When the body
        raises, nothing is left."""
        target = pathlib.Path(path)
        if target.is_dir():
            raise Unavailable(f"'{target}' is there already: move it away before it is saved anew")
        room = pathlib.Path(tempfile.mkdtemp(prefix=".saving-", dir=target.parent))
        draft = room / target.name
        try:
            yield str(draft)
            _sync(draft)
            os.rename(draft, target)
        finally:
            _remove(room)
        self.sign(target, step)

    @contextlib.contextmanager
    def resuming(self, path: Path) -> Iterator[str]:
        """Checks the checkpoint, and gives its path to read from."""
        yield os.fspath(self.check(path))

    # --- torch ---

    def save_torch(self, thing: Any, path: Path, step: int, **options: Any) -> None:
        """``torch.save``, signed."""
        torch = importlib.import_module("torch")
        with self.saving(path, step) as draft:
            torch.save(thing, draft, **options)

    def load_torch(self, path: Path, **options: Any) -> Any:
        """``torch.load``, checked before; with ``weights_only`` unless you say otherwise."""
        torch = importlib.import_module("torch")
        options.setdefault("weights_only", True)
        with self.resuming(path) as checked:
            return torch.load(checked, **options)

    # --- safetensors ---

    def save_safetensors(
        self,
        tensors: Dict[str, Any],
        path: Path,
        step: int,
        metadata: Optional[Dict[str, str]] = None,
        *,
        framework: str = "torch",
    ) -> None:
        """``save_file`` of ``safetensors.torch``, or of ``numpy`` and others, signed."""
        module = importlib.import_module(f"safetensors.{framework}")
        with self.saving(path, step) as draft:
            module.save_file(tensors, draft, metadata=metadata)

    def load_safetensors(
        self, path: Path, *, framework: str = "torch", **options: Any
    ) -> Dict[str, Any]:
        """``load_file``, checked before."""
        module = importlib.import_module(f"safetensors.{framework}")
        with self.resuming(path) as checked:
            return module.load_file(checked, **options)

    # --- Hugging Face ---

    def trainer_callback(self) -> Any:
        """A ``TrainerCallback`` that signs each checkpoint when the trainer has saved it. Check the
        one that you resume from yourself, since the trainer reads it before any callback is asked::

            trainer = Trainer(..., callbacks=[checkpoints.trainer_callback()])
            trainer.train(resume_from_checkpoint=checkpoints.check("out/checkpoint-500"))
        """
        transformers = importlib.import_module("transformers")
        checkpoints = self

        class SealwrightCallback(transformers.TrainerCallback):
            """Signs what the trainer saved."""

            def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
                if state.is_world_process_zero:
                    path = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
                    checkpoints.sign(path, state.global_step)

        return SealwrightCallback()
