#!/bin/bash
# Discovery over 45 MB of source (SW_BENCH_TREE; Python's and Debian's own by default): as it is, and with a
# line in each file that makes it one about models, so that every file is parsed. Beside it one pass of
# grep for some of the words, which is what nothing can be faster than that reads all of it.
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
    bash -c 'grep -rEc "$0" plain >/dev/null || true' "$words"
compare "discover, $size" "${cpu[0]}" s "${cpu[0]}" "${cpu[2]}" "one grep" "<= 3"
limit "discover (wall)" "${wall[0]}" s "<= 1"
limit "memory of discover" "$(calc "${rss[0]} / 1000")" MB "<= 48"
compare "discover, every Python file about models" "${cpu[1]}" s "${cpu[1]}" "${cpu[2]}" "one grep" "<= 3"
limit "the same (wall)" "${wall[1]}" s "<= 1"
limit "memory of it" "$(calc "${rss[1]} / 1000")" MB "<= 48"
