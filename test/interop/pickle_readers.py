"""Compares the pickle machine with both unpicklers of this Python, on streams made from a seed.

The unpicklers get a find_class that notes what is asked for and gives a class that does nothing, so
nothing is imported and nothing runs. What either of them asks for must be among what the machine
names, unless the machine says that they differ; and where they ask for different things, or only one
of them comes to an end, it must say so. A pickle of which it says that is refused.

Usage: pickle_readers.py PROGRAM SEED COUNT
"""

import io
import pickle
import random
import struct
import subprocess
import sys
import warnings
import _pickle


class Inert:
    """Takes everything, does nothing."""

    def __new__(cls, *args, **keywords):
        return object.__new__(cls)

    def __init__(self, *args, **keywords):
        pass

    def __call__(self, *args, **keywords):
        return Inert()

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    def add(self, item):
        pass


def reader(base):
    class Reader(base):
        def __init__(self, data):
            super().__init__(io.BytesIO(data))
            self.names = []

        def find_class(self, module, name):
            self.names.append((module, name))
            return Inert

        def persistent_load(self, pid):
            return None

    return Reader


READERS = [reader(pickle._Unpickler), reader(_pickle.Unpickler)]


def read(kind, data):
    unpickler = kind(data)
    try:
        unpickler.load()
        return True, unpickler.names
    except RecursionError:
        raise
    except Exception:
        return False, unpickler.names


WORDS = [b"os", b"system", b"a", b"b.c", b"collections", b"x y", b"", b"m\xc3\xa9"]
NUMBERS = [b"0", b"1", b"00", b"01", b" 1", b"+1", b"-1", b"012", b"1_0", b"0x1F", b"1\0 x", b"\0",
           b"7L", b"L", b"", b"1.5", b" 1.5", b"1_0.5", b"inf", b"-0", b"1e3", b"99999999999999999999",
           b"2 ", b"nan", b"0b1", b"08", b"000"]


class Maker:
    def __init__(self, random_):
        self.random = random_

    def word(self):
        return self.random.choice(WORDS)

    def number(self):
        return self.random.choice(NUMBERS)

    def counted(self, code, form):
        data = self.random.choice([self.word(), bytes(self.random.randrange(0, 4))])
        length = len(data)
        if self.random.random() < 0.03:
            length = self.random.choice([length + 1, 2**31 - 1, -1 if form == "<i" else 200])
        try:
            return code + struct.pack(form, length) + data
        except struct.error:
            return code + struct.pack(form, len(data)) + data

    def op(self):
        r = self.random
        plain = b"NNN}])\x88\x89\x8f(((tttdlu0012esab\x85\x86\x87RRR\x81\x92o\x93\x94\x90\x91Q"
        kind = r.randrange(16)
        if kind < 6:
            return bytes([r.choice(plain)])
        if kind == 6:
            return r.choice([b"I", b"L", b"F"]) + self.number() + b"\n"
        if kind == 7:
            return b"c" + self.word() + b"\n" + self.word() + b"\n"
        if kind == 8:
            return b"i" + self.word() + b"\n" + self.word() + b"\n"
        if kind == 9:
            return r.choice([b"p", b"g"]) + r.choice([b"0", b"1", b"2", self.number()]) + b"\n"
        if kind == 10:
            return r.choice([b"q", b"h"]) + bytes([r.randrange(3)])
        if kind == 11:
            return r.choice([b"V" + self.word() + b"\n", b"S'" + self.word() + b"'\n",
                             b"S" + self.word() + b"\n", b"P" + self.word() + b"\n",
                             b"S'a' \n", b"V\\u006fs\n", b"S'\\x6fs'\n", b"S'\\157s'\n"])
        if kind == 12:
            return self.counted(*r.choice([(b"U", "<B"), (b"T", "<i"), (b"X", "<I"),
                                           (b"\x8c", "<B"), (b"\x8d", "<Q"), (b"C", "<B"),
                                           (b"B", "<I"), (b"\x8e", "<Q"), (b"\x96", "<Q"),
                                           (b"\x8a", "<B"), (b"\x8b", "<i")]))
        if kind == 13:
            return r.choice([b"\x80" + bytes([r.randrange(7)]), b"K\x01", b"M\x01\x02",
                             b"J\xff\xff\xff\xff", b"G" + struct.pack(">d", 1.5),
                             b"r" + struct.pack("<I", r.choice([0, 1, 70000])),
                             b"j" + struct.pack("<I", r.choice([0, 1, 70000]))])
        if kind == 14:
            return b"\x95" + struct.pack("<Q", r.choice([0, 1, 2, 5, 9, 20, 40, 2**40]))
        return r.choice([b"\x8c\x02os\x8c\x06system\x93", b"cos\nsystem\n)R", b"cos\nsystem\n]R",
                         b"(cos\nsystem\no", b"cos\nC\n)\x81", b"cos\nC\n)}\x92", b"]b", b"](e"])

    def stream(self):
        data = b"".join(self.op() for _ in range(self.random.randrange(1, 14)))
        if self.random.random() < 0.8:
            data += b"."
        if self.random.random() < 0.2 and data:
            changed = bytearray(data)
            for _ in range(self.random.randrange(1, 4)):
                changed[self.random.randrange(len(changed))] = self.random.randrange(256)
            data = bytes(changed)
        if self.random.random() < 0.1:
            data = data[: self.random.randrange(len(data) + 1)]
        if self.random.random() < 0.2:
            inner = data
            data = b"\x95" + struct.pack("<Q", max(0, len(inner) + self.random.randrange(-2, 3))) + inner
        return data


def ask(program, streams):
    data = b"".join(struct.pack(">I", len(s)) + s for s in streams)
    out = subprocess.run([program], input=data, stdout=subprocess.PIPE, check=True).stdout
    for line in out.decode().splitlines():
        state, differ, *names = line.split(" ")
        pairs = [tuple(bytes.fromhex(part).decode("utf-8", "replace") for part in name.split(".")) for name in names]
        yield state == "ok", differ == "differ", set(pairs)


def main():
    warnings.simplefilter("ignore")
    program, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    maker = Maker(random.Random(seed))
    streams = [maker.stream() for _ in range(count)]
    bad = differing = imports = told = 0
    for stream, (_, says_differ, names) in zip(streams, ask(program, streams), strict=True):
        (python_ok, python), (c_ok, c) = [read(kind, stream) for kind in READERS]
        asked = set(python) | set(c)
        imports += bool(asked)
        differ = python != c or python_ok != c_ok
        differing += differ
        missed = asked - names
        told += says_differ
        if not says_differ and (missed or differ):
            bad += 1
            if bad <= 20:
                print(f"# {stream!r}: Lib/pickle.py {python_ok} {python}, _pickle {c_ok} {c}, "
                      f"machine {sorted(names)}, says they differ: {says_differ}")
    print(f"# {count} streams from seed {seed}: {imports} import, {differing} are read differently, "
          f"{told} are said to be, {bad} not told")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
