#!/bin/bash
# Loading only verified bytes: into memory, against a program that reads into memory as well and hashes there
# (what memory costs that is had for the first time depends on the machine, so the figure against a hash that
# keeps nothing stands beside it); into sealed files; and a command that runs on a copy in memory, against
# admitting the model.
. "${SW_SOURCE:-.}/bench/lib.sh"
need openssl

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
mkdir model
for i in 1 2; do
    head -c 536870912 /dev/urandom >"model/weights-$i.bin"
done
cat model/* >/dev/null # from here on they are in the page cache
"$SW_BIN" sign --private-key key.pem --signature model.sig model >/dev/null
load=$SW_BUILD/bench-load
files=(model/weights-1.bin model/weights-2.bin)
measure "$load" hash "${files[@]}" :: "$load" plain "${files[@]}" :: \
    "$load" load model model.sig key.pub :: "$load" seal model model.sig key.pub
compare "verified load, 1 GiB into memory" "${cpu[2]}" "CPU s" "${cpu[2]}" "${cpu[1]}" "hashing in memory" "<= 1.10"
compare "verified load, beside a hash that keeps nothing" "${cpu[2]}" "CPU s" "${cpu[2]}" "${cpu[0]}" "hashing alone" "<= 1.10"
compare "verified load, 1 GiB into sealed files" "${cpu[3]}" "CPU s" "${cpu[3]}" "${cpu[1]}" "hashing in memory" "<= 1.10"

"$SW_BIN" init >/dev/null
"$SW_BIN" seal model >/dev/null
# Only whether there are mounts: the first admission of the model scans it, too.
if "$SW_BIN" run --model model --protect copy --threads 1 -- true 2>/dev/null; then
    measure "$SW_BIN" admit --threads 1 model :: \
        "$SW_BIN" run --model model --protect copy --threads 1 -- true
    compare "run on a copy in memory, 1 GiB" "${cpu[1]}" "CPU s" "${cpu[1]}" "${cpu[0]}" "admit" "<= 1.35"
else
    echo "# run is not measured: this machine lets no mounts be made"
fi
