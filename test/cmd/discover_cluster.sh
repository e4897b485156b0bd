# Objects of Kubernetes, as kubectl prints them: what is declared, what was observed, and no secret.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

digest=sha256:$(printf '0123456789abcdef%.0s' 1 2 3 4)
cat >all.yaml <<YAML
apiVersion: v1
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: llm
    namespace: prod
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"x":"sk-proj-AbCdEfGh1234567890AbCdEfGh1234567890AbCdEf12"}
  spec:
    template:
      spec:
        containers:
        - name: vllm
          image: vllm/vllm-openai:v0.6.0
          args: ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--api-key", "hunter1"]
          env:
          - name: HF_TOKEN
            valueFrom:
              secretKeyRef: {name: hf, key: token}
          resources:
            limits:
              nvidia.com/gpu: "2"
- apiVersion: v1
  kind: Pod
  metadata:
    name: llm-abc
    namespace: prod
  spec:
    containers:
    - image: vllm/vllm-openai:v0.6.0
      name: vllm
  status:
    containerStatuses:
    - image: docker.io/vllm/vllm-openai:v0.6.0
      imageID: docker.io/vllm/vllm-openai@$digest
      name: vllm
- apiVersion: v1
  kind: Secret
  metadata:
    name: keys
    namespace: prod
  data:
    OPENAI_API_KEY: c2stc2VjcmV0LXZhbHVl
    other: aHVudGVyMg==
  stringData:
    MODEL_ID: hunter2/hunter2
- apiVersion: v1
  kind: Service
  metadata:
    name: vllm-svc
    namespace: prod
  spec:
    selector:
      app: vllm
    ports:
    - port: 8000
- apiVersion: v1
  kind: Service
  metadata:
    name: web
    namespace: prod
  spec:
    selector:
      app: web
    ports:
    - port: 8000
- apiVersion: v1
  kind: Service
  metadata:
    name: ext
  spec:
    type: ExternalName
    externalName: api.anthropic.com
kind: List
metadata:
  resourceVersion: ""
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: sk, namespace: ml}
spec:
  predictor:
    model:
      modelFormat: {name: huggingface}
      storageUri: hf://Qwen/Qwen2.5-7B-Instruct
---
apiVersion: v1
kind: Node
metadata:
  name: gpu1
  labels:
    nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB
