#!/bin/bash
# Known vulnerabilities: importing what SW_BENCH_OSV names (a directory with all.zip files; the test
# material by default) against reading the same bytes with Python's zipfile and json, and a match of
# 1,000 components against as many look-ups of names in the same SQLite file.
. "${SW_SOURCE:-.}/bench/lib.sh"
need python3

osv=${SW_BENCH_OSV:-$SW_SOURCE/../shared/corpora/osv}
[ -d "$osv" ] || {
    echo "# advisory skipped: $osv is not there"
    exit 0
}

cat >plain.py <<'PY'
import json, pathlib, sys, zipfile
for path in sorted(pathlib.Path(sys.argv[1]).rglob("all.zip")):
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            json.loads(z.read(name))
PY
cat >lookup.py <<'PY'
import sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
for line in open(sys.argv[2]):
    name = line.split("/", 1)[1].split("@")[0]
    db.execute("SELECT f.what FROM packages p JOIN affected f ON f.package = p.id WHERE p.name = ?"
               " AND p.ecosystem = 1", (name,)).fetchall()
PY
# Half of the components have advisories, with an affected version where there is a list.
cat >components.py <<'PY'
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
rows = db.execute("SELECT e.name, p.name, min(f.what) FROM packages p JOIN affected f ON f.package = p.id"
                  " JOIN ecosystems e ON e.id = p.ecosystem WHERE e.name IN ('PyPI', 'npm')"
                  " GROUP BY p.id ORDER BY p.name LIMIT 500").fetchall()
kinds = {"PyPI": "pypi", "npm": "npm"}
lines = []
for ecosystem, name, what in rows:
    versions = json.loads(what)["v"] or ["1.0.0"]
    lines.append(f"pkg:{kinds[ecosystem]}/{name.replace('@', '%40')}@{versions[0].replace('+', '%2B')}")
lines += [f"pkg:pypi/nothing-{i}@1.0" for i in range(1000 - len(lines))]
print("\n".join(lines))
PY

"$SW_BIN" init >/dev/null
measure -n 3 "$SW_BIN" advisory import --replace "$osv" :: python3 plain.py "$osv"
compare "import of $(find "$osv" -name all.zip -printf '%s\n' | awk '{ s += $1 } END { printf "%.1f MB", s / 1e6 }')" \
    "${cpu[0]}" s "${cpu[0]}" "${cpu[1]}" "reading it in Python" "<= 1"
limit "import (wall)" "${wall[0]}" s "<= 60"
limit "memory of the import" "$(calc "${rss[0]} / 1000")" MB "<= 256"
limit "size of the database" "$(calc "$(stat -c %s .sealwright/advisories.db) / 1e6")" MB "<= 150"

python3 components.py .sealwright/advisories.db >components
# A match that finds something exits 1, which the clock takes for a failure.
measure -n 7 bash -c '"$0" advisory match --json components >/dev/null || [ $? -eq 1 ]' "$SW_BIN" :: \
    python3 lookup.py .sealwright/advisories.db components
compare "match of 1,000 components" "$(calc "1000 * ${cpu[0]}")" ms "${cpu[0]}" "${cpu[1]}" \
    "look-ups of their names in Python" "<= 1"
limit "match of 1,000 components (wall)" "$(calc "1000 * ${wall[0]}")" ms "<= 50"
