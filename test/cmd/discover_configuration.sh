# What configurations say of models, images, servers, agents and credentials; and what they must not.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# One line for each place where an entity of a kind was seen: "NAME@VERSION GRADE CONFIDENCE FILE:LINE".
seen() { # KIND
    jq -r --arg kind "$1" '.entities[] | select(.kind == $kind) | . as $e | .evidence[] |
        "\($e.name)\(if $e.version then "@" + $e.version else "" end) \(.grade) \(.confidence) \(.file):\(.line // 0)"' "$tmp.out"
}
named() { jq -r --arg kind "$1" '[.entities[] | select(.kind == $kind) | .name] | join(", ")' "$tmp.out"; } # KIND
purl() { jq -r --arg name "$1" '.entities[] | select(.name == $name) | .purl' "$tmp.out"; }                  # NAME
detail() { jq -r --arg name "$1" '[.entities[] | select(.name == $name) | .evidence[].detail] | join("; ")' "$tmp.out"; }
discover() { run "$SW_BIN" discover --json "${1:-.}"; }
tree() {
    cd "$tmp" && rm -rf tree && mkdir tree && cd tree || exit 99
}
no_duplicates() {
    is "nothing is told twice" "$(jq -r '.entities[] | .kind + " " + .name + " " + (.version // "") as $e | .evidence[] | $e + "\(.file) \(.line) \(.signal)"' "$tmp.out" | sort | uniq -d)" ""
}

# --- containers -----------------------------------------------------------------------------------
tree
mkdir -p k8s chart/templates
cat >Dockerfile <<'END'
# syntax=docker/dockerfile:1
# FROM ollama/ollama:0.1
ARG TAG=v0.6.3
ARG BASE=vllm/vllm-openai
FROM --platform=linux/amd64 ${BASE}:${TAG} AS serve
ENV HF_TOKEN="" \
    HF_MODEL_ID=mistralai/Mistral-7B-Instruct-v0.2
RUN pip install --no-cache-dir torch==2.4.0 "transformers>=4.40" \
  # requests is none of them
  && pip install requests
FROM python:3.12-slim
COPY --from=ghcr.io/huggingface/text-generation-inference:2.0.4 /x /x
FROM ${UNKNOWN}
FROM nvcr.io/nvidia/tritonserver:24.05-py3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
CMD ["vllm", "serve", "meta-llama/Llama-3.1-8B-Instruct", \
  "--speculative-model", "JackFram/llama-68m", "--dtype", "auto"]
END
cat >docker-compose.yml <<'END'
services:
  db: {image: "qdrant/qdrant:v1.9.0"}
  llm:
    image: ollama/ollama:${OLLAMA_TAG:-0.3.1}
    runtime: nvidia
    environment:
      - OPENAI_API_KEY=${OPENAI_API_KEY}
      - OPENAI_BASE_URL=http://localhost:8000/v1
      - OLLAMA_URL=http://localhost:11434/api
      - OTHER=http://localhost:11434
      - LLM_MODEL=gpt-4o-mini
    command: >
      sh -c "ollama pull llama3.2:3b
      && echo done"
  web:
    image: nginx:1.2
    labels: &labels
      model: gpt-4
  copy:
    <<: *labels
    image: registry.corp.example:5000/vllm/vllm-openai:v1
END
cat >k8s/all.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {labels: {model: llama3-blue}}
spec:
  template:
    spec:
      containers:
      - name: tgi
        image: ghcr.io/huggingface/text-generation-inference:2.0
        args:
        - --model-id
        - "BAAI/bge-large-en-v1.5"
        - --max-batch=3
        env:
        - name: MODEL_ID
          value: "intfloat/e5-large"
        - name: ANTHROPIC_API_KEY
          valueFrom: {secretKeyRef: {name: s, key: k}}
        resources:
          limits:
            nvidia.com/gpu: 2
            amd.com/gpu: "0"
---
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
spec:
  predictor:
    model:
      storageUri: hf://Qwen/Qwen2.5-7B-Instruct
---
apiVersion: v1
kind: ConfigMap
data:
  config.yaml: |
    model_list:
      - model_name: team-chat
        litellm_params:
          model: azure/chatgpt-v-2
          api_key: os.environ/AZURE_OPENAI_API_KEY
      - model_name: best
        litellm_params: {model: anthropic/claude-sonnet-4-20250514}
