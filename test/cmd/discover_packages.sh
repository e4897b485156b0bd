#!/bin/bash
# What manifests and lock files of packages show, each family in a small tree of its own.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

# "name version file:line signal scope" of every place, in the order of the document.
places() {
    jq -r '.entities[] | . as $e | .evidence[] |
        "\($e.name) \($e.version // "-") \(.file):\(.line) \(.signal) \(.scope)"' "$tmp.out"
}
shows() {
    run "$SW_BIN" discover --json "${@:3}" tree
    is "$1" "$(places)" "$2"
    is "$1: nothing is there twice" "$(jq '[.entities[] | [.kind, .name, .version]] | length - (unique | length)' "$tmp.out")" 0
    rm -rf tree
    mkdir tree
}
mkdir tree

# --- Python ----------------------------------------------------------------------------------------

mkdir tree/requirements
cat >tree/requirements.txt <<'TXT'
# models
--index-url https://user:s3cr3t@pypi.example/simple
torch==2.1.0   # exact
transformers[torch,vision]>=4.30,<5 ; python_version >= "3.8"
openai \
    ==1.2.3 \
    --hash=sha256:0123
-e git+https://token:s3cr3t@example.org/x/y.git@main#egg=langchain
https://user:s3cr3t@example.org/vllm-0.4.2-cp311-cp311-linux_x86_64.whl
-r base.in
-c limits/pins.txt
accelerate @ https://user:s3cr3t@example.org/a.zip
./local.whl
not a requirement
TXT
echo 'datasets~=2.0' >tree/base.in
echo 'spacy==3.7' >tree/constraints.txt
mkdir tree/limits
echo 'nltk<4' >tree/limits/pins.txt
echo 'mlflow' >tree/requirements/dev.txt
shows "requirements" "accelerate - requirements.txt:12 manifest runtime
datasets - base.in:1 manifest runtime
langchain - requirements.txt:8 manifest runtime
mlflow - requirements/dev.txt:1 manifest development
nltk - limits/pins.txt:1 constraint runtime
openai 1.2.3 requirements.txt:5 lock-file runtime
spacy 3.7 constraints.txt:1 constraint runtime
torch 2.1.0 requirements.txt:3 manifest runtime
transformers - requirements.txt:4 manifest runtime
vllm 0.4.2 requirements.txt:9 manifest runtime"
is "a range is told" "$(jq -r '.entities[] | select(.name == "transformers") | .evidence[0] | "\(.confidence) \(.grade) \(.detail)"' "$tmp.out")" "0.8 declared wants >=4.30,<5"
is "an exact version is surer" "$(jq -r '.entities[] | select(.name == "torch") | "\(.confidence) \(.purl)"' "$tmp.out")" "0.9 pkg:pypi/torch@2.1.0"
is "a hash makes it a lock" "$(jq -r '.entities[] | select(.name == "openai") | .confidence' "$tmp.out")" 0.95
unlike "no secret of an address is told" "$out" 's3cr3t'

cat >tree/pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools", "sentencepiece"]

[project]
name = "llama-index"
dependencies = [
    "torch>=2",  # with a comment
    'openai==1.30.1',
]

[project.optional-dependencies]
gpu = ["vllm", "llama-index[test]"]
test = ["deepeval"]

[dependency-groups]
dev = ["ragas", {include-group = "lint"}]

[tool.poetry.dependencies]
python = "^3.10"
transformers = { version = "^4.40", extras = ["torch"] }
anthropic = "0.25.1"
cohere = { path = "../cohere" }

[tool.poetry.group.test.dependencies]
wandb = "*"
TOML
cat >tree/Pipfile <<'TOML'
[packages]
groq = "==0.5.0"
[dev-packages]
gradio = {version = ">=4"}
TOML
shows "pyproject.toml and Pipfile" "anthropic 0.25.1 pyproject.toml:21 manifest runtime
deepeval - pyproject.toml:13 manifest development
gradio - Pipfile:4 manifest development
groq 0.5.0 Pipfile:2 manifest runtime
openai 1.30.1 pyproject.toml:8 manifest runtime
ragas - pyproject.toml:16 manifest development
sentencepiece - pyproject.toml:2 manifest development
torch - pyproject.toml:7 manifest runtime
transformers - pyproject.toml:20 manifest runtime
vllm - pyproject.toml:12 manifest runtime
wandb - pyproject.toml:25 manifest development"

