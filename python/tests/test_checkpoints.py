"""Checkpoints by plain files. torch, safetensors and transformers are not here: modules that stand in
for them show that they are imported when they are needed, and what is called; nothing more."""

from __future__ import annotations

import os
import pathlib
import sys
import types
import unittest
from unittest import mock

import sealwright
from sealwright import Checkpoints

from helper import StoreTest, command, command_json


class PlainFiles(StoreTest):
    def test_what_was_saved_is_signed_and_can_be_resumed(self):
        checkpoints = Checkpoints("r")
        for step in (10, 20):
            with checkpoints.saving(f"checkpoint-{step}", step) as path:
                os.mkdir(path)
                pathlib.Path(path, "weights").write_text(f"{step}\n")
        with checkpoints.saving("last.bin", 30) as path:
            pathlib.Path(path).write_text("30\n")
        self.assertEqual(checkpoints.check("checkpoint-20"), "checkpoint-20")
        with checkpoints.resuming(pathlib.Path("last.bin")) as path:
            self.assertEqual(pathlib.Path(path).read_text(), "30\n")
        chain = command_json("checkpoint", "verify", "r", "--dir", ".")
        self.assertEqual([c["step"] for c in chain["checkpoints"]], [10, 20, 30])
        self.assertEqual([c["files"] for c in chain["checkpoints"]], ["whole"] * 3)

    def test_what_was_altered_or_not_signed_is_refused(self):
        checkpoints = Checkpoints("r")
        with self.assertRaises(sealwright.NoEvidence):
            checkpoints.check("model")
        checkpoints.sign("model", 1)
        pathlib.Path("other").write_text("x")
        with self.assertRaisesRegex(sealwright.Failed, "is not signed"):
            checkpoints.check("other")
        pathlib.Path("model/weights").write_text("DATA\n")
        with self.assertRaisesRegex(sealwright.Failed, "weights: changed"):
            checkpoints.check("model")

    def test_the_next_one_follows_the_one_that_was_resumed_from(self):
        checkpoints = Checkpoints("r")
        for step in (1, 2):
            pathlib.Path(f"c-{step}").write_text(str(step))
            checkpoints.sign(f"c-{step}", step)
        checkpoints.check("c-1")
        pathlib.Path("d-2").write_text("again")
        checkpoints.sign("d-2", 2)
        last = command_json("checkpoint", "verify", "r")["checkpoints"][-1]
        self.assertEqual((last["name"], last["parent_step"], last["resumed"]), ("d-2", 1, True))

    def test_a_directory_that_is_there_is_refused_before_it_is_written(self):
        checkpoints = Checkpoints("r")
        os.mkdir("checkpoint-5")
        with self.assertRaisesRegex(sealwright.Unavailable, "is there already"):
            with checkpoints.saving("checkpoint-5", 5):
                self.fail("it was to be written")
        self.assertEqual(os.listdir("checkpoint-5"), [])

    def test_a_failure_while_saving_leaves_nothing(self):
        before = sorted(os.listdir())
        with self.assertRaisesRegex(RuntimeError, "disk"):
            with Checkpoints("r").saving("checkpoint-5", 5) as path:
                pathlib.Path(path).write_text("half")
                raise RuntimeError("disk")
        self.assertEqual(sorted(os.listdir()), before)
        command("checkpoint", "verify", "r", expect=3)

    def test_a_run_and_its_steps_are_checked(self):
        with self.assertRaisesRegex(sealwright.WrongUsage, "no run is named"):
            Checkpoints()
        with mock.patch.dict(os.environ, SEALWRIGHT_RUN="r"):
            self.assertEqual(Checkpoints().run, "r")
        for step in (-1, True, 1 << 60):
            with self.assertRaises(sealwright.WrongUsage):
                Checkpoints("r").sign("model", step)
        with sealwright.Store() as store:
            with self.assertRaisesRegex(sealwright.WrongUsage, "reading only"):
                store.sign_checkpoint("r", "model", 1)
        Checkpoints("r").sign("model", 2)
        with sealwright.Store() as store:
            store.check_checkpoint("r", "model")
        pathlib.Path("older").write_text("x")
        with self.assertRaisesRegex(sealwright.Failed, "step 1 is not after step 2"):
            Checkpoints("r").sign("older", 1)


class Frameworks(StoreTest):
    def stand_in(self, name: str, **members) -> types.ModuleType:
        module = types.ModuleType(name)
        for member, value in members.items():
            setattr(module, member, value)
        patch = mock.patch.dict(sys.modules, {name: module})
        patch.start()
        self.addCleanup(patch.stop)
        return module

    def test_none_is_imported_before_it_is_asked_for(self):
        script = self.script(
            "import sealwright\nsealwright.Checkpoints('r')\n"
            "print({'torch', 'safetensors', 'transformers'} & set(sys.modules))\n"
        )
        import subprocess

        printed = subprocess.run(script, capture_output=True, text=True, check=True).stdout
        self.assertEqual(printed, "set()\n")
        with mock.patch.dict(sys.modules, {"torch": None}):
            with self.assertRaises(ImportError):
                Checkpoints("r").save_torch({}, "x-1", 1)

    def test_torch_is_called_between_the_checks(self):
        loaded = []
        self.stand_in(
            "torch",
            save=lambda thing, path: pathlib.Path(path).write_text(thing),
            load=lambda path, **options: loaded.append(options) or pathlib.Path(path).read_text(),
        )
        checkpoints = Checkpoints("r")
        checkpoints.save_torch("w", "model-7.pt", 7)
        self.assertEqual(checkpoints.load_torch("model-7.pt"), "w")
        self.assertEqual(loaded, [{"weights_only": True}])
        pathlib.Path("model-7.pt").write_text("v")
        with self.assertRaises(sealwright.Failed):
            checkpoints.load_torch("model-7.pt")
        self.assertEqual(len(loaded), 1)

    def test_safetensors_is_called_between_the_checks(self):
        self.stand_in("safetensors")
        self.stand_in(
            "safetensors.numpy",
            save_file=lambda tensors, path, metadata: pathlib.Path(path).write_text(tensors["w"]),
            load_file=lambda path: {"w": pathlib.Path(path).read_text()},
        )
        checkpoints = Checkpoints("r")
        checkpoints.save_safetensors({"w": "1"}, "m-1.safetensors", 1, framework="numpy")
        self.assertEqual(checkpoints.load_safetensors("m-1.safetensors", framework="numpy"), {"w": "1"})
        pathlib.Path("m-1.safetensors").write_text("2")
        with self.assertRaises(sealwright.Failed):
            checkpoints.load_safetensors("m-1.safetensors", framework="numpy")

    def test_the_trainers_checkpoints_are_signed(self):
        self.stand_in("transformers", TrainerCallback=object)
        callback = Checkpoints("r").trainer_callback()
        args = types.SimpleNamespace(output_dir=".")
        os.mkdir("checkpoint-3")
        pathlib.Path("checkpoint-3/trainer_state.json").write_text("{}")
        for first, expect in ((False, 3), (True, 0)):
            state = types.SimpleNamespace(global_step=3, is_world_process_zero=first)
            callback.on_save(args, state, None, model=None)
            command("checkpoint", "verify", "r", expect=expect)


if __name__ == "__main__":
    unittest.main()