END
cat >k8s/kustomization.yaml <<'END'
images:
  - name: mine
    newName: milvusdb/milvus
    newTag: v2.4
END
cat >k8s/node.yaml <<'END'
spec:
  nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}
  devices:
    - /dev/kfd
    - /dev/null
END
cat >chart/values.yaml <<'END'
image:
  registry: docker.io
  repository: chromadb/chroma
  tag: "0.5.0"
model: your-org/your-model
END
cat >chart/templates/deployment.yaml <<'END'
{{- if .Values.enabled }}
spec:
  containers:
    - image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default "x" }}"
    - image: "langfuse/langfuse:{{ .Values.tag }}"
      {{- with .Values.model }}
      args: [ "--model", {{ . | quote }} ]
      {{- end }}
{{- end }}
END
discover
exits "containers are read" 0
is "images by reference, with tag" "$(seen container)" "chromadb/chroma@0.5.0 declared 0.9 chart/values.yaml:3
ghcr.io/huggingface/text-generation-inference@2.0 declared 0.9 k8s/all.yaml:9
ghcr.io/huggingface/text-generation-inference@2.0.4 declared 0.9 Dockerfile:12
langfuse/langfuse declared 0.9 chart/templates/deployment.yaml:5
milvusdb/milvus@v2.4 declared 0.9 k8s/kustomization.yaml:3
nvcr.io/nvidia/tritonserver@24.05-py3 declared 0.9 Dockerfile:14
ollama/ollama@0.3.1 declared 0.9 docker-compose.yml:4
qdrant/qdrant@v1.9.0 declared 0.9 docker-compose.yml:2
registry.corp.example:5000/vllm/vllm-openai@v1 declared 0.9 docker-compose.yml:21
vllm/vllm-openai@v0.6.3 declared 0.9 Dockerfile:5"
is "of Docker Hub" "$(purl vllm/vllm-openai)" pkg:docker/vllm/vllm-openai@v0.6.3
is "of another registry, by digest" "$(purl nvcr.io/nvidia/tritonserver)" \
    "pkg:oci/tritonserver@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef?repository_url=nvcr.io%2Fnvidia%2Ftritonserver&tag=24.05-py3"
is "models that are served, set and pulled" "$(seen model)" "BAAI/bge-large-en-v1.5 declared 0.9 k8s/all.yaml:12
JackFram/llama-68m declared 0.9 Dockerfile:16
Qwen/Qwen2.5-7B-Instruct declared 0.9 k8s/all.yaml:29
claude-sonnet-4-20250514 declared 0.9 k8s/all.yaml:41
gpt-4o-mini declared 0.9 docker-compose.yml:11
intfloat/e5-large declared 0.9 k8s/all.yaml:16
llama3.2:3b declared 0.9 docker-compose.yml:13
meta-llama/Llama-3.1-8B-Instruct declared 0.9 Dockerfile:15
mistralai/Mistral-7B-Instruct-v0.2 declared 0.9 Dockerfile:7"
is "accelerators that are asked for" "$(seen accelerator)" "AMD GPU declared 0.9 k8s/node.yaml:4
NVIDIA GPU declared 0.9 docker-compose.yml:5
NVIDIA GPU declared 0.9 k8s/all.yaml:21
NVIDIA GPU declared 0.9 k8s/node.yaml:2"
is "kinds of Kubernetes" "$(named tool): $(detail KServe)" "KServe: InferenceService"
is "this port and path is Ollama, no other is anything" "$(seen service)" "Ollama inferred 0.3 docker-compose.yml:9"
is "packages that an image installs" "$(seen library)" "torch@2.4.0 declared 0.9 Dockerfile:8
transformers declared 0.8 Dockerfile:8"
is "variables that hold keys" "$(named credential)" "ANTHROPIC_API_KEY, AZURE_OPENAI_API_KEY, HF_TOKEN, OPENAI_API_KEY"
no_duplicates