cat >tree/setup.py <<'PY'
from setuptools import setup
needs = ["torch>=2.0"] + [
    "tokenizers==0.15.0",
]
extras = {"dev": ["evaluate"], "gpu": ["bitsandbytes"]}
setup(name="x", install_requires=needs, extras_require=extras)
PY
mkdir tree/table
cat >tree/table/setup.py <<'PY'
deps = {name: name + wanted for name, wanted in table}
setup(name="y", install_requires=[deps["accelerate"], deps[1]])
PY
cat >tree/setup.cfg <<'CFG'
[metadata]
name = openai
[options]
install_requires =
    transformers>=4
    peft==0.10.0; python_version > "3.8"
python_requires = >=3.8
[options.extras_require]
test =
    trl
CFG
shows "setup.py and setup.cfg" "accelerate - table/setup.py:2 manifest runtime
bitsandbytes - setup.py:5 manifest runtime
evaluate - setup.py:5 manifest development
peft 0.10.0 setup.cfg:6 manifest runtime
tokenizers 0.15.0 setup.py:3 manifest runtime
torch - setup.py:2 manifest runtime
transformers - setup.cfg:5 manifest runtime
trl - setup.cfg:10 manifest development"

# --- .NET ------------------------------------------------------------------------------------------

cat >tree/App.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <PackageReference Include="Microsoft.SemanticKernel" Version="1.16.0" />
    <PackageReference Version="[2.1.0]"
                      Include="Azure.AI.OpenAI" />
    <PackageReference Include="OllamaSharp" Version="$(Ollama)" />
    <PackageReference Include="Serilog" Version="1.0" />
    <!-- <PackageReference Include="LLamaSharp" Version="1.0" /> -->
    <Reference Include="OpenAI" />
  </ItemGroup>
</Project>
XML
echo '<packages><package id="TorchSharp" version="0.101.5" /></packages><' >tree/packages.config
echo '<PackageVersion Include="Microsoft.Extensions.AI.OpenAI" Version="9.4.4-preview.1"/>' >tree/Directory.Packages.props
shows "projects of .NET" "Azure.AI.OpenAI 2.1.0 App.csproj:4 manifest runtime
Microsoft.Extensions.AI.OpenAI 9.4.4-preview.1 Directory.Packages.props:1 manifest runtime
Microsoft.SemanticKernel 1.16.0 App.csproj:3 manifest runtime
OllamaSharp - App.csproj:6 manifest runtime
TorchSharp 0.101.5 packages.config:1 manifest runtime"

# --- locks of Python -------------------------------------------------------------------------------

mkdir tree/{poetry,uv,pdm}
cat >tree/poetry/poetry.lock <<'TOML'
[[package]]
name = "torch"
version = "2.1.0"
category = "main"

[[package]]
name = "mlflow"
version = "2.9.0"
category = "dev"

[[package]]
name = "ray"
version = "2.9.1"
groups = ["dev"]

[package.dependencies]
x = "*"
TOML
cat >tree/uv/uv.lock <<'TOML'
version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
[[package]]
name = "openai"
version = "1.35.0"
source = { registry = "https://pypi.org/simple" }
TOML
cat >tree/pdm/pdm.lock <<'TOML'
[[package]]
name = "Sentence_Transformers"
version = "3.0.0"
groups = ["default", "dev"]
TOML
cat >tree/pylock.toml <<'TOML'
lock-version = "1.0"
[[packages]]
name = "jax"
version = "0.4.30"
TOML
cat >tree/Pipfile.lock <<'JSON'
{
    "_meta": {"sources": [{"url": "https://user:s3cr3t@pypi.example"}]},
    "default": {
        "spacy": {"version": "==3.7.4"}
    },
    "develop": {
        "wandb": {
            "version": "==0.17.0"
        }
    }
}
JSON
shows "lock files of Python" "jax 0.4.30 pylock.toml:3 lock-file runtime
mlflow 2.9.0 poetry/poetry.lock:7 lock-file development
openai 1.35.0 uv/uv.lock:7 lock-file runtime
ray 2.9.1 poetry/poetry.lock:12 lock-file development
sentence-transformers 3.0.0 pdm/pdm.lock:2 lock-file runtime
spacy 3.7.4 Pipfile.lock:4 lock-file runtime
torch 2.1.0 poetry/poetry.lock:2 lock-file runtime
wandb 0.17.0 Pipfile.lock:7 lock-file development"

