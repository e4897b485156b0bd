# What is at work on a host: a real process with real models, and a tree that is a copy of a host.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
command -v python3 >/dev/null || skip_all "no python3"

# --- a real process ---

tensors model.safetensors 100000
cat >make.py <<'EOF2'
import struct
def text(t): return struct.pack("<Q", len(t)) + t.encode()
def pair(k, v): return text(k) + struct.pack("<I", 8) + text(v)
open("0123456789abcdef", "wb").write(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) +
    pair("general.architecture", "llama") + pair("general.name", "Tiny") + bytes(5000))
EOF2
python3 make.py
cat >serve.py <<'EOF2'
import mmap, socket, sys, time
mapped = open("model.safetensors", "rb")
area = mmap.mmap(mapped.fileno(), 0, prot=mmap.PROT_READ)
mapped.close()
held = open("0123456789abcdef", "rb")
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
with open("port.new", "w") as out:
    out.write(str(server.getsockname()[1]))
import os
os.rename("port.new", "port")
sys.stdin.read()
EOF2
mkfifo stop
OPENAI_API_KEY=sk-verysecretvalue OTHER=hunter1 python3 serve.py --model meta-llama/Llama-3.1-8B \
    --api-key sk-proj-AbCdEfGh1234567890AbCdEfGh1234567890AbCdEf12 --password=hunter2 -phunter3 hunter4 \
    --url 'https://user:hunter5@api.openai.com/v1?token=hunter6' --hunter7=x --header 'Bearer hunter8' <stop &
server=$!
exec 9>stop
while [ ! -e port ] && kill -0 $server 2>/dev/null; do sleep 0.02; done
run "$SW_BIN" discover --host --hash --json
cp "$tmp.out" host.json
exits "a host" 0
documented "every member" discover
of() { jq -r --argjson pid $server "[.entities[] | . as \$e | .evidence[] | select(.process == \$pid) | $1] | unique | join(\", \")" host.json; }
is "models that are mapped or open, whatever they are called" \
    "$(of 'select(.signal == "process-file") | "\($e.name | split("/") | last): \(.detail) \(.grade) \(.confidence)"')" \
    "0123456789abcdef: GGUF, llama, named Tiny observed 0.9, model.safetensors: safetensors observed 0.9"
is "with their digests" "$(of 'select($e.name | endswith(".safetensors")) | $e.digest')" \
    "sha256:$(sha256sum <model.safetensors | cut -d' ' -f1)"
is "and which file it is" "$(of 'select($e.name | endswith(".safetensors")) | .inode')" "$(stat -c %i model.safetensors)"
is "the port, and who listens" "$(of 'select(.signal == "listening-port") | "\($e.kind) \($e.name)"')" "endpoint python3 at port $(cat port)"
is "the model that an argument names" "$(of 'select(.signal == "process-argument" and $e.kind == "model") | $e.name')" meta-llama/Llama-3.1-8B
is "the service" "$(of 'select($e.kind == "service") | "\($e.name) \(.detail)"')" "OpenAI api.openai.com"
is "the name of the variable" "$(of 'select(.signal == "process-environment") | $e.name')" OPENAI_API_KEY
like "when it began, and its command without any value" "$(of '"\(.started) \(.command)"')" \
    "^20[0-9-]*T[0-9:]*Z python3 serve.py --model --api-key --password -p --url"
unlike "no secret of the command line or the environment" "$out" "hunter[1234568]|verysecret|AbCdEf"
run "$SW_BIN" discover --host
unlike "for people neither" "$out" "hunter[1234568]|verysecret|AbCdEf"
like "how many processes there are" "$out" "host this host: [0-9,]+ processes"
run "$SW_BIN" discover --host --json
json "without --hash no digest" '[.entities[] | select(.name | endswith("/model.safetensors")) | .digest] | join(",")' ""
exec 9>&-
wait $server
run "$SW_BIN" discover --host --json
json "and when it has ended, nothing" '[.entities[] | select(.name | endswith("/model.safetensors"))] | length' 0

# --- a copy of a host ---

