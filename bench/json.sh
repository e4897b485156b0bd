#!/bin/bash
# Parsing JSON: the header of a model file (one object of 60,000 names) and a bill of materials, in MB/s
# and against jansson, which refuses duplicate names, too.
. "${SW_SOURCE:-.}/bench/lib.sh"

program=$SW_BUILD/bench-json
rounds=10
peer_rounds=1

for kind in header bom; do
    "$program" make "$kind" "$kind.json"
    megabytes=$(calc "$(stat -c %s "$kind.json") / 1e6")
    measure "$program" tree "$kind.json" "$rounds" :: "$program" stream "$kind.json" "$rounds" :: \
        "$program" canonical "$kind.json" "$rounds" :: "$program" jansson "$kind.json" "$peer_rounds"
    peer=$(calc "${cpu[3]} / $peer_rounds")
    i=0
    for parser in tree stream canonical; do
        each=$(calc "${cpu[i]} / $rounds")
        rate=$(calc "$megabytes / $each")
        # The canonical form is parsed, sorted and written, where jansson only parses.
        goal="<= 0.2"
        [ "$parser" != canonical ] || goal="<= 0.5"
        [ "$parser" = canonical ] || limit "json $parser, $kind" "$rate" MB/s ">= 200"
        compare "json $parser, $kind, time" "$rate" MB/s "$each" "$peer" jansson "$goal"
        i=$((i + 1))
    done
done