cat >tree/environment.yml <<'YAML'
name: app
channels: [pytorch]
dependencies:
  - python=3.11
  - conda-forge::pytorch=2.1.0=py311_0
  - scikit-learn >=1.3
  - openssl
  - pip
  - pip:
    - openai==1.2.3
    - &anchor anthropic
  - xgboost==2.0.3  # a comment
  - pytorch-cuda=12.1
variables:
  - torchvision
YAML
shows "environment.yml" "openai 1.2.3 environment.yml:10 manifest runtime
scikit-learn - environment.yml:6 manifest runtime
torch 2.1.0 environment.yml:5 manifest runtime
xgboost 2.0.3 environment.yml:12 manifest runtime"

# --- npm -------------------------------------------------------------------------------------------

cat >tree/package.json <<'JSON'
{
  "name": "ai",
  "dependencies": {
    "openai": "^4.20.0",
    "@anthropic-ai/sdk": "0.20.1",
    "old-langchain": "npm:langchain@0.1.0",
    "ollama": "git+https://user:s3cr3t@example.org/x.git",
    "chromadb": "workspace:*"
  },
  "devDependencies": {"langfuse": "~3.0.0"},
  "peerDependencies": {"llamaindex": ">=0.3"},
  "scripts": {"replicate": "1.0.0"}
}
JSON
shows "package.json" "@anthropic-ai/sdk 0.20.1 package.json:5 manifest runtime
langchain 0.1.0 package.json:6 manifest runtime
langfuse - package.json:10 manifest development
llamaindex - package.json:11 manifest runtime
ollama - package.json:7 manifest runtime
openai - package.json:4 manifest runtime"
unlike "no secret of an address is told" "$out" 's3cr3t'

mkdir tree/{one,three}
cat >tree/one/package-lock.json <<'JSON'
{
  "lockfileVersion": 1,
  "dependencies": {
    "openai": {
      "version": "4.20.1",
      "dependencies": {
        "tiktoken": {"version": "1.0.10", "dev": true}
      }
    }
  }
}
JSON
cat >tree/three/package-lock.json <<'JSON'
{
  "lockfileVersion": 3,
  "packages": {
    "": {"name": "app", "version": "1.0.0", "dependencies": {"ai": "^3"}},
    "packages/ollama": {"version": "9.9.9"},
    "node_modules/ollama": {"resolved": "packages/ollama", "link": true},
    "node_modules/@langchain/core": {
      "version": "0.2.0"
    },
    "node_modules/ai/node_modules/openai": {"version": "4.20.1"},
    "node_modules/alias": {"name": "langchain", "version": "0.1.0"},
    "node_modules/langfuse": {"version": "3.0.0", "dev": true}
  },
  "dependencies": {"openai": {"version": "1.0.0"}}
}
JSON
cp tree/three/package-lock.json tree/npm-shrinkwrap.json
shows "package-lock.json" "@langchain/core 0.2.0 npm-shrinkwrap.json:7 lock-file runtime
@langchain/core 0.2.0 three/package-lock.json:7 lock-file runtime
langchain 0.1.0 npm-shrinkwrap.json:11 lock-file runtime
langchain 0.1.0 three/package-lock.json:11 lock-file runtime
langfuse 3.0.0 npm-shrinkwrap.json:12 lock-file development
langfuse 3.0.0 three/package-lock.json:12 lock-file development
openai 4.20.1 npm-shrinkwrap.json:10 lock-file runtime
openai 4.20.1 one/package-lock.json:4 lock-file runtime
openai 4.20.1 three/package-lock.json:10 lock-file runtime
tiktoken 1.0.10 one/package-lock.json:7 lock-file development"

mkdir tree/{one,berry}
cat >tree/one/yarn.lock <<'YARN'
# yarn lockfile v1

"@langchain/core@>=0.1 <0.3", "@langchain/core@^0.2.0":
  version "0.2.0"
  resolved "https://user:s3cr3t@registry.example/core.tgz"
  dependencies:
    version "9.9.9"

openai@^4.0.0:
  version "4.20.1"

"other@npm:langchain@^0.1.0":
  version "0.1.0"
YARN
cat >tree/berry/yarn.lock <<'YARN'
__metadata:
  version: 8

"ai@workspace:.":
  version: 0.0.0-use.local
  resolution: "ai@workspace:."

"ollama@npm:^0.5.0, ollama@npm:^0.5.1":
  version: 0.5.2
  resolution: "ollama@npm:0.5.2"
