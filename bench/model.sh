#!/bin/bash
# Signing and verifying models: large files against openssl and against more threads, many small files
# against openssl in one process, and the cost of starting up.
. "${SW_SOURCE:-.}/bench/lib.sh"
need openssl split

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
sign=("$SW_BIN" sign --private-key key.pem)
verify=("$SW_BIN" verify --public-key key.pub)

mkdir large
for i in 1 2 3 4; do
    head -c 536870912 /dev/urandom >"large/weights-$i"
done
cat large/* >/dev/null # from here on they are in the page cache
measure "${sign[@]}" --threads 1 --signature large.sig large :: \
    "${verify[@]}" --threads 1 --signature large.sig large :: \
    openssl dgst -sha256 large/weights-1 large/weights-2 large/weights-3 large/weights-4
compare "model sign, 2 GiB in 4 files" "${cpu[0]}" "CPU s" "${cpu[0]}" "${cpu[2]}" "openssl dgst" "<= 0.95"
compare "model verify, 2 GiB in 4 files" "${cpu[1]}" "CPU s" "${cpu[1]}" "${cpu[2]}" "openssl dgst" "<= 0.95"
read -r load _ </proc/loadavg
if [ "$(calc "($load > 1.5)")" = 1 ]; then
    echo "# the machine is busy (load $load): wall time with two threads says little"
fi
measure "${verify[@]}" --threads 1 --signature large.sig large :: \
    "${verify[@]}" --threads 2 --signature large.sig large
compare "model verify, 2 GiB, two threads" "${wall[1]}" "wall s" "${wall[1]}" "${wall[0]}" "one thread" "<= 0.55"
rm -r large

mkdir small
head -c 81920000 /dev/urandom | split -b 4096 -a 5 -d - small/f
files=(small/*)
measure "${sign[@]}" --signature small.sig small :: "${verify[@]}" --signature small.sig small :: \
    openssl dgst -sha256 "${files[@]}"
compare "model sign, ${#files[@]} files of 4 KiB" "${cpu[0]}" "CPU s" "${cpu[0]}" "${cpu[2]}" "openssl dgst" "<= 1.5"
compare "model verify, ${#files[@]} files of 4 KiB" "${cpu[1]}" "CPU s" "${cpu[1]}" "${cpu[2]}" "openssl dgst" "<= 1.5"
limit "model sign, ${#files[@]} files, memory" "$(calc "${rss[0]} / 1000")" MB "<= 40"
limit "model verify, ${#files[@]} files, memory" "$(calc "${rss[1]} / 1000")" MB "<= 40"

mkdir tiny
for i in 1 2 3 4; do
    echo "$i" >"tiny/file-$i"
done
"${sign[@]}" tiny >/dev/null
measure -n 20 "${verify[@]}" tiny
limit "model verify, 4 tiny files" "$(calc "${cpu[0]} * 1000")" "CPU ms" "<= 10"