# --- MCP ------------------------------------------------------------------------------------------
tree
mkdir -p .cursor .vscode .codex .zed .continue .gemini/antigravity .roo .kiro/settings .claude other
cat >.mcp.json <<'END'
{"mcpServers": {
  "fs": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2025.1.14", "/srv"], "env": {"API_TOKEN": "s3cr3t-one", "OPENAI_API_KEY": "${OPENAI_API_KEY}"}},
  "git": {"command": "/usr/bin/uvx", "args": ["--from", "mcp-server-git==1.0", "mcp-server-git", "--token=s3cr3t-two"]},
  "remote": {"type": "http", "url": "https://user:s3cr3t-three@mcp.example.com/x?key=s3cr3t-four", "headers": {"Authorization": "Bearer s3cr3t-five"}},
  "hub": {"command": "docker", "args": ["run", "-i", "--rm", "-e", "TOKEN=s3cr3t-six", "ghcr.io/github/github-mcp-server:v1"]},
  "none": {"note": 1}
}}
END
cat >.vscode/settings.json <<'END'
{ // with a comment, and a comma too many
  "editor.tabSize": 4,
  "mcp": { "inputs": [], "servers": { "browser": { "command": "npx", "args": ["@playwright/mcp@latest"], }, } },
}
END
echo '{"servers": {"code": {"url": "https://code.example.com/mcp/"}}}' >.vscode/mcp.json
echo '{"servers": {"web-1": {"url": "https://web.example.com/"}}}' >other/mcp.json
cat >.codex/config.toml <<'END'
model = "gpt-5-codex"
[mcp_servers.docs]
command = "uvx"
args = ["docs-server"]
env = { "DOCS_KEY" = "s3cr3t-seven" }
[mcp_servers."two words"]
url = "https://two.example.net"
END
echo '{"context_servers": {"zed": {"command": {"path": "pg-mcp", "args": ["s3cr3t-eight"], "env": {"DB": "s3cr3t-nine"}}}}}' >.zed/settings.json
echo '{"mcp": {"open": {"type": "local", "command": ["bun", "x", "mine"], "environment": {"A_B": "s3cr3t-ten"}}}, "model": "anthropic/claude-sonnet-4-5"}' >opencode.json
printf 'mcpServers:\n  - name: cont\n    command: npx\n    args:\n      - "-y"\n      - "@acme/mcp"\n' >.continue/config.yaml
echo '{"mcpServers": {"anti": {"serverUrl": "https://ag.example.com/sse"}}}' >.gemini/antigravity/mcp_config.json
for file in .gemini/settings.json .roo/mcp.json .kiro/settings/mcp.json .cursor/mcp.json .claude/settings.json cline_mcp_settings.json claude_desktop_config.json mcp_config.json; do
    echo '{"mcpServers": {"everywhere": {"command": "serve-it"}}}' >"$file"
done
cat >.claude.json <<'END'
{"projects": {"/srv/x": {"mcpServers": {"deep": {"command": "C:\\bin\\deep.exe"}}}}}
END
discover
is "servers of all clients" "$(named mcp-server)" \
    "anti, browser, code, cont, deep, docs, everywhere, fs, git, hub, open, remote, two words, zed"
is "with client, program and variables" "$(detail fs)" "Claude Code, command npx, variables API_TOKEN OPENAI_API_KEY"
is "with the host alone" "$(detail remote)" "Claude Code, host mcp.example.com"
is "each client by its name" "$(detail everywhere)" \
    "Claude Code, command serve-it; Cursor, command serve-it; Gemini CLI, command serve-it; Kiro, command serve-it; Roo Code, command serve-it; Claude Desktop, command serve-it; Cline, command serve-it; Windsurf, command serve-it"
is "Windows, Zed, Codex, Antigravity" "$(detail deep), $(detail zed), $(detail docs), $(detail anti)" \
    "Claude Code, command deep.exe, Zed, command pg-mcp, variables DB, Codex, command uvx, variables DOCS_KEY, Antigravity, host ag.example.com"