YARN
shows "yarn.lock" "@langchain/core 0.2.0 one/yarn.lock:3 lock-file runtime
langchain 0.1.0 one/yarn.lock:12 lock-file runtime
ollama 0.5.2 berry/yarn.lock:8 lock-file runtime
openai 4.20.1 one/yarn.lock:9 lock-file runtime"

mkdir tree/{five,six,nine}
cat >tree/five/pnpm-lock.yaml <<'YAML'
lockfileVersion: 5.4
dependencies:
  openai: 4.20.1
packages:

  /@langchain/core/0.2.0_openai@4.20.1:
    resolution: {integrity: sha512-x}
    dependencies:
      ai: 1.0.0
    dev: false

  /langfuse/3.0.0:
    resolution: {integrity: sha512-x}
    dev: true
YAML
cat >tree/six/pnpm-lock.yaml <<'YAML'
lockfileVersion: '6.0'
packages:
  /@langchain/openai@0.1.1(ws@8.0.0):
    dev: false
  github.com/x/y/0123:
    name: ai
YAML
cat >tree/nine/pnpm-lock.yaml <<'YAML'
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      openai:
        specifier: ^4
        version: 4.20.1
packages:

  '@langchain/core@0.2.0':
    resolution: {integrity: sha512-x}

  openai@4.20.1:
    resolution: {integrity: sha512-x}
snapshots:
  ollama@1.0.0: {}
  replicate@1.0.0:
    dependencies:
YAML
shows "pnpm-lock.yaml" "@langchain/core 0.2.0 five/pnpm-lock.yaml:6 lock-file runtime
@langchain/core 0.2.0 nine/pnpm-lock.yaml:10 lock-file runtime
@langchain/openai 0.1.1 six/pnpm-lock.yaml:3 lock-file runtime
langfuse 3.0.0 five/pnpm-lock.yaml:12 lock-file development
openai 4.20.1 nine/pnpm-lock.yaml:13 lock-file runtime"

# --- Rust, Go, Java --------------------------------------------------------------------------------

cat >tree/Cargo.toml <<'TOML'
[package]
name = "tokenizers"
[dependencies]
async-openai = "0.20"
candle = { package = "candle-core", version = "=0.4.1" }
ort = { path = "../ort" }
[dev-dependencies]
linfa = "0.7"
[target.'cfg(unix)'.dependencies]
tch = { git = "https://user:s3cr3t@example.org/tch" }
TOML
cat >tree/Cargo.lock <<'TOML'
version = 3
[[package]]
name = "tokenizers"
version = "0.1.0"
[[package]]
name = "async-openai"
version = "0.20.3"
source = "registry+https://github.com/rust-lang/crates.io-index"
TOML
shows "Cargo.toml and Cargo.lock" "async-openai 0.20.3 Cargo.lock:6 lock-file runtime
async-openai 0.20.3 Cargo.toml:4 manifest runtime
candle-core 0.4.1 Cargo.toml:5 manifest runtime
linfa - Cargo.toml:8 manifest development
tch - Cargo.toml:10 manifest runtime"

mkdir tree/alone
cat >tree/go.mod <<'MOD'
module example.org/app

go 1.22

require github.com/sashabaranov/go-openai v1.20.0

require (
	github.com/tmc/langchaingo v0.1.5 // indirect
	github.com/openai/openai-go/v2 v2.1.0
)

replace (
	github.com/ollama/ollama => ../ollama
)
MOD
cat >tree/go.sum <<'SUM'
github.com/cloudwego/eino v0.3.0 h1:x=
github.com/cloudwego/eino v0.3.1 h1:x=
github.com/cloudwego/eino v0.3.1/go.mod h1:x=
github.com/cloudwego/eino v0.9.0/go.mod h1:x=
github.com/tmc/langchaingo v0.1.4 h1:x=
SUM
echo 'google.golang.org/genai v0.5.0 h1:x=' >tree/alone/go.sum
shows "go.mod and go.sum" "github.com/cloudwego/eino v0.3.1 go.sum:2 lock-file runtime
github.com/openai/openai-go/v2 v2.1.0 go.mod:9 manifest runtime
github.com/sashabaranov/go-openai v1.20.0 go.mod:5 manifest runtime
github.com/tmc/langchaingo v0.1.5 go.mod:8 manifest runtime
google.golang.org/genai v0.5.0 alone/go.sum:1 lock-file runtime"