status:
  capacity:
    habana.ai/gaudi: "8"
    amd.com/gpu: "0"
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cfg, namespace: prod}
data:
  mcp.json: |
    {"mcpServers": {"gh": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-github", "hunter3"]}}}
  MODEL_ID: mistralai/Mistral-7B-Instruct-v0.3
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r}
subjects:
- kind: ServiceAccount
  name: x
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - image: ollama/ollama:0.3
            env: [{name: OPENAI_API_KEY, value: hunter4}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ollama, namespace: prod}
spec:
  rules:
  - host: chat.example.com
---
apiVersion: kagent.dev/v1alpha1
kind: MCPServer
metadata: {name: tools, namespace: prod}
spec: {deployment: {cmd: npx}}
YAML
run "$SW_BIN" discover --k8s all.yaml --json
cp "$tmp.out" yaml.json
exits "a list and documents" 0
documented "every member" discover
unlike "no value of a secret, a variable or an argument" "$out" "hunter[1234]|c2stc2|aHVudG|AbCdEf"
kind() { jq -r --arg kind "$1" '[.entities[] | select(.kind == $kind) | .name] | join(", ")' "${2:-yaml.json}"; }
is "models" "$(kind model)" "Qwen/Qwen2.5-7B-Instruct, meta-llama/Llama-3.1-8B-Instruct, mistralai/Mistral-7B-Instruct-v0.3"
is "containers" "$(kind container)" "ollama/ollama, vllm/vllm-openai"
is "endpoints of servers, and of nothing else" "$(kind endpoint)" "chat.example.com, vllm-svc.prod.svc:8000"
is "accelerators that are asked for or there" "$(kind accelerator)" "Intel Gaudi, NVIDIA GPU"
is "services" "$(kind service)" Anthropic
is "servers of MCP" "$(kind mcp-server)" "gh, tools"
is "kinds of others" "$(kind tool)" "KServe, kagent"
is "names of credentials" "$(kind credential)" "HF_TOKEN, OPENAI_API_KEY"
json "the digest that runs" '.entities[] | select(.name == "vllm/vllm-openai") | "\(.version) \(.digest)"' "v0.6.0 $digest"
json "what a status says was observed, what a specification says is declared" \
    '.entities[] | select(.name == "vllm/vllm-openai") | [.evidence[] | "\(.signal) \(.grade) \(.namespace)/\(.objectKind)/\(.objectName)"] | join(", ")' \
    "container-image declared prod/Deployment/llm, container-image declared prod/Pod/llm-abc, kubernetes-status observed prod/Pod/llm-abc"
json "lines are those of the file" '.entities[] | select(.name == "Qwen/Qwen2.5-7B-Instruct") | .evidence[0].line' \
    "$(grep -n hf:// all.yaml | cut -d: -f1)"
json "objects are counted" '.coverage.sources[0] | "\(.kind) \(.form) \(.records) \(.understood)"' "cluster yaml 13 13"
json "and all is looked at" '.coverage.notLookedAt | length' 0

if python3 -c 'import yaml' 2>/dev/null; then
    python3 -c '
import json, yaml
docs = list(yaml.safe_load_all(open("all.yaml")))
json.dump({"apiVersion": "v1", "kind": "List", "items": docs[0]["items"] + docs[1:]}, open("all.json", "w"), indent=4)'
    run "$SW_BIN" discover --k8s - --json <all.json
    json "JSON from standard input is the same" '[.entities[] | "\(.kind) \(.name) \(.digest)"] | join(";")' \
        "$(jq -r '[.entities[] | "\(.kind) \(.name) \(.digest)"] | join(";")' yaml.json)"
    unlike "without secrets, too" "$out" "hunter[1234]|c2stc2|aHVudG|AbCdEf"
else
    skip 2 "no yaml for Python"
fi

# --- what is none ---

echo 'just: text' >text.yaml
run "$SW_BIN" discover --k8s text.yaml --json
json "what has no kind is told" '.coverage.notLookedAt[0].why' "objects without a kind and a version"
: >empty.yaml
run "$SW_BIN" discover --k8s empty.yaml --json
json "nothing is told" '.coverage.notLookedAt[0].why' "files without objects of a cluster"
{ printf '{"kind":"List","items":'; printf '[%.0s' {1..500}; } >deep.json
run "$SW_BIN" discover --k8s deep.json --json
exits "brackets without end" 0
json "are told" '.coverage.notLookedAt[0].why' "objects of a cluster that cannot be read"
{ echo 'kind: List'; echo 'items:'; awk 'BEGIN { for (i = 0; i < 20000; i++) print "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p" i "}\n  spec: {containers: [{image: \"ollama/ollama:1\", env: [{name: A, value: b}]}]}" }'; } >many.yaml
run "$SW_BIN" discover --k8s many.yaml --json
json "many objects" '"\(.coverage.sources[0].records) \(.entities[0].seen)"' "20000 20000"
head -c 200000 /dev/urandom >random.yaml
run "$SW_BIN" discover --k8s random.yaml --json
exits "bytes of any kind" 0
expect "no such file" 4 "$SW_BIN" discover --k8s none.yaml
expect "standard input twice" 2 "$SW_BIN" discover --k8s - --logs -
mkdir app
echo 'import anthropic; c = "https://api.anthropic.com"' >app/main.py
echo '1286536308.779 180 10.0.0.1 TCP_MISS/200 4 CONNECT api.anthropic.com:443 - HIER_DIRECT/1 -' >squid.log
run "$SW_BIN" discover --k8s all.yaml --logs squid.log app --json
json "trees, clusters and logs are one inventory" '.entities[] | select(.name == "Anthropic") | [.evidence[].file] | unique | join(" ")' \
    "all.yaml main.py squid.log"
done_testing