is "declared, with a digest" "$(jq -r '[.entities[] | select(.kind == "mcp-server") | "\(.grade) \(.confidence) \(.digest[:7])"] | unique | join(", ")' "$tmp.out")" "declared 0.95 sha256:"
is "packages that they are" "$(seen library)" "@acme/mcp declared 0.95 .continue/config.yaml:2
@acme/mcp declared 0.8 .continue/config.yaml:6
@modelcontextprotocol/server-filesystem@2025.1.14 declared 0.8 .mcp.json:2
@modelcontextprotocol/server-filesystem@2025.1.14 declared 0.95 .mcp.json:2
@playwright/mcp declared 0.8 .vscode/settings.json:3
@playwright/mcp declared 0.95 .vscode/settings.json:3
docs-server declared 0.95 .codex/config.toml:2
mcp-server-git@1.0 declared 0.8 .mcp.json:3
mcp-server-git@1.0 declared 0.95 .mcp.json:3"
is "and images" "$(seen container)" "ghcr.io/github/github-mcp-server@v1 declared 0.9 .mcp.json:5"
is "models of clients" "$(named model)" "claude-sonnet-4-5, gpt-5-codex"
is "an address of no AI is no service" "$(named service)" ""
unlike "no value of any" "$out$err" s3cr3t
no_duplicates
discover .mcp.json
was=$(jq -r '.entities[] | select(.name == "git") | .digest' "$tmp.out")
sed -i s/s3cr3t-two/s3cr3t-new/ .mcp.json
discover .mcp.json
isnt "another argument is another digest" "$(jq -r '.entities[] | select(.name == "git") | .digest' "$tmp.out")" "$was"

# --- agents ---------------------------------------------------------------------------------------
tree
mkdir -p .github/workflows .claude/agents skills/pdf .well-known sub .cursor/rules
printf -- '---\nname: pdf-tools\ndescription: x\n---\n# PDF\n' >skills/pdf/SKILL.md
printf -- '---\nname: reviewer\nmodel: claude-sonnet-4-5\n---\nReview.\n' >.claude/agents/review.md
for file in AGENTS.md sub/AGENTS.md CLAUDE.md GEMINI.md .cursorrules .windsurfrules .github/copilot-instructions.md .cursor/rules/a.mdc; do
    echo "Be kind. Use gpt-4 and https://api.openai.com." >"$file"
done
echo '{"name": "Weather", "url": "https://x.example", "skills": [], "capabilities": {}}' >.well-known/agent-card.json
echo '{"name": "No card"}' >agent.json
printf 'name: Summary\nmodel: openai/gpt-4o-mini\nmessages: []\n' >sum.prompt.yml
printf -- '---\nname: Question\nmodel:\n  api: chat\n  configuration:\n    azure_deployment: gpt-4o\n---\nsystem:\n' >q.prompty
cat >.github/workflows/ci.yml <<'END'
on: push
jobs:
  x:
    container: pytorch/pytorch:2.4.1
    steps:
      - uses: actions/checkout@v4
      - uses: anthropics/claude-code-action@v1
        with:
          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
          model: claude-opus-4
      - uses: openai/codex-action@0123456789abcdef0123456789abcdef01234567 # v1
      - run: |
          pip install openai==1.2.3
          npm install -g @anthropic-ai/claude-code@1.0.3
          python x.py --model gpt-4o
END
discover
is "agents" "$(named agent)" "Weather, anthropics/claude-code-action, openai/codex-action, reviewer"
is "of CI, with their version" "$(purl anthropics/claude-code-action)" pkg:githubactions/anthropics/claude-code-action@v1
is "prompts and instructions" "$(named prompt)" \
    ".cursor/rules/a.mdc, .cursorrules, .github/copilot-instructions.md, .windsurfrules, AGENTS.md, CLAUDE.md, GEMINI.md, Question, Summary, pdf-tools, sub/AGENTS.md"
is "with the digest of their text" "$(jq -r '.entities[] | select(.name == "AGENTS.md") | .digest' "$tmp.out")" "sha256:$(sha256sum AGENTS.md | cut -d' ' -f1)"
is "models of agents and prompts" "$(seen model)" "claude-opus-4 declared 0.9 .github/workflows/ci.yml:10
claude-sonnet-4-5 declared 0.9 .claude/agents/review.md:3
gpt-4o declared 0.9 .github/workflows/ci.yml:15
gpt-4o declared 0.9 q.prompty:6
gpt-4o-mini declared 0.9 sum.prompt.yml:2"
is "packages of CI" "$(seen library)" "@anthropic-ai/claude-code@1.0.3 declared 0.9 .github/workflows/ci.yml:14
openai@1.2.3 declared 0.9 .github/workflows/ci.yml:13"
is "prose is no service" "$(named service)" ""
no_duplicates