mkdir -p other/a/b
echo '-r ../lists/x' >other/a/b/requirements.txt
mkdir other/a/lists
echo 'torch==1' >other/a/lists/x
printf 'require google.golang.org/genai v0.6.0\n' >other/go.mod
printf 'google.golang.org/genai v0.5.0 h1:x=\n' >other/go.sum
run "$SW_BIN" discover --json tree other
is "files beside a file are found in one of several trees" "$(places)" "google.golang.org/genai v0.6.0 other/go.mod:1 manifest runtime
torch 1 other/a/lists/x:1 manifest runtime"

cat >tree/pom.xml <<'XML'
<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>org.example</groupId>
  <artifactId>app</artifactId>
  <dependencyManagement><dependencies>
    <dependency>
      <groupId>ai.djl</groupId>
      <artifactId>api</artifactId>
      <version>0.27.0</version>
    </dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>dev.langchain4j</groupId>
      <artifactId>langchain4j</artifactId>
      <version>${lc.version}</version>
      <exclusions><exclusion><groupId>a</groupId><artifactId>b</artifactId></exclusion></exclusions>
    </dependency>
    <!-- <dependency><groupId>com.openai</groupId><artifactId>openai-java</artifactId></dependency> -->
    <dependency><groupId>ai.djl</groupId>
      <artifactId>api</artifactId></dependency>
    <dependency>
      <groupId>com.microsoft.onnxruntime</groupId>
      <artifactId>onnxruntime</artifactId>
      <version>[1.17,2)</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <properties><lc.version>0.30.0</lc.version></properties>
</project>
XML
shows "pom.xml" "ai.djl:api 0.27.0 pom.xml:8 manifest runtime
ai.djl:api 0.27.0 pom.xml:21 manifest runtime
com.microsoft.onnxruntime:onnxruntime - pom.xml:24 manifest development
dev.langchain4j:langchain4j 0.30.0 pom.xml:15 manifest runtime"

mkdir tree/gradle
cat >tree/build.gradle <<'GRADLE'
def lc = '0.30.0'
/* implementation 'com.openai:openai-java:9' */
dependencies {
    implementation "dev.langchain4j:langchain4j:${lc}"
    // api 'ai.djl:api:1'
    api('com.anthropic:anthropic-java:0.1.0@jar') { transitive = false }
    testImplementation group: 'ai.djl', name: 'api',
        version: '0.27.0'
    runtimeOnly project(':core')
    implementation platform('org.springframework.ai:spring-ai-core')
}
GRADLE
cat >tree/app.gradle.kts <<'GRADLE'
val ort = "1.17.1"
dependencies {
    implementation("com.microsoft.onnxruntime:onnxruntime:$ort")
    implementation(libs.openai)
    implementation("io.modelcontextprotocol.sdk:mcp:0.+")
}
GRADLE
cat >tree/gradle/libs.versions.toml <<'TOML'
[versions]
openai = "0.8.0"
[libraries]
openai = { module = "com.openai:openai-java", version.ref = "openai" }
ollama = "io.github.ollama4j:ollama4j:1.0.79"
TOML
shows "Gradle" "ai.djl:api 0.27.0 build.gradle:7 manifest development
com.anthropic:anthropic-java 0.1.0 build.gradle:6 manifest runtime
com.microsoft.onnxruntime:onnxruntime 1.17.1 app.gradle.kts:3 manifest runtime
com.openai:openai-java 0.8.0 gradle/libs.versions.toml:4 manifest runtime
dev.langchain4j:langchain4j 0.30.0 build.gradle:4 manifest runtime
io.github.ollama4j:ollama4j 1.0.79 gradle/libs.versions.toml:5 manifest runtime
io.modelcontextprotocol.sdk:mcp - app.gradle.kts:5 manifest runtime
org.springframework.ai:spring-ai-core - build.gradle:10 manifest runtime"

# --- parents and BOMs of Maven ---------------------------------------------------------------------

