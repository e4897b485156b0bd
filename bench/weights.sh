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

# A torch archive of 200 MB: a pickle that names fifty tensors, each in its storage; stored, as torch.save()
# does it, and compressed, as only others do.
"$program" make BF16 200 model.safetensors
python3 - model.safetensors <<'PY'
import struct
import sys
import zipfile

COUNT, BYTES = 50, 4_000_000


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value):
    return b"J" + struct.pack("<i", value)


def tensor(i):
    storage = b"(" + text("storage") + b"ctorch\nBFloat16Storage\n" + text(str(i)) + text("cpu")
    storage += number(BYTES // 2) + b"tQ"
    shape = number(2000) + number(1000) + b"\x86"
    stride = number(1000) + number(1) + b"\x86"
    call = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(0) + shape + stride
    return text(f"layers.{i}.weight") + call + b"\x89ccollections\nOrderedDict\n)RtR"


with open(sys.argv[1], "rb") as f:
    data = f.read()[-COUNT * BYTES:]
pickle = b"\x80\x02}(" + b"".join(tensor(i) for i in range(COUNT)) + b"u."
for path, method in (("model.pt", zipfile.ZIP_STORED), ("packed.pt", zipfile.ZIP_DEFLATED)):
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
        archive.writestr("archive/data.pkl", pickle)
        for i in range(COUNT):
            archive.writestr(f"archive/data/{i}", data[i * BYTES:(i + 1) * BYTES])
PY
gigabytes=$(calc "$(stat -c %s model.pt) / 1e9")
measure -n 5 "$SW_BIN" scan model.pt :: "$SW_BIN" seal --threads 1 --signature model.sig model.pt :: \
    openssl dgst -sha256 model.pt :: "$SW_BIN" scan packed.pt :: "$SW_BIN" scan --tensors model.pt
compare "scan with profile, torch archive of 200 MB" "$(calc "$gigabytes / ${cpu[0]}")" "GB/CPU s" \
    "${cpu[0]}" "${cpu[2]}" "openssl dgst" "<= 0.75"
limit "hash, structure and profile, torch archive" "$(calc "$gigabytes / ${cpu[1]}")" "GB/CPU s" ">= 0.9"
limit "seal with profile, torch archive, memory" "$(calc "${rss[1]} / 1000")" MB "<= 64"
compare "scan with a digest of each tensor, torch archive" "$(calc "$gigabytes / ${cpu[4]}")" "GB/CPU s" \
    "${cpu[4]}" "${cpu[2]}" "openssl dgst" "<= 1.75"
compare "scan with profile, compressed torch archive, of what comes out" "$(calc "$gigabytes / ${cpu[3]}")" "GB/CPU s" \
    "${cpu[3]}" "${cpu[0]}" "the same, stored" "<= 30"