# --- clouds, variables, keys ----------------------------------------------------------------------
tree
cat >main.tf <<'END'
resource "aws_bedrockagent_agent" "support" {
  foundation_model = "anthropic.claude-3-5-sonnet-20240620-v1:0"
  # model_id = "gpt-4"
}
resource "aws_s3_bucket" "b" { bucket = "gpt-4o" }
data "google_vertex_ai_index" "docs" {}
resource "azurerm_cognitive_deployment" "chat" {
  model {
    name = "gpt-4o"
  }
}
resource "aws_ecs_task_definition" "t" {
  image = "vllm/vllm-openai:v0.5.0"
}
END
printf 'Resources:\n  Agent:\n    Type: AWS::Bedrock::Agent\n    Properties:\n      FoundationModel: anthropic.claude-3-haiku-20240307-v1:0\n  Bucket: {Type: "AWS::S3::Bucket"}\n' >stack.yaml
hf=hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ12345678
ant=sk-ant-api03-$(printf 'Ab3-xY9_%.0s' 1 2 3 4 5 6 7 8 9 10 11 12)QQAA
old=sk-aBcDeFgHiJkLmNoPqRsT3BlbkFJuVwXyZ0123456789abcdE
goog=AIzaSyA1b2C3d4E5f6G7h8I9j0KaLbMcNdOePfQ
groq=gsk_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkLmNoP
cat >.env <<END
# MISTRAL_API_KEY=
#OLD=$old
HF_TOKEN=$hf
export CHAT_MODEL="gpt-4o-mini"
GEMINI_API_KEY='$goog'
MP3=https://storage.googleapis.com/x.mp3
VERTEX=https://us-central1-aiplatform.googleapis.com/v1
BASE=https://token@api.groq.com/openai/v1
PLACE=sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
SHORT=hf_abc
MODEL=string
LLM=3.46
MY_MODEL=path/to/model
END
printf 'docker run --gpus all -e HF_MODEL_ID=tiiuae/falcon-7b -e K=%s ghcr.io/huggingface/text-generation-inference:1.4\nollama run mistral\n# ollama run llama2\n' "$groq" >run.sh
printf '{"mcpServers": {"%s": {"command": "%s", "url": "https://%s.example.com"}}, "x": "%s", "model": "%s"}' "$ant" "$ant" "$ant" "$old" "$hf" >leak.json
printf -- '---\nname: %s\n---\n' "$ant" >SKILL.md
printf 'model = gpt-4o\nopenai.chat.model=gpt-4.1\ncolor: red\n' >application.properties
cat >axolotl.yml <<'END'
base_model: NousResearch/Llama-3.2-1B
datasets:
  - path: tatsu-lab/alpaca
    type: alpaca
  - path: data/train.jsonl
END
printf 'services: {app: {models: [llm]}}\nmodels:\n  llm:\n    model: ai/smollm2:360M-Q4_K_M\n' >compose.yaml
printf 'llm:\n  model: openrouter/anthropic/claude-x\n  model_name: openrouter/meta-llama/llama-3.1-70b-instruct\n' >router.yaml
discover
is "datasets of a training" "$(seen dataset)" "tatsu-lab/alpaca declared 0.9 axolotl.yml:3"
is "services of clouds" "$(jq -r '.entities[] | select(.kind == "service") | .name + ": " + ([.evidence[].detail] | join(", "))' "$tmp.out")" \
    "Amazon Bedrock: aws_bedrockagent_agent.support, AWS::Bedrock::Agent
