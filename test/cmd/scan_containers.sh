#!/bin/bash
# Archives and compressed files as other programs write them, read by the scan's own processes: honest ones
# have no finding, and a pickle that runs a command is found in each.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir -p good/dir evil/dir
printf '\x80\x02]q\x00(K\x01K\x02e.' >good/dir/a.pkl
printf 'hello\n' | tee good/b.txt >evil/b.txt
printf '{"a": [1, 2]}\n' | tee good/c.json >evil/c.json
: >good/empty
: >evil/empty
printf '\x80\x02cos\nsystem\n(X\x02\x00\x00\x00idtR.' >evil/dir/a.pkl

# Name, command: it packs what stands in the present directory into "$1".
writers=(
    "zip|zip -qr"
    "zip-without-64|zip -qr -fz-"
    "zip-with-64|zip -qr -fz"
    "zip-with-links|zip -qry"
    "zip-bzip2|zip -qr -Z bzip2"
    "zip-stored|zip -qr0"
    "zip-streamed|stream_zip"
    "python-zip|python3 -m zipfile -c"
    "python-zip-stored|python_zip 0"
    "python-zip-deflate|python_zip 8"
    "python-zip-bzip2|python_zip 12"
    "python-zip-lzma|python_zip 14"
    "python-zip-streamed|python_zip stream"
    "jar|jar cf"
    "tar-gnu|tar --format=gnu -cf"
    "tar-oldgnu|tar --format=oldgnu -cf"
    "tar-pax|tar --format=pax -cf"
    "tar-ustar|tar --format=ustar -cf"
    "tar-v7|tar --format=v7 -cf"
    "tar-gzip|tar -czf"
    "tar-bzip2|tar -cjf"
    "tar-xz|tar -cJf"
    "tar-zstd|tar --zstd -cf"
    "python-tar-gnu|python_tar GNU_FORMAT w"
    "python-tar-pax|python_tar PAX_FORMAT w"
    "python-tar-ustar|python_tar USTAR_FORMAT w:gz"
    "7z|seven"
    "7z-copy|seven -m0=Copy"
    "7z-lzma|seven -m0=LZMA"
    "7z-deflate|seven -m0=Deflate"
    "7z-bzip2|seven -m0=BZip2"
    "7z-plain-list|seven -mhc=off"
    "7z-apart|seven -ms=off"
    "7z-delta|seven -m0=Delta:4 -m1=LZMA"
)

# The arguments come before the archive's name, and the files behind it.
stream_zip() { zip -qr - "${@:2}" >"$1"; }
seven() { 7z a -bso0 -bsp0 "$@"; }

cat >"$HOME/pack.py" <<'PY'
import io
import os
import sys
import tarfile
import zipfile


class Pipe(io.RawIOBase):
    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


kind, how = sys.argv[1:3]
if kind == "zip":
    name, paths = sys.argv[3], sys.argv[4:]
    with open(name, "wb") as file:
        target = Pipe(file) if how == "stream" else file
        with zipfile.ZipFile(target, "w", 8 if how == "stream" else int(how)) as out:
            for path in paths:
                for folder, _, files in os.walk(path) if os.path.isdir(path) else [(".", [], [path])]:
                    for each in files:
                        out.write(os.path.join(folder, each))
else:
    mode, name, paths = sys.argv[3], sys.argv[4], sys.argv[5:]
    with tarfile.open(name, mode, format=getattr(tarfile, how)) as out:
        for path in paths:
            out.add(path)
PY
python_zip() { python3 "$HOME/pack.py" zip "$@"; }
python_tar() { python3 "$HOME/pack.py" tar "$@"; }

ln -s b.txt good/link
ln -s b.txt evil/link
for row in "${writers[@]}"; do
    IFS='|' read -r name command <<<"$row"
    program=${command%% *}
    [ "$program" != seven ] || program=7z
    [ "$program" != stream_zip ] || program=zip
    if ! type "$program" >/dev/null 2>&1; then
        skip 2 "$program is not installed"
        continue
    fi
    # shellcheck disable=SC2086 # a command and its arguments
    (cd good && $command "$tmp/good-$name" -- dir b.txt c.json empty link 2>/dev/null) ||
        (cd good && $command "$tmp/good-$name" dir b.txt c.json empty link)
    # shellcheck disable=SC2086
    (cd evil && $command "$tmp/evil-$name" -- dir b.txt c.json empty link 2>/dev/null) ||
        (cd evil && $command "$tmp/evil-$name" dir b.txt c.json empty link)
    for file in good evil; do
        [ -e "$file-$name" ] || mv "$file-$name".* "$file-$name" # zip and 7z add an ending
    done
    run "$SW_BIN" scan --json "good-$name"
    is "$name: honest files have no finding" "$rc $(jq -r '.verdict, ([.files[].findings[]] | length)' <<<"$out" | tr '\n' ' ')" "0 clean 0 "
    run "$SW_BIN" scan --json "evil-$name"
    is "$name: the pickle is found" "$rc $(jq -r '[.files[].findings[].why | select(test("os.system"))] | length' <<<"$out")" "1 1"
done

# One file alone, as joblib and users write it.
for packer in gzip bzip2 xz "xz --format=lzma" zstd lz4 "lz4 -l"; do
    $packer -c <good/dir/a.pkl >a.packed 2>/dev/null
    $packer -c <evil/dir/a.pkl >b.packed 2>/dev/null
    expect "$packer: an honest pickle" 0 "$SW_BIN" scan a.packed
    expect "$packer: a pickle that runs a command" 1 "$SW_BIN" scan b.packed
    like "$packer: it is named" "$out" 'calls os\.system'
done

# What no reader opens.
(cd evil && 7z a -bso0 -bsp0 -psecret "$tmp/secret.7z" dir)
expect "an encrypted 7z is no evidence" 3 "$SW_BIN" scan secret.7z
like "and says so" "$out" 'encrypted'

# A bomb is no evidence, and the rest of the scan goes on.
mkdir bombs
head -c 2G /dev/zero | zstd -q -c >bombs/a.zst
(cd bombs && zip -q b.zip a.zst && tar -czf c.tgz a.zst)
expect "bombs are no evidence" 3 "$SW_BIN" scan bombs
is "each says why" "$(grep -c 'unpacks to more than' "$tmp.out")" 3
cp evil/dir/a.pkl bombs/
expect "the file beside them is read" 1 "$SW_BIN" scan bombs
like "and what is in it found" "$out" 'a\.pkl.*calls os\.system'
done_testing
