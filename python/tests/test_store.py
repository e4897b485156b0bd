from __future__ import annotations

import gc
import os
import pathlib
import signal
import unittest
import warnings

import sealwright
from sealwright import Status

from helper import StoreTest, command, command_json


class Verifying(StoreTest):
    def test_a_sealed_model_verifies_until_a_byte_changes(self):
        command("seal", "model")
        with sealwright.Store() as store:
            found = store.verify("model")
            self.assertTrue(found)
            self.assertIs(found.verdict, Status.PASS)
            self.assertEqual((found.signer, found.files, found.problems), ("default", 1, ()))
            self.assertRegex(found.model_root, "^sha256:[0-9a-f]{64}$")
            self.assertIs(found.check(), found)
            pathlib.Path("model/weights").write_text("Data\n")
            pathlib.Path("model/more").write_text("more\n")
            found = store.verify(pathlib.Path("model"))
            self.assertFalse(found)
            self.assertIs(found.verdict, Status.FAIL)
            kinds = [(p.path, p.kind) for p in found.problems]
            self.assertEqual(kinds, [("more", "added"), ("weights", "changed")])
            with self.assertRaisesRegex(sealwright.Failed, "more: added; weights: changed"):
                found.check()
        with self.assertRaisesRegex(sealwright.Failed, "weights: changed"):
            sealwright.verify("model")

    def test_no_signature_is_no_evidence(self):
        with self.assertRaises(sealwright.NoEvidence) as caught:
            sealwright.verify("model")
        self.assertIs(caught.exception.status, Status.NO_EVIDENCE)

    def test_what_is_not_there_is_said_in_the_librarys_words(self):
        with self.assertRaisesRegex(sealwright.Unavailable, "no model at 'nope'"):
            sealwright.verify("nope", "nope.sig")
        with self.assertRaises(OSError):
            sealwright.Store("nowhere")
        with self.assertRaisesRegex(sealwright.WrongUsage, "zero byte"):
            sealwright.verify("a\0b")


class Admitting(StoreTest):
    def test_the_gate_decides_and_records(self):
        command("seal", "model")
        dry = sealwright.admit("model", dry_run=True)
        self.assertIsNone(dry.claim)
        self.assertIsNone(dry.leaf)
        with sealwright.Store(write=True) as store:
            decision = store.admit("model")
            self.assertTrue(decision)
            self.assertEqual(decision.rules[0].name, "integrity")
            self.assertIs(decision.rules[0].verdict, Status.PASS)
            claims = store.find(predicate_type="https://slsa.dev/verification_summary/*")
            self.assertEqual([c.claim for c in claims], [decision.claim])
            self.assertEqual(claims[0].leaf, decision.leaf)
            bundle = store.load(decision.claim)
            self.assertTrue(bundle.startswith(b"{"))
            self.assertEqual(store.append(bundle), decision.leaf)
            self.assertEqual(store.find("sha256:" + "0" * 64), [])

    def test_what_does_not_meet_the_policy_raises_with_the_rules(self):
        command("seal", "model")
        pathlib.Path("model/weights").write_text("other\n")
        with self.assertRaisesRegex(sealwright.Failed, "integrity: .*weights"):
            sealwright.admit("model")
        with sealwright.Store() as store:
            decision = store.admit("model", dry_run=True)
            self.assertFalse(decision)

    def test_a_store_that_reads_takes_no_verdict(self):
        with sealwright.Store() as store:
            with self.assertRaisesRegex(sealwright.WrongUsage, "reading only"):
                store.admit("model")
            with self.assertRaises(sealwright.SealwrightError):
                store.append(b"{}")
            with self.assertRaises(sealwright.SealwrightError):
                store.load("sha256:" + "0" * 64)
            with self.assertRaisesRegex(sealwright.WrongUsage, "not a digest"):
                store.load("nope")

    def test_a_store_that_is_kept_elsewhere_is_told_from_another(self):
        command("log", "checkpoint", "--policy", "--out", "log.policy")
        sealwright.Store(log_policy="log.policy").close()
        command("init", "--store", "other")
        with self.assertRaisesRegex(sealwright.Failed, "does not name the log"):
            sealwright.Store("other", log_policy="log.policy")


