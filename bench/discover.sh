#!/bin/bash
# Discovery over 45 MB of source (SW_BENCH_TREE; Python's and Debian's own by default): as it is, and with a
# line in each file that makes it one about models, so that every file is parsed. Beside it one pass of
# grep for some of the words, which is what nothing can be faster than that reads all of it (into a file: with /dev/null it stops early). And a log of a
# proxy of 200 MB, beside one grep for the hosts of the catalogue.
. "${SW_SOURCE:-.}/bench/lib.sh"
need python3 grep

cat >gather.py <<'PY'
import os, shutil, sys
left = 45_000_000
number = 0
for top in sys.argv[1:]:
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith((".py", ".js", ".ts", ".go", ".java", ".sh", ".json", ".toml", ".yaml", ".yml")):
                continue
            if os.path.islink(path) or os.path.getsize(path) > 1 << 20 or os.path.getsize(path) > left:
                continue
            text = open(path, "rb").read()
            left -= len(text)
            number += 1
            for tree, head in (("plain", b""), ("about", b"import openai\n")):
                target = os.path.join(tree, "%03d" % (number // 100))
                os.makedirs(target, exist_ok=True)
                with open(os.path.join(target, "%d-%s" % (number, name)), "wb") as out:
                    out.write((head if name.endswith(".py") else b"") + text)
PY
# shellcheck disable=SC2086 # several trees
python3 gather.py ${SW_BENCH_TREE:-/usr/lib/python3 /usr/lib/python3.11 /usr/share/nodejs}
bytes=$(du -sb plain | cut -f1)
[ "$bytes" -gt 20000000 ] || {
    echo "# discover skipped: only $bytes bytes of source were found"
    exit 0
}
words='openai|anthropic|transformers|from_pretrained|torch|tensorflow|langchain|gpt-4|claude-|gemini-|llama|huggingface'
size="$(calc "int($bytes / 1e6)") MB, $(find plain -type f | wc -l) files"

measure -n 5 "$SW_BIN" discover --json plain :: "$SW_BIN" discover --json about :: \
    bash -c 'grep -rEc "$0" plain >counts || true' "$words"
compare "discover, $size" "${cpu[0]}" s "${cpu[0]}" "${cpu[2]}" "one grep" "<= 3"
limit "discover (wall)" "${wall[0]}" s "<= 1"
limit "memory of discover" "$(calc "${rss[0]} / 1000")" MB "<= 48"
compare "discover, every Python file about models" "${cpu[1]}" s "${cpu[1]}" "${cpu[2]}" "one grep" "<= 3"
limit "the same (wall)" "${wall[1]}" s "<= 1"
limit "memory of it" "$(calc "${rss[1]} / 1000")" MB "<= 48"

cat >log.py <<'PY'
import random
random.seed(1)
others = ["example.com", "www.example.org", "cdn.site7.net", "static.foo.org", "login.example.net", "api.example.io"]
size = number = 0
with open("squid.log", "w") as out:
    while size < 200_000_000:
        host = "api.openai.com" if random.random() < 0.01 else random.choice(others)
        line = "%d.%03d %6d 10.0.%d.%d TCP_TUNNEL/200 %d CONNECT %s:443 user%d HIER_DIRECT/192.0.2.4 -\n" % (
            1700000000 + number // 10, number % 1000, random.randint(1, 9999), number % 200, number % 250,
            random.randint(100, 99999), host, random.randint(1, 500))
        out.write(line)
        size += len(line)
        number += 1
PY
python3 log.py
sed -n '/^hosts:/,/^$/p; /^sites:/,$p' "${SW_SOURCE:-.}/packs/supply/discovery.yaml" | grep -oE '^  [^:]+' | tr -d ' ' >hosts.txt
measure -n 5 "$SW_BIN" discover --json --logs squid.log :: bash -c 'grep -c -F -f hosts.txt squid.log >counts || true'
compare "a log of 200 MB" "${cpu[0]}" s "${cpu[0]}" "${cpu[1]}" "one grep -F" "<= 3"
limit "memory of it" "$(calc "${rss[0]} / 1000")" MB "<= 48"