r=copy
id=$(printf 'ab%.0s' {1..32})
mkdir -p $r/proc/net $r/proc/42/fd $r/proc/43/fd $r/proc/44/fd $r/proc/driver/nvidia/gpus/0000:01:00.0 $r/dev/dri $r/dev/accel \
    $r/sys/class/drm/renderD128/device $r/sys/class/drm/renderD129/device $r/sys/class/accel/accel0/device $r/etc \
    $r/var/lib/docker/containers/"$id" $r/home/ann/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/cccccccccccccccccccccccccccccccccccccccc \
    $r/home/ann/.cursor $r/srv/ollama/.ollama/models/manifests/registry.ollama.ai/library/llama3.2 $r/home/ann/.lmstudio/models/acme/tiny \
    $r/usr/lib/python3/dist-packages/torch-2.4.0.dist-info $r/usr/lib/python3/dist-packages/six-1.0.dist-info \
    $r/usr/lib/node_modules/@anthropic-ai/claude-code $r/var/lib/containers/storage/overlay-containers
echo 'btime 1700000000' | sed '1i cpu 1' >$r/proc/stat
for pid in 42 43 44; do echo "$pid (a) b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0" >$r/proc/$pid/stat; done
printf '/opt/venv/bin/python3\0/opt/venv/bin/vllm\0serve\0Qwen/Qwen2.5-7B-Instruct\0--port\0008000\0' >$r/proc/42/cmdline
printf 'HF_TOKEN=hf_secretsecret\0PATH=/bin\0' >$r/proc/42/environ
printf '0::/system.slice/docker-%s.scope\n' "$id" >$r/proc/42/cgroup
cat >$r/proc/42/maps <<'MAPS'
7f0000000000-7f0000001000 r--p 00000000 08:01 77                         /opt/venv/lib/python3.11/site-packages/torch/lib/libtorch.so
7f0000000000-7f0000001000 r--p 00000000 00:00 0
7f0000000000-7f0000001000 r--p 00000000 08:01 78                         /models/gone.safetensors (deleted)
broken
MAPS
ln -s /dev/nvidia0 $r/proc/42/fd/3
ln -s 'socket:[777]' $r/proc/42/fd/4
printf 'claude\0' >$r/proc/43/cmdline
printf '/usr/bin/editor\0/home/ann/vllm.txt\0' >$r/proc/44/cmdline
cat >$r/proc/net/tcp <<'NET'
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0 100 0 0 10 0
   1: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 778 1 0 100 0 0 10 0
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 779 1 0 100 0 0 10 0
   3: 0100007F:18BD 0100007F:0001 01 00000000:00000000 00:00000000 00000000     0        0 780 1 0 100 0 0 10 0
NET
touch $r/dev/nvidia0 $r/dev/nvidiactl $r/dev/kfd $r/dev/dri/renderD128 $r/dev/dri/renderD129 $r/dev/accel/accel0 $r/dev/null
echo 0x1002 >$r/sys/class/drm/renderD128/device/vendor
echo 0x1234 >$r/sys/class/drm/renderD129/device/vendor
echo 0x8086 >$r/sys/class/accel/accel0/device/vendor
printf 'Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ: 1\n' >$r/proc/driver/nvidia/gpus/0000:01:00.0/information
echo '{"ID":"'"$id"'","Config":{"Image":"vllm/vllm-openai:v0.6.0","Env":["TOKEN=hunter2"]}}' >$r/var/lib/docker/containers/"$id"/config.v2.json
echo '[{"id":"feedfeedfeedfeed","metadata":"{\"image-name\":\"docker.io/ollama/ollama:0.3\"}"},{"id":"x","metadata":"{"}]' \
    >$r/var/lib/containers/storage/overlay-containers/containers.json
echo '{"mcpServers":{"gh":{"command":"npx","args":["-y","@modelcontextprotocol/server-github"],"env":{"TOKEN":"hunter2"}}}}' >$r/home/ann/.cursor/mcp.json
printf 'root:x:0:0::/root:/bin/sh\nollama:x:99:99::/srv/ollama:/bin/false\nnobody:x:1:1::/:/bin/false\nbroken\n' >$r/etc/passwd
touch $r/srv/ollama/.ollama/models/manifests/registry.ollama.ai/library/llama3.2/3b
cp 0123456789abcdef $r/home/ann/.lmstudio/models/acme/tiny/tiny.gguf
echo '{"version":"1.2.3"}' >$r/usr/lib/node_modules/@anthropic-ai/claude-code/package.json

run "$SW_BIN" discover --host --root $r --json
cp "$tmp.out" host.json
exits "a copy" 0
unlike "no secret of it" "$out" "hunter2|secretsecret"
kind() { jq -r --arg kind "$1" '[.entities[] | select(.kind == $kind) | .name] | join(", ")' host.json; }
places() { jq -r --arg name "$1" '[.entities[] | select(.name == $name) | .evidence[] | "\(.signal) \(.file)"] | join(", ")' host.json; }
is "its models" "$(kind model)" "/home/ann/.lmstudio/models/acme/tiny/tiny.gguf, Qwen/Qwen2.5-7B, Qwen/Qwen2.5-7B-Instruct, llama3.2:3b"
is "in the cache of the Hub" "$(places Qwen/Qwen2.5-7B)" \
    "hub-cache /home/ann/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/cccccccccccccccccccccccccccccccccccccccc"
