#!/bin/bash
# `run --protect verity` on a file system that has fs-verity, under a kernel of its own: qemu boots the newest
# of Debian's kernels in /boot with sealwright in its initramfs. Needs qemu-system-x86, a linux-image, busybox-static,
# fsverity and e2fsprogs. SW_SOAK_ROUNDS (100) says how often a command is started while files are swapped.
. "${SW_SOURCE:-.}/bench/lib.sh"
need qemu-system-x86_64 busybox cpio fsverity mkfs.ext4 debugfs

kernel=$(find /boot -name 'vmlinuz-*' | sort -V | tail -n 1)
loop=$(find "/lib/modules/${kernel##*/vmlinuz-}" -name 'loop.ko*' 2>/dev/null | head -n 1)
if [ ! -r "$kernel" ] || [ "${loop%.ko}" = "$loop" ]; then
    echo "soak_verity: skipped, there is no kernel of Debian's in /boot"
    exit 0
fi

# program PATH…: into the initramfs, with the libraries that it needs.
program() {
    local path file
    for path; do
        cp "$path" root/bin/
        while read -r file; do
            mkdir -p "root${file%/*}"
            cp -L "$file" "root$file"
        done < <(ldd "$path" 2>/dev/null | grep -oE '/[^ ]+' || true)
    done
}

mkdir -p root/bin root/proc root/sys root/dev root/tmp root/etc root/m
program "$SW_BIN" "$(command -v busybox)" "$(command -v fsverity)" "$(command -v mkfs.ext4)" "$(command -v debugfs)"
cp "$loop" root/loop.ko
"$SW_BUILD/bench-weights" make F32 8 root/model.safetensors
echo 'root:x:0:0:root:/:/bin/sh' >root/etc/passwd
echo "${SW_SOAK_ROUNDS:-100}" >root/rounds
cat >root/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
insmod /loop.ko
echo
count=0 bad=0
is() { # NAME GOT EXPECTED
    count=$((count + 1))
    [ "$2" = "$3" ] && echo "ok $count - $1" && return
    bad=$((bad + 1))
    echo "not ok $count - $1: got $2, expected $3"
    cat /tmp/said
}
says() { # NAME WORDS: the last command said them
    grep -qF -- "$2" /tmp/said
    is "$1" $? 0
}
run() { sealwright run --model m "$@" >/tmp/said 2>&1; }

truncate -s 64M /tmp/disk
mkfs.ext4 -q -b 4096 -O verity /tmp/disk
mount -o loop /tmp/disk /m || echo "not ok - a file system with fs-verity"
cd /m
sealwright init >/dev/null
mkdir m
cp /model.safetensors m/
echo '{}' >m/config.json
cp -r m /tmp/good
sealwright seal m >/tmp/said 2>&1
is "seal" $? 0
run --protect verity -- true
is "without fs-verity" $? 4
says "says what is missing" "has no fs-verity"
for file in m/*; do fsverity enable "$file"; done
sealwright doctor >/tmp/said 2>&1
run -- cmp m/model.safetensors /tmp/good/model.safetensors
is "the command reads what was signed" $? 0
says "verity is chosen where all files have it" "verity"
echo more 2>/dev/null >>m/model.safetensors
isnt=$?
is "nobody writes to it" "$([ $isnt -ne 0 ] && echo refused)" refused

# Another file, with and without fs-verity.
mv m/config.json away
echo '{"other": 1}' >m/config.json
run --protect verity -- true
is "another file without it" $? 4
fsverity enable m/config.json
run --protect verity -- true
is "another file with it" $? 1
mv -f away m/config.json

# Below the file system: one byte of the middle, while the command runs and nothing is cached.
run -- sh -c 'cat m/model.safetensors >/tmp/read && echo first >/tmp/state
    until [ -e /tmp/changed ]; do sleep 0.1; done
    cat m/model.safetensors >/tmp/read2; echo $? >/tmp/state2' &
pid=$!
until [ -e /tmp/state ]; do sleep 0.1; done
sync
block=$(debugfs -R 'blocks m/model.safetensors' /tmp/disk 2>/dev/null | tr ' ' '\n' | sed -n 1000p)
printf X | dd of=/dev/loop0 bs=1 seek=$((block * 4096 + 7)) conv=notrunc 2>/dev/null
sync
echo 3 >/proc/sys/vm/drop_caches
touch /tmp/changed
wait $pid
cmp /tmp/read /tmp/good/model.safetensors
is "it was read before" $? 0
is "a byte changed on the disk cannot be read" "$([ "$(cat /tmp/state2)" != 0 ] && echo refused)" refused
cmp -n "$(stat -c %s /tmp/read2)" /tmp/read2 /tmp/good/model.safetensors
is "what came before it is right" $? 0
run --protect verity -- true
is "nor is it admitted" $? 4

# Swapped in a loop: good and bad ones, all with fs-verity.
rm m/model.safetensors
cp /tmp/good/model.safetensors m/model.safetensors
cp /tmp/good/model.safetensors bad
printf X | dd of=bad bs=1 seek=4000000 conv=notrunc 2>/dev/null
fsverity enable m/model.safetensors
fsverity enable bad
ln m/model.safetensors good
(while :; do
    ln -f bad swap && mv -f swap m/model.safetensors
    usleep $((RANDOM % 100000))
    ln -f good swap && mv -f swap m/model.safetensors
    usleep $((RANDOM * 50))
done) 2>/dev/null &
swapper=$!
wrong=0 right=0 refused=0
for i in $(seq "$(cat /rounds)"); do
    run --protect verity --distinct-status -- cmp -s m/model.safetensors /tmp/good/model.safetensors
    case $? in
    0) right=$((right + 1)) ;;
    1 | 2) wrong=$((wrong + 1)) ;; # of cmp, not of sealwright
    *) refused=$((refused + 1)) ;;
    esac
done
kill $swapper
is "swapped: a wrong byte was never read" $wrong 0
echo "swapped: $right right, $refused refused, $wrong wrong"
echo "1..$count, $bad failed"
echo "done $bad"
poweroff -f
INIT
chmod +x root/init
(cd root && find . | cpio -o -H newc 2>/dev/null | gzip -1) >initramfs
timeout 900 qemu-system-x86_64 -accel tcg -m 1024 -smp 2 -nographic -no-reboot -kernel "$kernel" \
    -initrd initramfs -append "console=ttyS0 quiet panic=-1" </dev/null >said 2>&1 || true
grep -a -E '^(ok|not ok|swapped|1\.\.)' said | tr -d '\r' || true
grep -aq '^done 0' said || {
    tail -n 30 said
    echo "soak_verity: failed"
    exit 1
}
