#!/bin/bash
# Recall and precision of discovery over labelled public repositories (bench/discover-labels.md). It needs
# their checkouts: SW_DISCOVER_TREES names a directory with one "owner+name" for each; with --fetch (or
# SW_DISCOVER_FETCH=1) git gets those that are not there, from GitHub. Without either it is skipped.
# --details tuning|second|third|fourth|fifth|sixth|seventh|eighth|all also names what was missed and what was wrong.
. "${SW_SOURCE:-.}/bench/lib.sh"
need python3 git

fetch=${SW_DISCOVER_FETCH:-}
details=()
while [ $# -gt 0 ]; do
    case $1 in
    --fetch) fetch=1 ;;
    --details)
        details=(--details "$2")
        shift
        ;;
    *)
        echo "usage: discover_labels.sh [--fetch] [--details tuning|second|third|fourth|fifth|sixth|seventh|eighth|all]" >&2
        exit 2
        ;;
    esac
    shift
done

labels=$SW_SOURCE/bench/discover-labels.json
trees=${SW_DISCOVER_TREES:-}
if [ -z "$trees" ] && [ -n "$fetch" ]; then
    trees=$SW_BUILD/bench/trees
    mkdir -p "$trees"
fi
if [ -z "$trees" ] || [ ! -d "$trees" ]; then
    echo "# discover_labels skipped: SW_DISCOVER_TREES names no directory with the checkouts (or give --fetch)"
    exit 0
fi
if [ -n "$fetch" ]; then
    python3 - "$labels" <<'PY' >wanted
import json, sys
for row in json.load(open(sys.argv[1], encoding="utf-8")):
    print(row["repository"], row["commit"])
PY
    while read -r repository commit; do
        tree=$trees/${repository/\//+}
        [ -d "$tree" ] && continue
        git init -q "$tree.part"
        git -C "$tree.part" fetch -q --depth 1 "https://github.com/$repository" "$commit"
        git -C "$tree.part" checkout -q FETCH_HEAD
        rm -rf "$tree.part/.git"
        mv "$tree.part" "$tree"
    done <wanted
fi
python3 "$SW_SOURCE/bench/discover_labels.py" "$SW_BIN" "$labels" "$trees" "$scratch" "${details[@]}"