# pom PATH ARTIFACT PARENT BODY
pom() {
    mkdir -p "$(dirname "tree/$1")"
    printf '<project>%s<artifactId>%s</artifactId>\n%s</project>\n' "$3" "$2" "$4" >"tree/$1"
}
parent() { printf '<parent><groupId>org.example</groupId><artifactId>%s</artifactId><version>9</version>%s</parent>' "$@"; }
needs() { printf '<dependencies><dependency><groupId>%s</groupId><artifactId>%s</artifactId>%s</dependency></dependencies>' "$@"; }
managed=$(needs dev.langchain4j langchain4j '<version>${lc.version}</version>')
pom pom.xml root "" "<version>9</version><properties><lc.version>0.28.0</lc.version><djl>0.27.0</djl></properties><dependencyManagement>$managed</dependencyManagement>"
pom base/pom.xml base "$(parent root)" "<properties><djl>0.29.0</djl></properties>"
pom app/pom.xml app "$(parent base '<relativePath>../base</relativePath>')" "$(needs dev.langchain4j langchain4j '')"
pom far/a/pom.xml far "$(parent root '<relativePath>../../pom.xml</relativePath>')" "$(needs ai.djl api '<version>${djl}</version>')"
pom near/pom.xml near "$(parent base '<relativePath>../base/pom.xml</relativePath>')" "$(needs ai.djl api '<version>${djl}</version>')"
shows "properties and what is managed come from the parents" "ai.djl:api 0.27.0 far/a/pom.xml:2 manifest runtime
ai.djl:api 0.29.0 near/pom.xml:2 manifest runtime
dev.langchain4j:langchain4j 0.28.0 app/pom.xml:2 manifest runtime
dev.langchain4j:langchain4j 0.28.0 pom.xml:2 manifest runtime"
json "and nothing is missing" '[.coverage.notLookedAt[].why] | length' 0
pom pom.xml other "" "<properties><djl>0.27.0</djl></properties>"
pom a/pom.xml a "$(parent root)" "$(needs ai.djl api '<version>${djl}</version>')"
pom b/pom.xml b "$(parent root '<relativePath/>')" "$(needs ai.djl api '<version>${djl}</version>')"
pom c/pom.xml c "$(parent root '<relativePath>../../../../etc/pom.xml</relativePath>')" "$(needs dev.langchain4j langchain4j '<version>1.0</version>')"
bom='<dependency><groupId>org.x</groupId><artifactId>bom</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>'
pom d/pom.xml d "" "<dependencyManagement><dependencies>$bom</dependencies></dependencyManagement>$(needs ai.djl api '')"
pom e/pom.xml e "$(parent e '<relativePath>pom.xml</relativePath>')" "$(needs dev.langchain4j langchain4j '<version>2.0</version>')"
shows "a parent that is another one, elsewhere or itself is none" "ai.djl:api - a/pom.xml:2 manifest runtime
ai.djl:api - b/pom.xml:2 manifest runtime
ai.djl:api - d/pom.xml:2 manifest runtime
dev.langchain4j:langchain4j 1.0 c/pom.xml:2 manifest runtime
dev.langchain4j:langchain4j 2.0 e/pom.xml:2 manifest runtime"
json "what it may manage is told" '.coverage.notLookedAt[] | select(.why | contains("Maven")) | "\(.count) \(.first)"' "3 a/pom.xml"

# --- Bun, Deno, catalogs ---------------------------------------------------------------------------

cat >tree/bun.lock <<'J'
{
  "lockfileVersion": 1,
  "workspaces": {"": {"name": "app", "dependencies": {"openai": "^4.0.0"}}},
  "packages": {
    "openai": ["openai@4.104.0", "", {"dependencies": {"zod": "^3"}}, "sha512-aB+/=="],
    "lc": ["langchain@0.3.1", "", {}, "sha512-aB=="], // by another name
    "app": ["app@workspace:packages/app"],
  },
}
J
mkdir tree/old tree/both
printf '\0\1#!/usr/bin/env bun\nopenai' | tee tree/old/bun.lockb >tree/both/bun.lockb
printf '{"lockfileVersion": 1, "packages": {}}' >tree/both/bun.lock
shows "bun.lock" "langchain 0.3.1 bun.lock:6 lock-file runtime
openai 4.104.0 bun.lock:5 lock-file runtime"
json "a binary one is told, where there is no other" '.coverage.notLookedAt[] | select(.why | contains("bun.lockb")) | "\(.count) \(.first)"' "1 old/bun.lockb"
cat >tree/deno.jsonc <<'J'
{ // what is imported
  "imports": {
    "openai": "npm:openai@^4",
    "ollama": "npm:ollama@0.5.11/browser",
    "@std/assert": "jsr:@std/assert@1",
  },
}
J
cat >tree/deno.lock <<'J'
{"version": "5", "specifiers": {"npm:openai@^4": "4.104.0"},
 "jsr": {"@std/assert@1.0.0": {"integrity": "0"}},
 "npm": {
  "openai@4.104.0_zod@3.23.8": {"integrity": "sha512-aB=="}}}
