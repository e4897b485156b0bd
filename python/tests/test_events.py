from __future__ import annotations

import gc
import json
import os
import pathlib
import unittest
import warnings

import sealwright

from helper import StoreTest, command, command_json


def lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]


class Writing(StoreTest):
    def test_each_kind_is_a_line(self):
        with sealwright.Events("events") as events:
            events.kept(0, 17)
            events.edited("doc-4", "doc-4", 0.5)
            events.split(1, (1, "a\"b"))
            events.duplicated(2, 0)
            events.packed(3, [0, 1])
            events.merged(4, [(0, 3), (1, 0)])
            events.generated(5)
            events.dropped(5, "too short")
            events.output(6, [7])
        first, *rest = lines("events")
        self.assertEqual(first, {"format": "sealwright-events/v1"})
        self.assertEqual(
            rest,
            [
                {"out": {"row": 0}, "in": [{"set": 0, "row": 17}], "kind": "kept"},
                {"out": {"id": "doc-4"}, "in": [{"set": 0, "id": "doc-4"}], "kind": "edited", "confidence": 0.5},
                {"out": {"row": 1}, "in": [{"set": 1, "id": 'a"b'}], "kind": "split"},
                {"out": {"row": 2}, "in": [{"set": 0, "row": 0}], "kind": "duplicated"},
                {"out": {"row": 3}, "in": [{"set": 0, "row": 0}, {"set": 0, "row": 1}], "kind": "packed"},
                {"out": {"row": 4}, "in": [{"set": 0, "row": 3}, {"set": 1, "row": 0}], "kind": "merged"},
                {"out": {"row": 5}, "in": [], "kind": "generated"},
                {"drop": {"set": 0, "row": 5}, "reason": "too short"},
                {"out": {"row": 6}, "in": [{"set": 0, "row": 7}]},
            ],
        )

    def test_what_makes_no_sense_raises_and_is_left_out(self):
        with sealwright.Events("events") as events:
            for wrong in (
                lambda: events.merged(0, [1]),
                lambda: events.kept(-1, 0),
                lambda: events.kept(1 << 32, 0),
                lambda: events.kept("", 0),
                lambda: events.kept("a\0b", 0),
                lambda: events.kept(0, (-1, 0)),
                lambda: events.edited(0, 0, 1.5),
                lambda: events.edited(0, 0, float("nan")),
                lambda: events.dropped(0, ""),
                lambda: events.dropped(0, "two\nlines"),
                lambda: events.dropped(0, "x" * 201),
                lambda: events.output(0, [0], "moved"),
            ):
                with self.assertRaises(sealwright.WrongUsage):
                    wrong()
            for wrong in (True, 1.0, None, b"id"):
                with self.assertRaises(TypeError):
                    events.kept(wrong, 0)
            with self.assertRaises(UnicodeEncodeError):
                events.kept("\ud800", 0)
            events.kept(0, 0)
        self.assertEqual(len(lines("events")), 2)

    def test_a_stream_that_cannot_be_written_raises(self):
        with self.assertRaisesRegex(sealwright.Unavailable, "cannot write 'no/where'"):
            sealwright.Events("no/where")
        with self.assertRaises(sealwright.Unavailable):
            with sealwright.Events("/dev/full") as events:
                events.kept(0, 0)
        with self.assertRaisesRegex(sealwright.WrongUsage, "SEALWRIGHT_EVENTS is not set"):
            sealwright.Events()

    def test_a_stream_that_nobody_closed_is_told_and_a_fork_writes_nothing(self):
        events = sealwright.Events("events")
        events.kept(0, 0)
        child = os.fork()
        if child == 0:
            try:
                events.kept(1, 1)
            except sealwright.WrongUsage:
                events.close()
                os._exit(0)
            os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            del events
            gc.collect()
        self.assertEqual([w.category for w in told], [ResourceWarning])
        self.assertEqual(len(lines("events")), 2)


class Telling(StoreTest):
    def test_a_step_is_believed_what_it_says(self):
        command("data", "source", "add", "web", "--licence", "CC0-1.0", "--from", "x", "--consent", "y")
        pathlib.Path("in.jsonl").write_text(
            "".join(json.dumps({"id": f"n{i}", "text": f"text {i}"}) + "\n" for i in range(10))
        )
        command("data", "ingest", "in.jsonl", "--source", "web", "--as", "raw")
        step = self.script(
            "import json, os, sealwright\n"
            "out = open(os.environ['SEALWRIGHT_OUTPUT'], 'w')\n"
            "with sealwright.Events() as events:\n"
            "    row = 0\n"
            "    for line in open(os.environ['SEALWRIGHT_INPUTS'].splitlines()[0]):\n"
            "        sample = json.loads(line)\n"
            "        if sample['id'] == 'n3':\n"
            "            events.dropped('n3', 'unlucky')\n"
            "            continue\n"
            "        if sample['id'] == 'n5':\n"
            "            sample['text'] = sample['text'].upper()\n"
            "            events.edited(row, 'n5')\n"
            "        else:\n"
            "            events.kept(row, sample['id'])\n"
            "        out.write(json.dumps(sample) + '\\n')\n"
            "        row += 1\n"
            "out.close()\n",
            "step.py",
        )
        made = command_json(
            "data", "run", "--in", "raw", "--out", "clean=out.jsonl", "--events", "events.jsonl",
            "--code", "step.py", "--", *step,
        )
        self.assertEqual(made["match"], "events")
        self.assertEqual((made["outputs"]["kept"], made["outputs"]["edited"]), (8, 1))
        self.assertEqual(made["dropped_for"], {"unlucky": 1})
        self.assertEqual(made["gaps"], [])


if __name__ == "__main__":
    unittest.main()
