#!/bin/bash
# Loading only verified bytes, against hashing alone: into memory that is used again, into memory that is had
# for the first time (what that costs is the machine's: a program that reads into memory and hashes there
# stands beside it), and into sealed files. And a command that runs on a copy in memory, against admitting.
. "${SW_SOURCE:-.}/bench/lib.sh"
need openssl

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
mkdir model
size=134217728
header='{"w":{"dtype":"U8","shape":['$size'],"data_offsets":[0,'$size']}}'
for i in 1 2 3 4 5 6 7 8; do
    {
        # shellcheck disable=SC2059 # the length, in eight bytes
        printf "$(printf '\\x%02x' ${#header})\0\0\0\0\0\0\0%s" "$header"
        head -c $size /dev/urandom
    } >"model/weights-$i.safetensors"
done
cat model/* >/dev/null # from here on they are in the page cache
"$SW_BIN" sign --private-key key.pem --signature model.sig model >/dev/null
load=$SW_BUILD/bench-load
files=(model/*.safetensors)
measure "$load" hash "${files[@]}" :: "$load" plain "${files[@]}" :: "$load" reuse model model.sig key.pub :: \
    "$load" load model model.sig key.pub :: "$load" seal model model.sig key.pub
compare "verified load, 1 GiB" "${cpu[2]}" "CPU s" "${cpu[2]}" "${cpu[0]}" "hashing alone" "<= 1.10"
compare "verified load, 1 GiB, fresh memory" "${cpu[3]}" "CPU s" "${cpu[3]}" "${cpu[1]}" "hashing in fresh memory" "<= 1.10"
compare "verified load, 1 GiB, sealed files" "${cpu[4]}" "CPU s" "${cpu[4]}" "${cpu[1]}" "hashing in fresh memory" "<= 1.10"

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