J
shows "deno.json and deno.lock" "ollama 0.5.11 deno.jsonc:4 manifest runtime
openai 4.104.0 deno.jsonc:3 manifest runtime
openai 4.104.0 deno.lock:4 lock-file runtime"
json "what is of JSR is told" '.coverage.notLookedAt[] | select(.why | contains("JSR")) | .count' 2
printf 'packages: ["packages/*"]\ncatalog:\n  openai: 4.1.0\ncatalogs:\n  next:\n    langchain: ^0.3.0\n' >tree/pnpm-workspace.yaml
echo '{"dependencies": {"openai": "catalog:", "langchain": "catalog:next"}}' >tree/package.json
shows "catalogs of a workspace" "langchain - package.json:1 manifest runtime
langchain - pnpm-workspace.yaml:6 constraint runtime
openai 4.1.0 package.json:1 manifest runtime
openai 4.1.0 pnpm-workspace.yaml:3 constraint runtime"
printf '[project]\nname = "app"\ndependencies = ["openai", "torch", "vllm"]\n[tool.uv]\nconstraint-dependencies = ["torch==2.1"]\n[tool.uv.sources]\nvllm = {workspace = true}\n' >tree/pyproject.toml
shows "what a workspace of uv has itself is no package" "openai - pyproject.toml:3 manifest runtime
torch 2.1 pyproject.toml:3 manifest runtime
torch 2.1 pyproject.toml:5 constraint runtime"
{ printf '{"lockfileVersion": 1, "packages": {'; for i in $(seq 3000); do printf '"a%d": [' "$i"; done; } >tree/bun.lock
{ printf '{"imports": {'; head -c 3000000 /dev/zero | tr '\0' '['; } >tree/deno.json
{ printf '{"npm": '; head -c 300000 /dev/zero | tr '\0' '['; } >tree/deno.lock
truncate -s 1G tree/bun.lockb
shows "hostile ones do no harm" ""
json "and are told" '[.coverage.notLookedAt[] | select(.why | test("Bun|Deno")) | "\(.first) \(.count)"] | sort | join(", ")' "bun.lock 1, deno.json 2"

# --- commands --------------------------------------------------------------------------------------

cat >tree/Dockerfile <<'DOCKER'
FROM python:3.11
# RUN pip install keras
RUN apt-get update && pip3 install --no-cache-dir --index-url https://user:s3cr3t@pypi.example torch==2.1.0 \
    # why
    "transformers[torch]>=4" && rm -rf x openai
RUN ["python", "-m", "pip", "install", "vllm"]
RUN pip install -r requirements.txt ./local . "spacy==${V}" > log; npm install -g @anthropic-ai/claude-code@1.0.0 openai
DOCKER
cat >tree/setup.sh <<'SHELL2'
uv add anthropic --dev
uv pip install groq
poetry install cohere
echo pip install mistralai
if pip install litellm; then yarn add ollama; fi
SHELL2
shows "commands" "@anthropic-ai/claude-code 1.0.0 Dockerfile:7 install-command runtime
anthropic - setup.sh:1 install-command runtime
groq - setup.sh:2 install-command runtime
litellm - setup.sh:5 install-command runtime
ollama - setup.sh:5 install-command runtime
openai - Dockerfile:7 install-command runtime
spacy - Dockerfile:7 install-command runtime
torch 2.1.0 Dockerfile:3 install-command runtime
transformers - Dockerfile:5 install-command runtime
vllm - Dockerfile:6 install-command runtime"
unlike "no secret of an option is told" "$out" 's3cr3t'

# --- names that only begin like those of AI packages --------------------------------------------------

cat >tree/requirements.txt <<'TXT'
luma-oled
lora-modem
ray-tracer
neptune-dns-server
inspect-csv
writer-pdf
phoenix-letter
weave-minimal
together-cli
evaluate-dfs
pinecone-fire
slm-tool
neptune-client
inspect-evals
interpret-core
lora-pytorch
pinecone-plugin-assistant
TXT
echo '{"dependencies": {"my-autogen": "1", "wink-helpers": "1", "wink-nlp": "1", "@pinecone-database/pinecone": "1"}}' >tree/package.json
printf '[dependencies]\nburn-cd = "1"\nrig-x = "1"\nort-routing = "1"\ntract-land = "1"\ngemini-server = "1"\nburn-tensor = "1"\nrig-core = "1"\nort-sys = "1"\ntract-nnef = "1"\n' >tree/Cargo.toml
cat >tree/a.csproj <<'X'
<Project><ItemGroup>
<PackageReference Include="A2Analytics" Version="1.0.0" />
<PackageReference Include="CoherentNoise" Version="1.0.0" />
<PackageReference Include="Mistralize" Version="1.0.0" />
<PackageReference Include="A2A.AspNetCore" Version="1.0.0" />
</ItemGroup></Project>
X
run "$SW_BIN" discover --json tree
is "names that only begin so are none" "$(jq -r '[.entities[].name] | sort | join(" ")' "$tmp.out")" "@pinecone-database/pinecone A2A.AspNetCore burn-tensor inspect-evals interpret-core lora-pytorch neptune-client ort-sys pinecone-plugin-assistant rig-core tract-nnef wink-nlp"
rm -rf tree
mkdir tree