class Handles(StoreTest):
    def test_the_store_is_found_as_the_command_finds_it(self):
        os.makedirs("a/b")
        os.chdir("a/b")
        self.assertEqual(sealwright.find_store(), str(self.directory / ".sealwright"))
        os.environ["SEALWRIGHT_STORE"] = "elsewhere"
        self.assertEqual(sealwright.find_store(), "elsewhere")
        del os.environ["SEALWRIGHT_STORE"]
        with self.assertRaisesRegex(sealwright.Unavailable, "sealwright init"):
            sealwright.find_store("/")

    def test_a_closed_store_says_so(self):
        store = sealwright.Store()
        store.close()
        store.close()
        with self.assertRaisesRegex(sealwright.WrongUsage, "is closed"):
            store.verify("model")

    def test_a_store_that_nobody_closed_is_told(self):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            sealwright.Store()
            gc.collect()
        self.assertEqual([w.category for w in told], [ResourceWarning])

    def test_both_ways_to_write_are_one_too_many(self):
        with self.assertRaises(sealwright.WrongUsage):
            sealwright.Store(write=True, record=True)

    def test_a_forked_process_does_not_use_what_its_parent_opened(self):
        store = sealwright.Store()
        child = os.fork()
        if child == 0:
            try:
                store.verify("model")
            except sealwright.WrongUsage:
                store.close()
                os._exit(0)
            os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        store.close()

    def test_a_forked_process_does_not_wait_for_a_thread_that_it_does_not_have(self):
        store = sealwright.Store()
        with store._handle._lock:  # as while another thread is in a call
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                try:
                    store.verify("model")
                except sealwright.WrongUsage:
                    store.close()
                    os._exit(0)
                os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        store.close()

    def test_the_version_is_the_commands(self):
        self.assertEqual(f"sealwright {sealwright.version()}", command("--version").strip())


class Checkpoints(StoreTest):
    def setUp(self) -> None:
        super().setUp()
        command("data", "source", "add", "web")
        pathlib.Path("in.txt").write_text("one\ntwo\n")
        command("data", "ingest", "in.txt", "--source", "web", "--as", "set")

    def test_a_run_records_its_checkpoints(self):
        run = self.script(
            "import sealwright\n"
            "open('weights', 'w').write('1')\n"
            "print(sealwright.checkpoint('weights', 500))\n"
            "open('weights', 'w').write('2')\n"
        )
        made = command_json("data", "train", "--run", "r", "--dataset", "set", "--out", "weights", "--", *run)
        with sealwright.Store() as store:
            claims = store.find(predicate_type="urn:sealwright:claim:training:v1")
        self.assertEqual(len(claims), 2)
        shown = command_json("evidence", "show", str(claims[1].leaf))
        predicate = shown["statement"]["predicate"]
        self.assertEqual((predicate["kind"], predicate["run"], predicate["step"]), ("checkpoint", "r", 500))
        self.assertNotEqual(predicate["root"], made["model_root"])
        with sealwright.Store(record=True) as store:
            self.assertGreater(store.checkpoint("r", "weights", 501), claims[0].leaf)

    def test_what_cannot_be_recorded_raises(self):
        with self.assertRaisesRegex(sealwright.WrongUsage, "SEALWRIGHT_RUN is not set"):
            sealwright.checkpoint("model", 1)
        with self.assertRaises(sealwright.Unavailable):
            sealwright.checkpoint("model", 1, run="nope")
        for step in (-1, 1 << 64, True):
            with self.assertRaises(sealwright.WrongUsage):
                sealwright.checkpoint("model", step, run="nope")
        with sealwright.Store() as store:
            with self.assertRaisesRegex(sealwright.WrongUsage, "SEALWRIGHT_RECORD"):
                store.checkpoint("r", "model", 1)


if __name__ == "__main__":
    unittest.main()