is "and of Ollama" "$(places llama3.2:3b)" "ollama-store /srv/ollama/.ollama/models/manifests/registry.ollama.ai/library/llama3.2/3b"
is "accelerators by their devices" "$(kind accelerator)" "AMD GPU, Intel NPU, NVIDIA GPU"
is "and who has them open" "$(places 'NVIDIA GPU')" \
    "device-open /dev/nvidia0, gpu-device /dev/nvidia0, gpu-device /proc/driver/nvidia/gpus/0000:01:00.0/information"
is "servers by their programs, and nothing that only has the name" "$(kind tool)" vLLM
is "agents" "$(kind agent)" "Claude Code"
is "the port of a server, and one that only one server uses" "$(kind endpoint)" "Ollama at port 11434, vLLM at port 8000"
is "a port alone is a guess" "$(jq -r '.entities[] | select(.name | startswith("Ollama at")) | "\(.grade) \(.confidence)"' host.json)" "inferred 0.3"
is "containers, running or not" "$(jq -r '[.entities[] | select(.kind == "container") | "\(.name) \(.version) \(.evidence[0].container) \(.evidence[0].state)"] | join(", ")' host.json)" \
    "ollama/ollama 0.3 feedfeedfeed kept, vllm/vllm-openai v0.6.0 abababababab running"
is "in which a process is" "$(jq -r '[.entities[] | select(.name == "vLLM") | .evidence[0].container] | join(",")' host.json)" abababababab
is "packages that are installed or loaded" "$(jq -r '[.entities[] | select(.kind == "library") | "\(.name) \(.version) \([.evidence[].signal] | join("+"))"] | join(", ")' host.json)" \
    "@anthropic-ai/claude-code 1.2.3 installed-package, @modelcontextprotocol/server-github null mcp-package, torch 2.4.0 process-library+installed-package"
is "servers of MCP" "$(kind mcp-server)" gh
is "names of variables" "$(kind credential)" HF_TOKEN
is "when a process began" "$(jq -r '[.entities[] | select(.name == "vLLM") | .evidence[0].started] | join(",")' host.json)" 2023-11-14T22:13:21Z
is "what is not known is told" "$(jq -r '[.coverage.notLookedAt[].why] | join(", ")' host.json)" \
    "devices for graphics of a maker that is not known"
run "$SW_BIN" discover --host --root $r --json
ok "and again the same bytes" cmp -s host.json "$tmp.out"

# --- what leads out of a copy, and what is broken ---

tensors outside.safetensors 1000
mkdir -p evil/proc/7/fd evil/home/eve/.lmstudio/models/a
echo "7 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0" >evil/proc/7/stat
printf 'llama-server\0-m\0%s\0' "$PWD/outside.safetensors" >evil/proc/7/cmdline
ln -s "$PWD/outside.safetensors" evil/proc/7/fd/3
ln -s "$PWD" evil/home/eve/.lmstudio/models/a/b
ln -s /etc/passwd evil/proc/stat
ln -s "$PWD/copy/home/ann" evil/home/ann
head -c 300000 /dev/urandom >evil/proc/7/maps
head -c 300000 /dev/urandom >evil/proc/7/cgroup
head -c 300000 /dev/urandom >evil/proc/7/environ
run "$SW_BIN" discover --host --root evil --json
exits "a copy with links out of it" 0
json "nothing outside is looked at" '[.entities[] | .name] | join(", ")' llama.cpp
chmod 000 copy/proc/42/fd
if [ "$(id -u)" = 0 ]; then
    skip 1 "root may read everything"
else
    run "$SW_BIN" discover --host --root copy --json
    json "what may not be read is told" '[.coverage.notLookedAt[].why] | any(startswith("processes of other users"))' true
fi
chmod 755 copy/proc/42/fd
expect "no such root" 4 "$SW_BIN" discover --host --root none
expect "a root of nothing" 2 "$SW_BIN" discover --root copy
expect "nothing to look at" 2 "$SW_BIN" discover
one_line_error "says so"
mkdir nothing
run "$SW_BIN" discover --host --root nothing --json
json "no processes are told" '.coverage.notLookedAt[0].why' "no processes are listed"
done_testing