# --- modules of the tree that sound like packages -----------------------------------------------------

mkdir -p tree/packages/app tree/packages/core/src/llm_core tree/services/mcp_server tree/venv/lib/site-packages/llm_tools
: >tree/packages/core/src/llm_core/__init__.py
: >tree/services/mcp_server/__init__.py
: >tree/venv/lib/site-packages/llm_tools/__init__.py
printf 'from llm_core import x\nimport mcp_server.tools\nimport llm_tools\nimport openai\nimport langchain_own\n' >tree/packages/app/main.py
printf 'import langchain_own\n' >tree/packages/app/langchain_own.py
run "$SW_BIN" discover --json tree
is "they are none, wherever they stand" "$(jq -r '.entities[] | . as $e | .evidence[] | "\($e.name) \(.file):\(.line) \(.confidence)"' "$tmp.out")" "langchain-own packages/app/langchain_own.py:1 0.6
llm-tools packages/app/main.py:3 0.6
openai packages/app/main.py:4 0.9"
rm -rf tree
mkdir tree

# --- all packages, what is joined, what is hostile --------------------------------------------------

printf 'flask==3.0\n123\nif\n-x\nNone\nstring>=\nRequests\n"quoted"\n=1\na b\n' >tree/requirements.txt
echo '{"dependencies":{"left-pad":"1.3.0","1":"1.0.0","":"1","../x":"1","@a":"1","A b":"1"}}' >tree/package.json
shows "all packages" "flask 3.0 requirements.txt:1 manifest runtime
left-pad 1.3.0 package.json:1 manifest runtime
requests - requirements.txt:7 manifest runtime" --all-packages

echo 'torch>=2' >tree/requirements.txt
printf '[[package]]\nname = "torch"\nversion = "2.1.0"\n' >tree/uv.lock
echo 'import torch' >tree/a.py
shows "a lock file, a manifest and an import are one" "torch 2.1.0 a.py:1 python-import runtime
torch 2.1.0 requirements.txt:1 manifest runtime
torch 2.1.0 uv.lock:2 lock-file runtime"

printf 'torch==\377\376\nopenai==1.0\n' >tree/requirements.txt
printf '[package]\nname = "\377"\n' >tree/poetry.lock
python3 -c 'print("[" * 100000)' >tree/package.json
python3 -c 'print("a = " + "[" * 100000)' >tree/pyproject.toml
python3 -c 'print("{\"dependencies\":" * 5000)' >tree/package-lock.json
python3 -c 'print("<a>" * 100000)' >tree/pom.xml
python3 -c 'print("x" * 3000000)' >tree/yarn.lock
python3 -c 'print("implementation(" * 200000)' >tree/build.gradle
python3 -c 'print("pip install " + "\\" * 999999)' >tree/a.sh
printf 'implementation "a' >tree/b.gradle
printf '[a]\na = 1\na = 2\n' >tree/Cargo.toml
echo 'print "2"' >tree/setup.py
printf '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><project/>' >tree/a.pom
shows "what is hostile" "openai 1.0 requirements.txt:2 manifest runtime
torch - requirements.txt:1 manifest runtime"
exits "what is hostile is no failure" 0
is "it is told, each file once" "$(jq '[.coverage.notLookedAt[] | select(.why | startswith("settings") | not) | .count] | add' "$tmp.out")" 8

python3 -c '
print("{\"lockfileVersion\": 1, \"packages\": {" + ",".join("\"a%d\": [\"a%d@1.0.0\"]" % (i, i) for i in range(200000)) + "}}")' >tree/bun.lock
shows "a lock file of Bun past its limit" ""
json "is told as one" '.coverage.notLookedAt[] | "\(.first) \(.why)"' "bun.lock lock files of Bun that nest too deep or have more than 262,144 values"
done_testing
