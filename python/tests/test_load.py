"""Loading verified bytes."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
import types
import unittest
from unittest import mock

import helper
import sealwright


class LoadTest(helper.StoreTest):
    def setUp(self) -> None:
        super().setUp()
        os.mkdir("model/sub")
        pathlib.Path("model/sub/empty").write_bytes(b"")
        pathlib.Path("model/config.json").write_text("{}")
        helper.command("seal", "model")

    def test_gives_the_signed_files_and_no_others(self) -> None:
        pathlib.Path("model/unsigned").write_text("x")
        with sealwright.open_verified("model") as model:
            self.assertEqual(list(model), ["config.json", "sub/empty", "weights"])
            self.assertIn("weights", model)
            self.assertNotIn("unsigned", model)
            self.assertEqual(model.size("weights"), 5)
            self.assertEqual(bytes(model.read("weights")), b"data\n")
            self.assertEqual(bytes(model.read("sub/empty")), b"")
            self.assertTrue(model.root.startswith("sha256:"))
            with self.assertRaises(sealwright.Unavailable):
                model.read("unsigned")
            self.assertEqual(bytes(model.read("weights")), b"data\n")

    def test_what_was_opened_stays_whatever_becomes_of_the_file(self) -> None:
        with sealwright.open_verified("model") as model:
            file = model.open("weights")
            view = model.read("weights")
            with model.file("weights") as path, model.directory() as directory:
                pathlib.Path("model/weights").write_text("evil\n")
                self.assertEqual(pathlib.Path(path).read_bytes(), b"data\n")
                self.assertEqual(pathlib.Path(directory, "weights").read_bytes(), b"data\n")
                self.assertEqual(os.listdir(pathlib.Path(directory, "sub")), ["empty"])
                with self.assertRaises(PermissionError):
                    pathlib.Path(path).write_bytes(b"evil\n")
            self.assertFalse(os.path.exists(directory))
        with file:
            self.assertEqual(file.read(), b"data\n")
        self.assertEqual(bytes(view), b"data\n")
        self.assertTrue(view.readonly)

    def test_a_changed_file_fails_and_spoils_the_model(self) -> None:
        with sealwright.open_verified("model") as model:
            pathlib.Path("model/weights").write_text("evil\n")
            for call in (model.read, model.open, model.size):
                if call is model.size:
                    with self.assertRaises(sealwright.Failed):
                        model.read("config.json")  # which itself is whole
                with self.assertRaisesRegex(sealwright.Failed, "weights"):
                    call("weights")

    def test_what_takes_the_place_of_a_file_is_refused(self) -> None:
        replacements = {
            "fifo": lambda path: os.mkfifo(path),
            "symlink": lambda path: os.symlink("config.json", path),
            "directory": lambda path: os.mkdir(path),
            "nothing": lambda path: None,
            "longer": lambda path: pathlib.Path(path).write_text("data\nmore"),
        }
        for what, replace in replacements.items():
            with self.subTest(what), sealwright.open_verified("model") as model:
                os.unlink("model/weights")
                replace("model/weights")
                with self.assertRaises(sealwright.Failed):
                    model.read("weights")
            if what == "directory":
                os.rmdir("model/weights")
            elif what != "nothing":
                os.unlink("model/weights")
            pathlib.Path("model/weights").write_text("data\n")

    def test_without_a_good_signature_there_is_no_model(self) -> None:
        os.rename("model/model.sig", "away.sig")
        with self.assertRaises(sealwright.NoEvidence):
            sealwright.open_verified("model")
        with sealwright.open_verified("model", "away.sig") as model:
            self.assertEqual(bytes(model.read("weights")), b"data\n")
        helper.command("init", "--store", "other")
        with self.assertRaises(sealwright.Failed):
            sealwright.open_verified("model", "away.sig", store="other")
        with self.assertRaises(sealwright.Unavailable):
            sealwright.open_verified("nowhere")

    def test_what_is_loaded_is_what_was_admitted(self) -> None:
        with sealwright.open_verified("model", admit=True) as model:
            self.assertEqual(bytes(model.read("weights")), b"data\n")
        with sealwright.Store(write=True) as store:
            decided = store.admit("model").check().signature
            self.assertEqual(decided, store.verify("model").signature)
        pathlib.Path("model/weights").write_text("next\n")
        helper.command("seal", "model")
        with sealwright.Store() as store:
            with self.assertRaisesRegex(sealwright.Failed, "another signature"):
                sealwright.VerifiedModel(store, "model", decided=decided)
        pathlib.Path("model/weights").write_text("evil\n")
        with self.assertRaises(sealwright.Failed):
            sealwright.open_verified("model", admit=True)

    def test_a_model_of_one_file(self) -> None:
        shutil.copy("model/weights", "one.bin")
        helper.command("sign", "one.bin")
        with sealwright.open_verified("one.bin") as model:
            self.assertEqual(list(model), ["one.bin"])
            self.assertEqual(bytes(model.read("one.bin")), b"data\n")

    def test_shards_are_checked_each(self) -> None:
        helper.command("sign", "--method", "shards", "--shard-size", "2", "--ignore-paths",
                       "sub", "model")  # fmt: skip
        with sealwright.open_verified("model") as model:
            self.assertEqual(bytes(model.read("weights")), b"data\n")
            pathlib.Path("model/weights").write_text("datA\n")
            with self.assertRaises(sealwright.Failed):
                model.open("weights")

    def test_no_memory_is_taken_for_a_size_that_was_not_signed(self) -> None:
        helper.command("sign", "--method", "shards", "--ignore-paths", "sub", "model")
        for name in ("read", "open", "size"):
            with self.subTest(name), sealwright.open_verified("model") as model:
                os.truncate("model/weights", 1 << 40)
                with self.assertRaises(sealwright.Failed):
                    getattr(model, name)("weights")

    def test_loaders_get_verified_bytes(self) -> None:
        numpy = types.ModuleType("safetensors.numpy")
        numpy.load_file = lambda path: pathlib.Path(path).read_bytes()
        torch = types.ModuleType("torch")
        torch.load = lambda file, **options: (file.read(), options)

        class Kind:
            @staticmethod
            def from_pretrained(path, **options):
                return sorted(os.listdir(path)), options

        modules = {
            "safetensors": types.ModuleType("safetensors"),
            "safetensors.numpy": numpy,
            "torch": torch,
        }
        with sealwright.open_verified("model") as model, mock.patch.dict(sys.modules, modules):
            self.assertEqual(sealwright.load_safetensors(model, "weights"), b"data\n")
            self.assertEqual(
                sealwright.torch_load(model, "weights"), (b"data\n", {"weights_only": True})
            )
            self.assertEqual(
                sealwright.from_pretrained(Kind, model),
                (["config.json", "sub", "weights"], {"local_files_only": True}),
            )
            with self.assertRaises(sealwright.WrongUsage):
                sealwright.from_pretrained(object(), model)
        with sealwright.open_verified("model") as model:
            with mock.patch.dict(sys.modules, {"torch": None}):
                with self.assertRaises(sealwright.Unavailable):
                    sealwright.torch_load(model, "weights")


if __name__ == "__main__":
    unittest.main()