Azure AI services: azurerm_cognitive_deployment.chat
Google Vertex AI: us-central1-aiplatform.googleapis.com, data.google_vertex_ai_index.docs
Groq: api.groq.com"
is "models of clouds and variables" "$(seen model)" "NousResearch/Llama-3.2-1B declared 0.9 axolotl.yml:1
ai/smollm2:360M-Q4_K_M declared 0.9 compose.yaml:4
anthropic.claude-3-5-sonnet-20240620-v1:0 declared 0.9 main.tf:2
anthropic.claude-3-haiku-20240307-v1:0 declared 0.9 stack.yaml:5
gpt-4.1 declared 0.9 application.properties:2
gpt-4o declared 0.9 application.properties:1
gpt-4o declared 0.9 main.tf:9
gpt-4o-mini declared 0.9 .env:4
meta-llama/llama-3.1-70b-instruct declared 0.9 router.yaml:3
mistral declared 0.9 run.sh:2
tiiuae/falcon-7b declared 0.9 run.sh:1"
is "images in scripts" "$(named container)" "ghcr.io/huggingface/text-generation-inference, vllm/vllm-openai"
is "credentials by name and by form" "$(seen credential)" "Anthropic key sk-ant-... inferred 0.85 leak.json:1
GEMINI_API_KEY inferred 0.85 .env:5
Google key AIza... inferred 0.85 .env:5
Groq key gsk_... inferred 0.85 run.sh:1
HF_TOKEN inferred 0.85 .env:3
Hugging Face key hf_... inferred 0.85 .env:3
Hugging Face key hf_... inferred 0.85 leak.json:1
OpenAI key sk-... inferred 0.85 .env:2
OpenAI key sk-... inferred 0.85 leak.json:1"
for secret in "$hf" "$ant" "$old" "$goog" "$groq"; do
    body=${secret#*[-_]}
    unlike "not a byte of a key" "$out$err" "${body:4:12}"
done
run "$SW_BIN" discover --all .
unlike "nor for people" "$out$err" "${ant:16:12}|${hf:8:12}|${old:8:12}|${goog:8:12}|${groq:8:12}"

# --- files of models ------------------------------------------------------------------------------
tree
if command -v python3 >/dev/null; then
    python3 - <<'END'
import os, pickle, struct, zipfile

def text(s):
    return struct.pack("<Q", len(s)) + s.encode()

def put(name, data):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as f:
        f.write(data)

put("m.gguf", b"GGUF" + struct.pack("<IQQ", 3, 0, 3) + text("general.architecture") + struct.pack("<I", 8)
    + text("llama") + text("general.version") + struct.pack("<II", 4, 2) + text("general.name")
    + struct.pack("<I", 8) + text("Tiny Llama") + bytes(100))
header = b'{"w":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}'
for i in (1, 2):
    put(f"w/model-0000{i}-of-00002.safetensors", struct.pack("<Q", len(header)) + header + bytes(8))
put("bad.safetensors", b"hello world, this is text")
put("m.onnx", b"\x08\x08\x12\x07pytorch\x1a\x032.0" + bytes(30))
with zipfile.ZipFile("t.pt", "w") as z:
    z.writestr("archive/data.pkl", b"\x80\x02.")
put("old.pth", b"\x80\x02}q\x00.")
put("k.h5", b"\x89HDF\r\n\x1a\n" + bytes(100) + b"keras_version")
put("data.h5", b"\x89HDF\r\n\x1a\n" + bytes(100))
put("l.tflite", b"\x1c\0\0\0TFL3" + bytes(20))
put("clf.pkl", b"\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x14sklearn.linear_model")
put("cache.pkl", pickle.dumps({"a": 1}))
put("random.bin", bytes(range(256)))
put("lfs.gguf", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 123\n")
put("cut.gguf", b"GGUF" + b"\xff" * 60)
with open("large.gguf", "wb") as f:
    f.write(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    f.truncate(1 << 33)
END
    commit=0123456789abcdef0123456789abcdef01234567
    mkdir -p "hub/models--meta-llama--Llama-3.2-1B/snapshots/$commit" "hub/datasets--acme--qa/snapshots/$commit" adapter run/model
    ln -s ../../blobs/x "hub/models--meta-llama--Llama-3.2-1B/snapshots/$commit/config.json"
    ln -s ../../blobs/y "hub/models--meta-llama--Llama-3.2-1B/snapshots/$commit/model.safetensors"
    echo a,b >"hub/datasets--acme--qa/snapshots/$commit/train.csv"
    echo '{"peft_type": "LORA", "base_model_name_or_path": "Qwen/Qwen2.5-0.5B"}' >adapter/adapter_config.json
    echo '{"model_type": "bert", "_name_or_path": "bert-base-uncased"}' >adapter/config.json
    printf -- '---\nbase_model:\n- google/gemma-2-2b\ndatasets:\n  - squad\n  - allenai/c4\n---\nmodel: gpt-4o\n' >adapter/README.md
    printf '# FROM llama2\nFROM llama3.2\nPARAMETER temperature 1\n' >Modelfile
    echo 'FROM ./m.gguf' >Modelfile.own
    printf 'flavors:\n  transformers:\n    source_model_name: gpt2\n' >run/model/MLmodel
    discover
    is "models by their content, and by what stands beside them" "$(seen model)" "Qwen/Qwen2.5-0.5B declared 0.95 adapter/adapter_config.json:1
clf.pkl observed 0.99 clf.pkl:0
cut.gguf observed 0.99 cut.gguf:0
google-bert/bert-base-uncased declared 0.95 adapter/config.json:1
google/gemma-2-2b declared 0.95 adapter/README.md:3
k.h5 observed 0.99 k.h5:0
l.tflite observed 0.99 l.tflite:0
large.gguf observed 0.99 large.gguf:0
lfs.gguf declared 0.9 lfs.gguf:0
llama3.2 declared 0.9 Modelfile:2
m.gguf observed 0.99 m.gguf:0
m.onnx observed 0.99 m.onnx:0
meta-llama/Llama-3.2-1B@$commit declared 0.95 hub/models--meta-llama--Llama-3.2-1B/snapshots/$commit/config.json:0
old.pth observed 0.99 old.pth:0
openai-community/gpt2 declared 0.9 run/model/MLmodel:3
run/model declared 0.95 run/model/MLmodel:1
t.pt observed 0.99 t.pt:0
w/model.safetensors observed 0.99 w/model-00001-of-00002.safetensors:0
w/model.safetensors observed 0.99 w/model-00002-of-00002.safetensors:0"
    is "what a header says" "$(detail m.gguf)" "GGUF, llama, named Tiny Llama"
    is "the commit of a cache" "$(purl meta-llama/Llama-3.2-1B)" "pkg:huggingface/meta-llama/Llama-3.2-1B@$commit"
    is "datasets of cards and caches" "$(named dataset)" "acme/qa, allenai/c4, rajpurkar/squad"
    ok "no more than the heads are read" test "$(jq .coverage.readBytes "$tmp.out")" -lt 100000
    no_duplicates
else
    skip 6 "no python3"
fi

# --- secrets, wherever they stand -----------------------------------------------------------------
tree
body=aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789
project=sk-proj-$body$body github=ghp_$body
mkdir "$project" && echo 'from openai import OpenAI' >"$project/a.py" && ln -s a.py "$project/link"
cat >.mcp.json <<END
{"mcpServers": {
  "bare": {"url": "https://one.example/mcp", "args": ["hunter2SECRET"]},
  "empty": {"command": "", "args": ["hunter3SECRET"]},
  "slash": {"url": "https://user:hunter4/SECRET@two.example/x"},
  "word": {"endpoint": "hunter5SECRET-abc"},
  "token": {"command": "npx", "args": ["-y", "--token", "hunter6SECRET", "@x/six"]},
  "registry": {"command": "npx", "args": ["-y", "--registry", "https://r.example", "@x/seven@1.2.3"]},
  "list": {"command": "a", "env": ["hunter8SECRET", "HOST=hunter9SECRET"]},
  "version": {"command": "npx", "args": ["@x/ten@1SECRET"]},
  "port": {"url": "http://localhost:8080/mcp"},
  "scope": {"url": "https://server.smithery.ai/@x/y"},
  "key": {"url": "https://$github.example/mcp", "env": {"$github": "x"}}
}}
END
cat >package.json <<END
{"dependencies": {"cohere-ai": "$github", "ollama": "prefix$project", "openai": "sk-proj-YourKeyaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789", "ai": ">=3 <4"}}
END
echo '{"lockfileVersion": 3, "packages": {"node_modules/openai": {"version": "1SECRET"}}}' >package-lock.json
printf 'anthropic==SECRET\nopenai>=1.2,<2\ntorch==1SECRET\n' >requirements.txt
mkdir skill && printf -- '---\nname: token AKIAIOSFODNN7EXAMPLE password=hunter2\ndescription: x\n---\n' >skill/SKILL.md
cat >k.py <<END
from transformers import AutoModel
AutoModel.from_pretrained("acme/$github")
AutoModel.from_pretrained("acme/x$project")
END
discover
exits "secrets end nothing" 0
unlike "and are in no document" "$out" "SECRET|hunter|aBcDeF|AKIA"
is "what is no secret is told" "$(jq -r '.entities[] | select(.kind == "mcp-server") | .name + ": " + .evidence[0].detail' "$tmp.out" | grep ,)" \
    "bare: Claude Code, host one.example
list: Claude Code, command a, variables HOST
port: Claude Code, host localhost:8080
registry: Claude Code, command npx
scope: Claude Code, host server.smithery.ai
token: Claude Code, command npx
version: Claude Code, command npx"
is "a package of a server is what is no value of an option" "$(jq -r '[.entities[] | select(.purl // "" | contains("%40x")) | .purl] | join(" ")' "$tmp.out")" \
    "pkg:npm/%40x/seven@1.2.3 pkg:npm/%40x/ten"
is "ranges are" "$(jq -r '[.entities[].evidence[].detail // "" | select(startswith("wants"))] | sort | join("; ")' "$tmp.out")" "wants >=1.2,<2; wants >=3 <4"
is "a path is shown without them" "$(jq -r '[.entities[] | select(.name == "openai") | .evidence[].file] + [.coverage.notLookedAt[].first] | map(select(contains("*"))) | join(" ")' "$tmp.out")" \
    "***/a.py ***/link"
mkdir -p 'k/password=aB3SECRET/cD+SECRET==' 'q/api_key="aB SECRET/c' && echo 'from openai import OpenAI' |
    tee 'k/password=aB3SECRET/cD+SECRET==/a.py' >'q/api_key="aB SECRET/c/b.py'
ln -s x 'k/password=aB3SECRET/cD+SECRET==/link'
cat >base64.yaml <<'END'
database: postgres://user:aB3/SECRET+x==@db.example/x
openai_base: https://user:aB/SECRET==@api.openai.com/v1
header: "Authorization: Basic aB3/SECRET=="
model: "gpt-4o password=aB/SECRET=="
END
discover
exits "base64 in names and values ends nothing" 0
unlike "and no part of it is told" "$out" "SECRET"
is "a path ends where the secret begins" "$(jq -r '[.entities[] | select(.name == "openai") | .evidence[].file] | map(select(test("^[kq]/"))) | sort | join(" ")' "$tmp.out")" \
    'k/password=*** q/api_key="***'
run "$SW_BIN" discover .
unlike "nor for people" "$out" "SECRET"
long=$(printf 'd%.0s' $(seq 200)) && deep=$long/$long/$long/$long/$long/$long
mkdir -p "$deep" && printf 'GGUF\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' | tee "$deep/m1.gguf" >"$deep/m2.gguf"
run "$SW_BIN" discover --all .
unlike "nor are they in the text for people" "$out" "SECRET|hunter|aBcDeF|AKIA"
discover
is "files whose paths are too long are not taken for one" "$(jq -r '[.entities[] | select(.kind == "model" and .grade == "observed") | .evidence[0].file[-7:]] | sort | join(" ")' "$tmp.out")" "m1.gguf m2.gguf"
mkdir odd && ln -s x "odd/$(printf 'w\033]0;x\ny')"
run "$SW_BIN" discover --json odd
json "a path is spelled as for a terminal, also of what was not looked at" '.coverage.notLookedAt[0].first' 'w\x1b]0;x\x0ay'
# --- what nobody meant well -----------------------------------------------------------------------
tree
repeat() { head -c $(($2 * ${#1})) < <(yes -- "$1" | tr -d '\n'); } # TEXT COUNT
printf 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nimage: ollama/ollama:1\n' >bomb.yaml
repeat '[' 100000 >depth.json
repeat '- ' 100000 >depth.yaml
repeat 'a.' 100000 >depth.toml
repeat 'sk-ant-' 100000 >key.env
repeat 'docker run ' 50000 >docker.sh
repeat '{{ ' 100000 >template.yaml
repeat 'a: "' 100000 >quote.yaml
{ printf '{"a": "'; repeat 'https://api.openai.com/ ' 30000; printf '"}'; } >line.json
printf 'image: vllm/vllm-openai:v1\nmodel: \xff\xfe/x\n' >latin.yaml
printf 'image: vllm/vllm-openai:v2\n\0' >zero.yaml
head -c 2000000 /dev/zero | tr '\0' ' ' >wide.yaml
ln -s . loop
discover
exits "hostile files end nothing" 0
is "what can be read of them is" "$(named container)" "ollama/ollama, vllm/vllm-openai"
is "a line is one place" "$(seen service)" "OpenAI inferred 0.8 line.json:1"
is "the rest is told" "$(jq -r '[.coverage.notLookedAt[].why] | sort | join(", ")' "$tmp.out")" \
    "not text, settings larger than 1 MiB, settings that cannot be read, symbolic links are not followed"
mkdir twice && cp "$tmp.out" twice.json
discover .
is "the same tree is the same document" "$(jq -c .entities "$tmp.out")" "$(jq -c .entities twice.json)"
done_testing
