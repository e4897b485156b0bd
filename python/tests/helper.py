"""A directory with a store for each test, made with the command."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SEALWRIGHT = os.environ["SW_BIN"]
PACKAGE = pathlib.Path(__file__).resolve().parent.parent


def command(*arguments: str, expect: int = 0, **kwargs) -> str:
    """Runs the command; gives what it printed."""
    done = subprocess.run(
        [SEALWRIGHT, *map(str, arguments)], capture_output=True, text=True, check=False, **kwargs
    )
    if done.returncode != expect:
        raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def command_json(*arguments: str, **kwargs):
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return json.loads(command(*arguments[:at], "--json", *arguments[at:], **kwargs))


class StoreTest(unittest.TestCase):
    """Stands in a fresh directory with a store .sealwright and a model `model`."""

    def setUp(self) -> None:
        before = os.getcwd()
        for name in list(os.environ):
            if name.startswith("SEALWRIGHT_") and name != "SEALWRIGHT_LIBRARY":
                del os.environ[name]
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.directory)
        self.addCleanup(os.chdir, before)
        os.chdir(self.directory)
        command("init")
        os.mkdir("model")
        pathlib.Path("model/weights").write_text("data\n")

    def script(self, text: str, name: str = "script.py") -> "list[str]":
        """A script that finds the package, as the arguments that run it."""
        pathlib.Path(name).write_text(f"import sys\nsys.path.insert(0, {str(PACKAGE)!r})\n{text}")
        return [sys.executable, "-W", "error", name]
