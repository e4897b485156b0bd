#!/bin/bash
# Scanning files of tensors with all their numbers, alone and in the pass of a seal, beside openssl's
# SHA-256 of the same bytes and beside only reading them.
. "${SW_SOURCE:-.}/bench/lib.sh"
need openssl python3

program=$SW_BUILD/bench-weights
megabytes=500
"$SW_BIN" init >/dev/null
for dtype in BF16 F32 F16 I8; do
    "$program" make "$dtype" "$megabytes" model.safetensors
    gigabytes=$(calc "$(stat -c %s model.safetensors) / 1e9")
    measure -n 3 "$SW_BIN" scan model.safetensors :: \
        "$SW_BIN" seal --threads 1 --signature model.sig model.safetensors :: \
        openssl dgst -sha256 model.safetensors :: "$program" read model.safetensors
    compare "scan with profile, $dtype" "$(calc "$gigabytes / ${cpu[0]}")" "GB/CPU s" \
        "${cpu[0]}" "${cpu[2]}" "openssl dgst" "<= 0.75"
    compare "second read of the bytes, $dtype" "${cpu[3]}" "CPU s" "${cpu[3]}" "${cpu[0]}" "the scan" "<= 0.4"
    compare "seal with profile, $dtype" "$(calc "$gigabytes / ${cpu[1]}")" "GB/CPU s" \
        "${cpu[1]}" "${cpu[2]}" "openssl dgst" "<= 1.75"
    limit "hash, structure and profile, $dtype" "$(calc "$gigabytes / ${cpu[1]}")" "GB/CPU s" ">= 0.9"
    limit "seal with profile, $dtype, memory" "$(calc "${rss[1]} / 1000")" MB "<= 64"
done

# A torch archive of 200 MB: a pickle that names nothing, and one storage.
python3 - model.safetensors <<'PY'
import sys
import zipfile

with zipfile.ZipFile("model.pt", "w") as archive:
    archive.writestr("archive/data.pkl", b"\x80\x02}.")
    with open(sys.argv[1], "rb") as f:
        archive.writestr("archive/data/0", f.read(200_000_000))
PY
gigabytes=$(calc "$(stat -c %s model.pt) / 1e9")
measure -n 3 "$SW_BIN" scan model.pt :: "$SW_BIN" seal --threads 1 --signature model.sig model.pt :: \
    openssl dgst -sha256 model.pt
compare "scan, torch archive of 200 MB" "$(calc "$gigabytes / ${cpu[0]}")" "GB/CPU s" \
    "${cpu[0]}" "${cpu[2]}" "openssl dgst" "<= 0.75"
limit "hash and structure, torch archive" "$(calc "$gigabytes / ${cpu[1]}")" "GB/CPU s" ">= 0.9"
