#!/bin/bash
# What source code of each language uses is seen, once, and nothing else is. Every signal and every
# trap of the tree has its label: recall and precision on it are 1.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

: >labels

# want KIND NAME FILE: the entity is to be seen in that file.
want() {
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>labels
}

mkdir -p tree/py tree/js tree/go tree/jvm tree/rust tree/cs tree/sh tree/nb tree/traps

# --- Python ---------------------------------------------------------------------------------------

cat >tree/py/names.py <<'PY'
from transformers import AutoModel as Auto, pipeline
import torch

ORG = "meta-llama"
NAME = "Llama-3.1-8B"
model = Auto.from_pretrained(f"{ORG}/{NAME}")
pinned = Auto.from_pretrained("org-a/pinned", revision="0123456789abcdef0123456789abcdef01234567")
branch = Auto.from_pretrained("org-a/branch", revision="main")
for name in ["org-b/first", "org-b/second"]:
    Auto.from_pretrained(name)
all_of_them = [pipeline("fill-mask", model=m) for m in ("org-c/first", "org-c/second")]


class Settings:
    encoder: str = "org-d/encoder"


def load(settings):
    return Auto.from_pretrained(settings.encoder)


unknown = Auto.from_pretrained(f"{ORG}/{torch.randint(3)}")
PY
want library transformers py/names.py
want library torch py/names.py
for name in meta-llama/Llama-3.1-8B org-a/pinned org-a/branch org-b/first org-b/second org-c/first org-c/second \
    org-d/encoder; do
    want model $name py/names.py
done

cat >tree/py/calls.py <<'PY'
import os
import json
import httpx
import boto3
import ollama
from dataclasses import dataclass, field
from langchain_openai import ChatOpenAI

KEY = "GROQ_API_KEY"
config = {"model": "gpt-4o-mini", "temperature": 0}


@dataclass
class Chat:
    model_name: str = field(default="claude-sonnet-4-0")
    chat: str = os.environ.get("CHAT_MODEL", "gpt-4.1")


llm = ChatOpenAI(**config)
httpx.post("https://api.mistral.ai/v1/chat/completions",
           json={"model": "mistral-large-latest", "messages": []})
httpx.post("https://api.deepseek.com/chat/completions", data='{"model": "deepseek-chat"}')
bedrock = boto3.client("bedrock-runtime")
bedrock.invoke_model(modelId="amazon.titan-text-express-v1", body=json.dumps({}))
ollama.chat(model="llama3.2", messages=[])
token = os.environ[KEY]
fallback = os.environ["RERANK_MODEL"] or "rerank-english-v3.0"
PY
want library ollama py/calls.py
want library langchain-openai py/calls.py
for name in gpt-4o-mini claude-sonnet-4-0 gpt-4.1 mistral-large-latest deepseek-chat amazon.titan-text-express-v1 \
    llama3.2 rerank-english-v3.0; do
    want model $name py/calls.py
done
want service 'Mistral AI' py/calls.py
want service DeepSeek py/calls.py
want credential GROQ_API_KEY py/calls.py

cat >tree/py/more.py <<'PY'
import spacy, timm, whisper, replicate, evaluate
import torchvision
import google.generativeai as genai
from peft import PeftModel
from sentence_transformers import SentenceTransformer
from diffusers import StableDiffusionPipeline
from datasets import load_dataset

nlp = spacy.load("en_core_web_sm")
net = timm.create_model("timm/vit_base_patch16_224.augreg_in21k")
asr = whisper.load_model("large-v3")
replicate.run("black-forest-labs/flux-schnell", input={})
PeftModel.from_pretrained(base, "org-p/adapter")
SentenceTransformer("all-MiniLM-L6-v2")
StableDiffusionPipeline.from_pretrained("stabilityai/stable-diffusion-xl-base-1.0")
load_dataset("squad")
load_dataset("org-e/corpus", split="train")
genai.GenerativeModel("gemini-1.5-pro")
PY
for name in spacy timm openai-whisper replicate evaluate torchvision google-generativeai peft sentence-transformers \
    diffusers datasets; do
    want library $name py/more.py
done
for name in timm/vit_base_patch16_224.augreg_in21k black-forest-labs/flux-schnell org-p/adapter \
    sentence-transformers/all-MiniLM-L6-v2 stabilityai/stable-diffusion-xl-base-1.0 gemini-1.5-pro en_core_web_sm \
    openai/whisper-large-v3; do
    want model $name py/more.py
done
want dataset rajpurkar/squad py/more.py
want dataset org-e/corpus py/more.py

cat >tree/py/vision.py <<'PY'
from torchvision import models
from tensorflow.keras.applications import ResNet50V2, VGG16

models.resnet18(pretrained=True)
models.vit_b_16(weights=models.ViT_B_16_Weights.DEFAULT)
models.resnet34(weights=None)
models.resnet50()
ResNet50V2(weights="imagenet", include_top=False)
VGG16(weights=None)
PY
want library torchvision py/vision.py
want library tensorflow py/vision.py
want model resnet18 py/vision.py
want model vit_b_16 py/vision.py
want model ResNet50V2 py/vision.py

mkdir tree/py/app
cat >tree/py/app/settings.py <<'PY'
ENCODER = "org-f/encoder"
RANKER: str = "org-f/ranker"
UNUSED = "org-f/unused"
PY
cat >tree/py/app/use.py <<'PY'
from transformers import AutoModel
from .settings import ENCODER
from py.app.settings import RANKER as ranker
from .missing import MISSING

AutoModel.from_pretrained(ENCODER)
AutoModel.from_pretrained(ranker)
AutoModel.from_pretrained(MISSING)
PY
want library transformers py/app/use.py
want model org-f/encoder py/app/use.py
want model org-f/ranker py/app/use.py

cat >tree/py/old.py <<'PY'
import mlflow, os
from xgboost import XGBClassifier
print "Python 2"
PY
want library mlflow py/old.py
want library xgboost py/old.py

# --- notebooks ------------------------------------------------------------------------------------

python3 - <<'PY'
import json


def code(*lines):
    return {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "\n".join(lines).splitlines(True),
            "outputs": [{"output_type": "stream", "name": "stdout",
                         "text": ["model = AutoModel.from_pretrained('org-x/only-in-an-output')\n"]}]}


cells = [
    {"cell_type": "markdown", "metadata": {}, "source": ["`AutoModel.from_pretrained('org-x/only-in-words')`\n"]},
    code("!pip install -q accelerate==1.2.3 numpy \\", "    'bitsandbytes>=0.43'", "%matplotlib inline",
         "from transformers import AutoTokenizer"),
    code("MODEL = 'org-n/from-another-cell'"),
    code("%%time", "import os", "", "if True:", "    !hf download org-n/downloaded", "tok = AutoTokenizer.from_pretrained(MODEL)"),
    code("%%bash", "ollama pull qwen2.5:7b"),
    code("%%html", "<img src='https://api.openai.com/x'>"),
    code("print 'two'", "from keras import layers"),
    {"cell_type": "code", "metadata": {}, "outputs": [], "source": "DATA = '" + "A" * 1100000 + "'\nimport flax\n"},
]
json.dump({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5},
          open("tree/nb/work.ipynb", "w"), indent=1)
json.dump({"cells": [code("library(torch)")], "metadata": {"language_info": {"name": "R"}}, "nbformat": 4,
           "nbformat_minor": 5}, open("tree/nb/other.ipynb", "w"))
PY
want library accelerate 'nb/work.ipynb#cell-2'
want library bitsandbytes 'nb/work.ipynb#cell-2'
want library transformers 'nb/work.ipynb#cell-2'
want model org-n/from-another-cell 'nb/work.ipynb#cell-4'
want model org-n/downloaded 'nb/work.ipynb#cell-4'
want model qwen2.5:7b 'nb/work.ipynb#cell-5'
want library keras 'nb/work.ipynb#cell-7'
want library flax 'nb/work.ipynb#cell-8'

# --- JavaScript and TypeScript --------------------------------------------------------------------

cat >tree/js/chat.ts <<'TS'
import OpenAI from "openai";
import { ChatOpenAI as Chat } from '@langchain/openai';
import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { openai } from "@ai-sdk/openai";
import { generateText } from "ai";
import fs from "node:fs";
import local from "./openai";

const MODEL: string = "gpt-4o";
const MODELS = { fast: "gpt-4o-mini", slow: 'o3-mini' } as const;
const org = "org-j", size = `7b`;
const DEFAULT = process.env.CHAT_MODEL ?? "gpt-4.1-nano";
const { OPENAI_API_KEY } = process.env;
const word = /["'`]model: "gpt-3.5-turbo"/g; // model: "gpt-3.5-turbo-0301"
/* new Chat({ model: "gpt-3.5-turbo-0613" }) */

export class Agent {
    private readonly model: string = "claude-3-5-haiku-latest";
    constructor(private client = new OpenAI({ apiKey: process.env.AZURE_OPENAI_API_KEY! })) {}

    async ask({ model = "gpt-4.1-mini", ...rest }: Options = {}, question?: string): Promise<string> {
        const r = await this.client.chat.completions.create({ model: MODEL, messages: [{ role: "user", content: question }] });
        const other = new Chat({ modelName: MODELS.slow, temperature: rest.temperature || 0.2 });
        const { text } = await generateText({ model: openai("gpt-5-mini"), prompt: `it's ${question ? `"${question}"` : "x"}` });
        const slow = useState<string>("x");
        return rest.deep ? r.choices[0].message.content : text;
    }
}

export function tokens(text: string, model = "gpt-4-turbo") {
    return fetch(`https://api.groq.com/openai/v1/${text}`, {
        method: "POST",
        body: JSON.stringify({ model: DEFAULT, embedding_model: `text-embedding-3-small` }),
    });
}
TS
for name in openai @langchain/openai @modelcontextprotocol/sdk @ai-sdk/openai ai; do
    want library "$name" js/chat.ts
done
for name in gpt-4o gpt-4o-mini o3-mini gpt-4.1-nano claude-3-5-haiku-latest gpt-4.1-mini gpt-5-mini gpt-4-turbo \
    text-embedding-3-small; do
    want model $name js/chat.ts
done
want credential OPENAI_API_KEY js/chat.ts
want credential AZURE_OPENAI_API_KEY js/chat.ts
want service Groq js/chat.ts

cat >tree/js/page.jsx <<'JSX'
const { pipeline } = require("@xenova/transformers");
const ORG = "Xenova";
const EMBED = `${ORG}/all-MiniLM-L6-v2`;

export default function Page({ model = "gpt-4o-2024-08-06" }) {
    const run = async () => {
        const tf = await import("@tensorflow/tfjs");
        await pipeline("feature-extraction", EMBED);
        await pipeline('text-generation', "Xenova/distilgpt2");
    };
    return (
        <div className="x">
            Don't panic: it's <Chat model="claude-3-opus-20240229" onClick={() => run()}>ask</Chat>
            <Chat modelName={model} /> isn't {1 / 2} it?
        </div>
    );
}
JSX
want library @xenova/transformers js/page.jsx
want library @tensorflow/tfjs js/page.jsx
for name in Xenova/all-MiniLM-L6-v2 Xenova/distilgpt2 gpt-4o-2024-08-06 claude-3-opus-20240229; do
    want model $name js/page.jsx
done

# --- Go -------------------------------------------------------------------------------------------

cat >tree/go/main.go <<'GO'
package main

import (
	"context"
	"os"

	openai "github.com/sashabaranov/go-openai"
	"github.com/tmc/langchaingo/llms"
)

import "github.com/ollama/ollama/api"

const (
	DefaultModel string = "gpt-4o-2024-05-13"
	page                = `a "raw" string: model: "gpt-3.5-turbo"`
)

func main() {
	key := os.Getenv("ANTHROPIC_API_KEY")
	r := '"'
	req := openai.ChatCompletionRequest{Model: openai.GPT4Turbo, Messages: nil}
	_ = &api.ChatRequest{Model: DefaultModel}
	body := map[string]any{"model": "claude-3-haiku-20240307"}
	post("https://api.anthropic.com/v1/messages", body, key, r, req)
}
GO
want library github.com/sashabaranov/go-openai go/main.go
want library github.com/tmc/langchaingo go/main.go
want library github.com/ollama/ollama go/main.go
for name in gpt-4o-2024-05-13 gpt-4-turbo claude-3-haiku-20240307; do
    want model $name go/main.go
done
want credential ANTHROPIC_API_KEY go/main.go
want service Anthropic go/main.go

# --- Java, Kotlin, Scala --------------------------------------------------------------------------

cat >tree/jvm/Chat.java <<'JAVA'
package org.example;

import dev.langchain4j.model.openai.OpenAiChatModel;
import java.util.List;

@Service
public class Chat {
    private static final String MODEL = "gpt-4o-mini-2024-07-18";

    @Value("${chat.model:gpt-3.5-turbo-1106}")
    private String model;

    String text = """
        He said: "model": 'x'
        .modelName("gpt-3.5-turbo-16k")
        """;
    char quote = '"';

    OpenAiChatModel build() {
        List<String> names = List.of("a");
        return OpenAiChatModel.builder().apiKey(System.getenv("OPENAI_ORG_ID")).modelName(MODEL).build();
    }
}
JAVA
want library dev.langchain4j:langchain4j-open-ai jvm/Chat.java
want model gpt-4o-mini-2024-07-18 jvm/Chat.java
want model gpt-3.5-turbo-1106 jvm/Chat.java
want credential OPENAI_ORG_ID jvm/Chat.java

cat >tree/jvm/Chat.kt <<'KT'
import ai.djl.repository.zoo.Criteria
import com.anthropic.client.AnthropicClient

class Chat(private val model: String = "claude-3-7-sonnet-latest") {
    companion object { const val FAST = "claude-haiku-4-5" }
    fun ask(name: String? = null) = client.ask(modelName = name ?: "claude-opus-4-1", text = """raw \""")
    fun fast() = Request.builder().model(FAST).build()
}
KT
want library ai.djl:api jvm/Chat.kt
want library com.anthropic:anthropic-java jvm/Chat.kt
for name in claude-3-7-sonnet-latest claude-haiku-4-5 claude-opus-4-1; do
    want model $name jvm/Chat.kt
done

cat >tree/jvm/Chat.scala <<'SCALA'
import com.openai.client.OpenAIClient
object Chat { def ask(model: String = "o4-mini") = client.create(model = "o1-preview", symbol = 'x) }
SCALA
want library com.openai:openai-java jvm/Chat.scala
want model o4-mini jvm/Chat.scala
want model o1-preview jvm/Chat.scala

# --- Rust and C# ----------------------------------------------------------------------------------

cat >tree/rust/main.rs <<'RS'
use async_openai::{types::CreateChatCompletionRequestArgs, Client};
use hf_hub::api::sync::Api;
use rig::providers;
/* outer /* inner */ .model("gpt-3.5-turbo-0125") */
const MODEL: &str = "gpt-4-0613";
fn ask<'a>(text: &'a str) -> Result<String> {
    let raw = r#"a "raw" .model("gpt-3.5-turbo-instruct") one"#;
    let c = 'x';
    let req = CreateChatCompletionRequestArgs::default().model(MODEL).build()?;
    let other = Request { model: "gpt-4-32k".to_string(), text: text.into() };
    let name = std::env::var("MODEL").unwrap_or("deepseek-reasoner".to_owned());
    agent.chat_model(name)
}
RS
want library async-openai rust/main.rs
want library hf-hub rust/main.rs
want library rig-core rust/main.rs
for name in gpt-4-0613 gpt-4-32k deepseek-reasoner; do
    want model $name rust/main.rs
done

cat >tree/cs/Chat.cs <<'CS'
using Microsoft.SemanticKernel;
using System.Text;
using OpenAI.Chat;

public class Chat {
    const string Model = "gpt-4.5-preview";
    string path = @"C:\models\";
    void Ask(string model = "gpt-4o-audio-preview") {
        var client = new ChatClient(model: Model, apiKey: Environment.GetEnvironmentVariable("XAI_API_KEY"));
        var options = new ChatOptions { ModelId = "grok-3-mini", Text = $"it's {model}" };
    }
}
CS
want library Microsoft.SemanticKernel cs/Chat.cs
want library OpenAI cs/Chat.cs
for name in gpt-4.5-preview gpt-4o-audio-preview grok-3-mini; do
    want model $name cs/Chat.cs
done
want credential XAI_API_KEY cs/Chat.cs

cat >tree/py/bodies.py <<'PY'
post(f'{{"model": "gpt-5-2025-08-07", "messages": {messages}}}')
post(f"{{\"model\": \"{model}\"}}")
post(b'{"model": "gpt-4-0613"}')
post('{"body": "{\\"model\\": \\"o3-mini-2025-01-31\\"}"}')
PY
for name in gpt-5-2025-08-07 gpt-4-0613 o3-mini-2025-01-31; do
    want model $name py/bodies.py
done

# --- shell ----------------------------------------------------------------------------------------

cat >tree/sh/serve.sh <<'SH'
#!/bin/sh
export COHERE_API_KEY="$1"
MODEL=org-s/served   # it's a comment
vllm serve "$MODEL" --max-model-len 4096
python -m vllm.entrypoints.openai.api_server \
    --model org-s/option --port 8000
huggingface-cli download --quiet org-s/downloaded && hf download org-s/corpus --repo-type dataset
ollama run gemma2:9b 'say hi'; ollama pull "${SMALL:-phi3:mini}"
curl -s https://api.together.xyz/v1/chat/completions -H "Authorization: Bearer $TOGETHER_API_KEY" \
    -d '{"model": "llama-3.1-70b", "stream": true}'
curl https://api.fireworks.ai/inference/v1 -d @- <<EOF
{"model": "qwen2.5-coder"}
EOF
pip install "vllm==0.6.3" -r requirements.txt
echo "--model" if return
SH
for name in org-s/served org-s/option org-s/downloaded gemma2:9b phi3:mini llama-3.1-70b qwen2.5-coder; do
    want model $name sh/serve.sh
done
want dataset org-s/corpus sh/serve.sh
want library vllm sh/serve.sh
want service 'Together AI' sh/serve.sh
want service 'Fireworks AI' sh/serve.sh
want credential COHERE_API_KEY sh/serve.sh
want credential TOGETHER_API_KEY sh/serve.sh

cat >tree/sh/defaults.sh <<'SH'
while [ $# -gt 0 ]; do MODEL="$2"; shift 2; done
MODEL=${MODEL:-gpt-4o-2024-08-06}
SH
want model gpt-4o-2024-08-06 sh/defaults.sh
echo 'MODEL_PATH=org-s/any-70b' >tree/sh/job.slurm
want model org-s/any-70b sh/job.slurm

# --- what is offered and chosen -------------------------------------------------------------------

cat >tree/py/offers.py <<'PY'
from enum import Enum
from langchain_nowhere import Chat

chat_models = ["gpt-4.1-nano"]
chat_models.append("gpt-4.1-mini-2025-04-14")
rerank_models = []
rerank_models.extend(["org-o/any-reranker", "org-o/any-0.6b"])


class Speed(str, Enum):
    FAST = "gpt-5-nano-2025-08-07"


offered = ModelConfig(id="openai:gpt-5-mini-2025-08-07", name="GPT-5 Mini")
st.selectbox("model", ["claude-3-5-haiku-20241022", "none"])
parser.add_argument("--judge-model", default="org-o/any-judge", help="the judge")
openai.Audio.transcribe("whisper-1", sound)
register(Talk("gpt-4-turbo-2024-04-09"), aliases=("4t",))
print("gpt-4-vision-preview") if name.startswith("gpt-4-1106-preview") else None


def answer(name):
    if name in ["gpt-4-0613", "gpt-4-32k-0613"]:
        return ChatOpenAI(model=name)
PY
want library langchain-nowhere py/offers.py
for name in gpt-4.1-nano gpt-4.1-mini-2025-04-14 gpt-5-nano-2025-08-07 gpt-5-mini-2025-08-07 org-o/any-reranker \
    org-o/any-judge whisper-1 gpt-4-turbo-2024-04-09 org-o/any-0.6b claude-3-5-haiku-20241022 gpt-4-0613 gpt-4-32k-0613; do
    want model $name py/offers.py
done

cat >tree/js/offers.ts <<'TS'
import { anything } from '@ai-sdk/anything';
import { any } from '@langchain/any/part';
settings.models.fast = 'gpt-4o-mini-2024-07-18';
const far = fireworks('accounts/fireworks/models/deepseek-v3p1');
TS
want library @ai-sdk/anything js/offers.ts
want library @langchain/any js/offers.ts
want model gpt-4o-mini-2024-07-18 js/offers.ts
want model deepseek-v3p1 js/offers.ts

cat >tree/go/flags.go <<'GO'
package flags

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/mark3labs/mcp-go/client"
)

var name = flag.String("chat-model", env.Or("CHAT_MODEL", "gpt-4o-2024-05-13"), "the model")
GO
want library github.com/aws/aws-sdk-go-v2/service/bedrockruntime go/flags.go
want library github.com/mark3labs/mcp-go go/flags.go
want model gpt-4o-2024-05-13 go/flags.go

# --- names that stand by themselves ---------------------------------------------------------------

cat >tree/py/alone.py <<'PY'
import transformers
from typing import Literal

Known = Literal["gpt-5.1", "o4-mini"]
kinds = Literal["gpt-5.1-word", "fast"]


class Kind(Enum):
    fast = "gemini-2.5-flash-lite"


def captions(model_id: Literal["org-l/any-captions", "org-l/other-captions"] = "org-l/any-captions"):
    return path if path else "google-t5/t5-base"


def best():
    return "claude-opus-4-5"


ids = ["grok-4-fast", "o1"]
hub = ["meta-llama/Llama-3.2-1B-Instruct", "org-l/any-other2"]
field = CharField(max_length=9, default="bartowski/Llama-3.2-3B-Instruct-GGUF")
MODELS = {"gpt-4.1": {"window": 9}, "any": {}}
if kind == "gpt-4-32k-0314" or "gpt-4-1106-vision-preview" in name:
    pass
PY
want library transformers py/alone.py
for name in gpt-5.1 gpt-5.1-word o4-mini gemini-2.5-flash-lite org-l/any-captions org-l/other-captions google-t5/t5-base \
    claude-opus-4-5 grok-4-fast o1 meta-llama/Llama-3.2-1B-Instruct org-l/any-other2 bartowski/Llama-3.2-3B-Instruct-GGUF gpt-4.1; do
    want model $name py/alone.py
done

cat >tree/py/copies.py <<'PY'
from transformers import AutoModel

where = "models"
AutoModel.from_pretrained(f"{where}/any-org/any-copied")
AutoModel.from_pretrained("models/any-directory")
AutoModel.from_pretrained("models/a/b/c")
PY
want library transformers py/copies.py
cat >tree/py/weights.py <<'PY'
import torch
from llama_index.llms.any_maker import Maker
from llama_index.embeddings.openai import OpenAIEmbedding

_MODELS = {
    "any-small.en": "https://weights.example.com/one/any-small.en.pt",
    "default": "https://weights.example.com/one/default.pt",
    "icon": "https://weights.example.com/one/icon.png",
    "url": "https://weights.example.com/one/any.pth",
    "here": "any-other.pt",
}
Other = {"any-other": "https://weights.example.com/any-other.pt"}
embed = OpenAIEmbedding(model_type=Kind.TEXT_EMBED_3_LARGE)
if Kind.TEXT_EMBED_ADA_002 == wanted:
    pass
PY
want library torch py/weights.py
want model any-org/any-copied py/copies.py
want library llama-index-llms-any-maker py/weights.py
want library llama-index-embeddings-openai py/weights.py
want model any-small.en py/weights.py
want model text-embedding-3-large py/weights.py
want service OpenAI py/weights.py

mkdir -p tree/py/own
cat >tree/py/own/anthropic.py <<'PY'
from anthropic import AsyncAnthropic
PY
want library anthropic py/own/anthropic.py

cat >tree/go/lists.go <<'GO'
package lists

var models = []string{"r1-1776", "sonar-reasoning"}
var pictures = []image.Model{"any-picture"}
var named = []struct{ model string }{{"any-word"}}

func all() {
	all.models = []string{"command-r-08-2024", string(anthropic.ModelClaude3OpusLatest)}
}
GO
for name in r1-1776 sonar-reasoning command-r-08-2024 claude-3-opus-latest; do
    want model $name go/lists.go
done

cat >tree/js/fireworks.ts <<'TS'
const models = [{ name: "accounts/fireworks/models/any-word" }, { name: "accounts/other/models/any-word" }];
TS
want model any-word js/fireworks.ts

cat >tree/js/alone.ts <<'TS'
export type Fast = "gpt-4.1-mini" | "gpt-4.1-nano";
export const list = [{ label: "Big", value: "MiniMaxAI/MiniMax-M2" }, { value: "moonshotai/Kimi-K2-Instruct" }];
export const pick = (big) => (big ? "claude-sonnet-4-5-20250929" : "claude-haiku-4-5-20251001");
const Menu = () => <option value="gemini-2.5-pro">Pro</option>;
TS
for name in gpt-4.1-mini gpt-4.1-nano MiniMaxAI/MiniMax-M2 moonshotai/Kimi-K2-Instruct claude-sonnet-4-5-20250929 \
    claude-haiku-4-5-20251001 gemini-2.5-pro; do
    want model $name js/alone.ts
done

cat >tree/cs/main.bicep <<'END'
@description('gpt-4o-realtime-preview would be another')
param chatModel string = 'gpt-4o-mini-2024-07-18'
resource d 'Microsoft.CognitiveServices/accounts/deployments@2023-05-01' = {
  properties: { model: { format: 'OpenAI', name: 'text-embedding-3-large', version: '1' } }
}
END
cat >tree/cs/App.swift <<'END'
struct Settings { let chosen = "gpt-4o-audio-preview" }
END
cat >tree/cs/index.php <<'END'
<?php $body = ['model' => 'gpt-4o-search-preview', 'n' => 1];
END
want model gpt-4o-mini-2024-07-18 cs/main.bicep
want model text-embedding-3-large cs/main.bicep
want model gpt-4o-audio-preview cs/App.swift
want model gpt-4o-search-preview cs/index.php

cat >tree/cs/init.lua <<'END'
-- model = "gpt-4-0125-preview"
--[[ model = "gpt-4-0314"
]]
return { openai = { model = "gpt-4o-2024-11-20", timeout = 3 }, ["claude"] = { model = 'claude-3-5-haiku-20241022' } }
END
cat >tree/cs/chat.rb <<'END'
# client.chat(model: "gpt-4-32k-0314")
DEFAULT = "gpt-4.1-nano-2025-04-14"
client.chat(parameters: { model: "gpt-4o-mini-2024-07-18", "embedding_model" => "text-embedding-3-small" })
END
echo 'const char *chosen = "gpt-4o-2024-08-06"; // "gpt-4-0613"' >tree/cs/main.cpp
want model gpt-4o-2024-11-20 cs/init.lua
want model claude-3-5-haiku-20241022 cs/init.lua
for name in gpt-4.1-nano-2025-04-14 gpt-4o-mini-2024-07-18 text-embedding-3-small; do
    want model $name cs/chat.rb
done
want model gpt-4o-2024-08-06 cs/main.cpp

# --- services whose clients are made --------------------------------------------------------------

cat >tree/py/services.py <<'PY'
import anthropic, boto3
from litellm import AsyncOpenAI, AzureOpenAI, OpenAI

first = OpenAI()
second = AsyncOpenAI(base_url="https://llm.example.com:8443/v1", api_key=key)
third = AzureOpenAI(azure_endpoint=where)
anthropic.Anthropic()
boto3.client("bedrock-runtime", region_name=region)
boto3.client("s3")
PY
want library litellm py/services.py
want library anthropic py/services.py
for name in OpenAI llm.example.com:8443 'Azure OpenAI' Anthropic 'Amazon Bedrock'; do
    want service "$name" py/services.py
done
cat >tree/js/services.ts <<'TS'
import { createOpenAI } from "@ai-sdk/openai";
const one = createOpenAI({ baseURL: "http://10.0.0.7:8000/v1", name: "own" });
TS
want library @ai-sdk/openai js/services.ts
want service 10.0.0.7:8000 js/services.ts
want service 'Amazon Bedrock' py/calls.py
want service 'Google Gemini' py/more.py
want service OpenAI js/chat.ts
want service OpenAI jvm/Chat.java
want service OpenAI py/calls.py
want service OpenAI py/offers.py
want service Replicate py/more.py

# --- packages by their words, and modules of the tree ---------------------------------------------

mkdir -p tree/svc/api
cat >tree/svc/package.json <<'END'
{"dependencies": {"any-langchain-tools": "1.0.0", "@scope/llm-any": "^2", "left-pad": "1.0.0"},
 "devDependencies": {"@types/any-openai": "1.0.0"}}
END
want library any-langchain-tools svc/package.json
want library @scope/llm-any svc/package.json
echo 'own = 1' >tree/svc/evaluate.py
cat >tree/svc/api/run.py <<'PY'
import evaluate
import rebyte_langchain
PY
want library rebyte-langchain svc/api/run.py
cat >tree/svc/api/later.py <<'PY'
import importlib
from .lazy import LazyLoader, LazyLogger

store = LazyLoader("chromadb")
genai = LazyLoader("google.generativeai", "google-generativeai")
voyage = importlib.import_module("voyageai")
log = LazyLogger("pinecone")
other = LazyLoader("left_pad")
PY
want library chromadb svc/api/later.py
want library google-generativeai svc/api/later.py
want library voyageai svc/api/later.py

# --- names that only their place tells ------------------------------------------------------------

cat >tree/py/places.py <<'PY'
import clip, transformers
from langchain_ollama import ChatOllama
from sentence_transformers import SentenceTransformer

ChatOllama(model="mistral")
SentenceTransformer("clip-ViT-B-32")
clip.load("ViT-B/32")
chosen = Choice(value="all-MiniLM-L12-v2")
_model_defaults = {Kind.A: {"claude-3-5-haiku-20241022": Config(1)}, "b": {"o3-mini-2025-01-31": Config(2)}}
models = {"Xenova/whisper-small": [249], "gpt-4-turbo-2024-04-09": "the fast one"}
whisper_model = "medium.en"
ollama_model = "any-llama:7b"
ask(model="ollama/codestral")
ask(model="openrouter/x-ai/grok-4")
ask(model="meta-llama/llama-3.2-3b-instruct:free")
ask(model="any-org/any-13b-chat:5c7d1e2f5c7d1e2f5c7d1e2f5c7d1e2f5c7d1e2f5c7d1e2f5c7d1e2f5c7d1e2f")
backbone = "microsoft/trocr-base-printed"
tuned = ask(model="ft:gpt-3.5-turbo-0613:any::abc123")


class ChatModels(str, Enum):
    SLOW = "granite3.3"
    OTHER = "openai"


class ModelFamily(str, Enum):
    FIRST = "granite3.1"
PY
for name in transformers langchain-ollama sentence-transformers clip; do
    want library $name py/places.py
done
for name in mistral sentence-transformers/clip-ViT-B-32 ViT-B/32 sentence-transformers/all-MiniLM-L12-v2 \
    claude-3-5-haiku-20241022 o3-mini-2025-01-31 Xenova/whisper-small gpt-4-turbo-2024-04-09 openai/whisper-medium.en \
    any-llama:7b codestral grok-4 granite3.3 ft:gpt-3.5-turbo-0613:any::abc123 meta-llama/llama-3.2-3b-instruct any-org/any-13b-chat microsoft/trocr-base-printed; do
    want model $name py/places.py
done

cat >tree/sh/lists.sh <<'SH'
MODELS=(
  "mistralai/Mistral-7B-v0.1" # one
  meta-llama/Llama-2-7b-hf
)
for model in any-org/first-7b gpt-4.1-mini; do run "$model"; done
for one in Qwen/Qwen2-7B gpt-4.1-nano; do run "$one"; done
python run.py BAAI/bge-small-en-v1.5 --output_dir mistralai/Mistral-7B-mine --run-name meta-llama/Llama-7b-run
git clone meta-llama/Llama-3-8B-copy && cd meta-llama/Llama-3-8B-copy
rm gpt-4-0314 gpt-4-32k-0314
SH
for name in mistralai/Mistral-7B-v0.1 meta-llama/Llama-2-7b-hf any-org/first-7b gpt-4.1-mini Qwen/Qwen2-7B gpt-4.1-nano \
    BAAI/bge-small-en-v1.5; do
    want model $name sh/lists.sh
done

printf 'CHAT_MODEL ?= gpt-4.1-2025-04-14\nMODELS := any-org/made-7b \\\n  any-org/made-13b\nOUTPUT_MODEL = any-org/mine-7b\n' >tree/sh/list.mk
for name in gpt-4.1-2025-04-14 any-org/made-7b any-org/made-13b; do
    want model $name sh/list.mk
done

mkdir -p tree/offers
cat >tree/offers/preset_models.json <<'END'
[{"id": "openai/gpt-5.4", "label": "gpt-4-0125-preview"},
 {"huggingface_id": "Qwen/Qwen3.5-35B-A3B", "routing_id": "claude-opus-4-7", "description": "gpt-4-1106-preview"}]
END
echo '[{"id": "gpt-4-32k-0613", "in": 0.06}]' >tree/offers/model_prices.json
cat >tree/offers/values.yaml <<'END'
runtime: {weights: meta-llama/Llama-3.2-1B, whisper_model_size: small, ollama_model: mistral}
image: meta-llama/Llama-3.2-3B
title: meta-llama/Llama-3.2-11B-Vision
dataset_mixture: {datasets: [{id: HuggingFaceTB/any-instruct-7b}]}
llms: {chosen: {model: ollama/mistral}}
END
for name in gpt-5.4 Qwen/Qwen3.5-35B-A3B claude-opus-4-7; do
    want model $name offers/preset_models.json
done
for name in meta-llama/Llama-3.2-1B openai/whisper-small mistral; do
    want model $name offers/values.yaml
done

cat >tree/traps/places.py <<'PY'
import ollama

OLLAMA_MODELS = {"sizes": ["7b", "13b"], "by": "ollama", "where": "http://localhost:11434/llama"}
SUPPORTED_MODEL_TYPES = ["qwen2", "gemma2"]
models = {"gpt-4-32k-0613": 0.06}
step = "step-1"
whisper_language = "base"
ChatOllama(model="model-name")
kind = "anthropic.claude"
find("facebook/any-data", "databricks/databricks-dolly-15k")
PY
want library ollama traps/places.py

mkdir -p tree/svc/tail/nlp
cat >tree/svc/tail/run.py <<'PY'
import uform
import inference
import nlp
import espnet2
import own_torch_layers, torch_own
from azure.ai.formrecognizer import Any
from azure.storage.blob import Other
from livekit.plugins.anything.part import That
PY
touch tree/svc/tail/nlp/__init__.py tree/svc/torch_own.py
cat >tree/svc/tail/package.json <<'END'
{"dependencies": {"any-rag": "1.0.0", "cool-ai": "^2", "@company-ai/anything": "1.0.0", "drag": "1", "@scope/ai-kit": "1"}}
END
for name in uform inference espnet own-torch-layers azure-ai-formrecognizer livekit-plugins-anything; do
    want library $name svc/tail/run.py
done
for name in any-rag cool-ai @scope/ai-kit; do
    want library $name svc/tail/package.json
done

# --- traps ----------------------------------------------------------------------------------------

cat >tree/traps/alone.py <<'PY'
import litellm

ALLOWED_PREFIXES = ["gpt-4-0613", "claude-3-opus-20240229"]
family = "gemini-1.5"
log.info("gpt-4-turbo-preview")
prices = {"gpt-4-32k": 0.06, "claude-3-haiku-20240307": 0.01}
name.replace("gpt-4-0314", "x")
repo = "gpt-4-assistant-demo"
container = run("llama-3-server-1")
title = "claude-3-sonnet-20240229"
for p in ("gpt-4-1106-preview", "o1-mini"):
    known = model.startswith(p)
table["gpt-3.5-turbo-0301"] = 4096
link("tatsu-lab/alpaca-clean", "facebook/react-native", "weights-13b/0123abcd0123abcd")
x = a or b == "gpt-4-vision-preview"
PY
want library litellm traps/alone.py
cat >tree/traps/alone.ts <<'TS'
switch (m) { case "gpt-3.5-turbo-1106": break; }
if (m.includes("gpt-3.5-turbo-16k") || m === "gpt-4-0125-preview") { limits["gpt-4-32k-0613"] = 1; }
const icons = { title: "gpt-4o-2024-11-20", className: "gpt-4-badge" };
TS

cat >tree/traps/schema.ts <<'TS'
import { z } from "zod";
export const car = { make: "Tesla", model: 'Model S', modelName: "The", modelId: 3.46 };
export const schema = z.object({ model: z.string(), model_id: z.string, version: "3.46" });
const audio = "https://storage.googleapis.com/bucket/song.mp3";
const local = "http://localhost:11434/api/chat", other = "http://127.0.0.1:8080/v1";
interface Options { model: string; model_name?: "model" | "return"; }
const headers: Record<string, string> = { accept: "text/plain", type: "application/json", org: "a-b/c-d" };
class Typed { model: string; private map: Map<string, Array<string>> = { other: "e-f/g-h" }; }
import OpenAI from "openai";
const kind = { model: "application/json", modelId: "./models/local.bin", model_name: "your-org/your-model" };
if (kind.model) { return "if"; }
TS
want library openai traps/schema.ts
cat >tree/traps/models.py <<'PY'
import os
from django.db import models
from sqlalchemy.orm import declarative_base


class Car(models.Model):
    model = models.CharField(max_length=20, default="Model S")

    class Meta:
        model = "shop.Car"
        model_name = "model"


def build(model="model", model_name=None, model_id=os.environ):
    return form(model=Car, model_name="return", model_id="{model}", llm=build(model="if"))


PREFIXES_OF_MODELS = ("meta.llama", "mistral.mi", "vicuna")
shown_models = {"a": "GPT-4o", "b": "Claude-3-Opus"}
icon_models = {"a": "figures/vicuna-7b.jpeg"}
hub_model_id = "zephyr-7b-mine"
other = load(model_type == "qwen3", output_model="gpt-4o-mine")
session.load("a/b")
render(model="text/plain")
pipeline = make("steps/one", "steps/two")
open("models/weights.pt")
PY
cat >tree/traps/Traps.java <<'JAVA'
import java.util.logging.Level;
class Traps { Object o = car.model("Model S").model("String").setModel("true").modelName("path/to"); }
JAVA
cat >tree/traps/traps.go <<'GO'
package traps
import "example.com/openai"
type T struct { Model string `json:"model"` }
var t = T{Model: "T-800"}
GO
cat >tree/traps/traps.sh <<'SH'
terraform --model if; make --model return; cars --model "Model S" --model-name 3.46
curl http://localhost:8000/v1 -d '{"model": "model"}'
docker run --model_id /models/x image
SH

# --- what is seen ---------------------------------------------------------------------------------

sort labels >wanted
expect "the tree is read" 0 "$SW_BIN" discover --json tree
jq -r '.entities[] | . as $e | .evidence[] | [$e.kind, $e.name, .file] | @tsv' "$tmp.out" | sort -u >seen
is "recall: all that is there is seen" "$(comm -23 wanted seen)" ""
jq -r '.entities[] | [.kind, .name] | @tsv' "$tmp.out" | sort -u >entities
cut -f 1,2 wanted | sort -u >entities-wanted
is "nothing is seen elsewhere" "$(comm -13 wanted seen)" ""
is "precision: nothing else is" "$(comm -13 entities-wanted entities)" ""
json "each is there once" '[.entities[] | .kind + " " + (.purl // .name)] | length - (unique | length)' 0
json "each by its name once" '[.entities[] | .kind + " " + .name] | length - (unique | length)' 0
json "a commit is the version" '.entities[] | select(.name == "org-a/pinned") | .purl' \
    pkg:huggingface/org-a/pinned@0123456789abcdef0123456789abcdef01234567
json "a branch is none" '.entities[] | select(.name == "org-a/branch") | .purl' pkg:huggingface/org-a/branch
json "an installed version is one" '.entities[] | select(.name == "accelerate") | [.version, .grade] | join(" ")' \
    "1.2.3 declared"
json "the line is that in the cell" \
    '.entities[] | select(.name == "org-n/from-another-cell") | .evidence[0] | [.file, .line] | @tsv' \
    $'nb/work.ipynb#cell-4\t6'
json "the line of a command in a cell" '.entities[] | select(.name == "bitsandbytes") | .evidence[0].line' 2
json "nothing of the traps, but what one imports" \
    '[.entities[].evidence[] | select(.file | startswith("traps/")) | .signal] | sort | join(" ")' "python-import python-import script-import"
json "old Python is told as a gap" '[.coverage.notLookedAt[] | select(.why == "no Python 3") | .first] | join(" ")' \
    py/old.py
json "a notebook of another language, too" \
    '[.coverage.notLookedAt[] | select(.why == "no notebook of Python") | .first] | join(" ")' nb/other.ipynb
is "no key, and no path outside of the tree" "$(grep -cE "$tmp|\"/" "$tmp.out")" 0
cp "$tmp.out" first
run "$SW_BIN" discover --json tree
ok "the same again" cmp -s first "$tmp.out"

# --- where it stands ------------------------------------------------------------------------------

mkdir -p java/src/main/java/org/samples java/samples/src/main
echo 'class A { Object o = b.modelName("gpt-4o"); }' >java/src/main/java/org/samples/A.java
echo 'class B { Object o = b.modelName("gpt-4"); }' >java/samples/src/main/B.java
run "$SW_BIN" discover --json java
json "names of packages of Java say nothing of the scope" \
    '[.entities[] | select(.kind == "model") | .name + " " + .scope] | join(",")' "gpt-4 example,gpt-4o runtime"

# --- one word of a command, one sign ---------------------------------------------------------------

mkdir once
cat >once/a.sh <<'SH'
ollama run --keepalive 5m llama3.2
python serve.py --model acme/thing --revision main
M=gpt-4o-mini
LLM_MODEL=gpt-4o-mini
echo ollama pull phi3
cat >run.sh <<'EOF'
ollama pull gemma2:9b
EOF
SH
cat >once/Dockerfile <<'END'
CMD ["vllm", "serve", "--api-key", "k", "acme/served"]
END
cat >once/Dockerfile-gpu <<'END'
RUN pip install --no-cache-dir \
    # why
    groq
END
echo 'pip install cohere>=5 > instructor' >once/b.sh
run "$SW_BIN" discover --json once
json "a line of a shell is one source, and its place is told once" \
    '[.entities[] | "\(.name) \(.confidence) \(.seen) \(.evidence | length)"] | join(", ")' \
    "acme/served 0.9 1 1, acme/thing 0.9 1 1, gemma2:9b 0.9 1 1, gpt-4o-mini 0.9 1 1, llama3.2 0.9 1 1, cohere 0.8 1 1, groq 0.8 1 1"

# --- keys that stand in source --------------------------------------------------------------------

mkdir keys
body=aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789
printf 'x = 1\nclient = make(api_key="sk-proj-%s%s")\n' $body $body >keys/k.py
printf 'const client = make({apiKey: "gsk_%saBcDeFgHiJkLmNoP"});\n' $body >keys/k.ts
printf '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1\\n", "k = \\"r8_%sa\\""]}]}' $body >keys/k.ipynb
printf 'k = "sk-proj-your-key-goes-here-and-not-in-this-file-%s"\ntask_ = "task-%s%s"\n' $body $body $body >keys/none.py
run "$SW_BIN" discover --json keys
json "are told by their provider" '[.entities[] | "\(.kind) \(.name) \(.evidence[0] | "\(.file):\(.line)")"] | join(", ")' \
    "credential Groq key gsk_... k.ts:1, credential OpenAI key sk-proj-... k.py:2, credential Replicate key r8_... k.ipynb#cell-1:2"
unlike "and not by themselves" "$out" "aBcDeF"

# --- whom a client asks ---------------------------------------------------------------------------

# asks WHAT WANTED FILE CODE: the services of one file, with how sure it is that they are asked.
asks() {
    rm -rf asks
    mkdir asks
    printf '%s\n' "$4" >"asks/$3"
    run "$SW_BIN" discover --json asks
    json "$1" '[.entities[] | select(.kind == "service") | "\(.name) \(.confidence)"] | join(", ")' "$2"
    unlike "no part of a user or a password: $1" "$out" "S3CRET"
}
python='from openai import OpenAI'
typescript='import OpenAI from "openai";'
for url in 'https://user:S3CRETp/w@host.example/v1' 'https://user:S3CRETh#w@host.example/v1' \
    'https://S3CRETtoken/api@host.example/v1' 'https://user:S3CRET?x@Host.Example.:443/v1'; do
    asks "the host behind the last @: $url" "host.example 0.75" a.py "$python
OpenAI(base_url=\"$url\")"
    asks "and of TypeScript: $url" "host.example 0.75" a.ts "$typescript
new OpenAI({ baseURL: \"$url\" });"
done
for url in 'https://S3CRET/@host.example/v1' 'https://user:pw@host.example:S3CRET/v1' 'https://host.example:123456/v1'; do
    asks "no whole host: $url" "OpenAI 0.5" a.py "$python
OpenAI(base_url=\"$url\")"
done
for given in '**kw' 'api_key=key, **kw' '*args' 'base_url=where' 'key, where, "http://"'; do
    asks "one that is not known may be given: $given" "OpenAI 0.5" a.py "$python
OpenAI($given)"
done
for given in '...args' '{ ...options }' '{ apiKey: key, ...options }'; do
    asks "one that is not known may be given: $given" "OpenAI 0.5" a.ts "$typescript
new OpenAI($given);"
done
asks "what else it is given is no address" "OpenAI 0.75" a.ts "$typescript
new OpenAI({ defaultHeaders: { Referer: \"https://site.example/\" } });"
for given in 'None, None, None, "http://localhost:77/v1"' 'base_url="localhost:77/v1"'; do
    asks "an address wherever it stands: $given" "localhost:77 0.75" a.py "$python
OpenAI($given)"
done
asks "an address of IPv6" "[::1]:8080 0.75" a.py "$python
OpenAI(base_url='http://[0:0:0:0:0:0:0:1]:8080/v1')"
asks "a user is no part of a host" "corp.example 0.75" a.py "$python
OpenAI(base_url='https://user:S3CRET@corp.example/v1')"
asks "a host has one form" "llm.example.com 0.75, llm.example.com:80 0.75" a.py "$python
for url in ['https://LLM.Example.com/v1', 'http://llm.example.com./v1', 'https://llm.example.com:443', 'http://llm.example.com:80', 'https://llm.example.com:80']:
    OpenAI(base_url=url)"
asks "one of the catalogue, too" "Groq 0.75" a.py "$python
OpenAI(base_url='https://API.Groq.com./openai/v1')"

for of in 'from mylib import Groq, Mistral' 'from .mine import Groq, Mistral' 'import mylib as Groq, mylib as Mistral'; do
    asks "what others call so is no client: $of" "" a.py "import openai
$of
Groq(); Mistral(3)"
done
asks "nor is what is of theirs" "" a.py "import openai
from mylib import genai
genai.Client()"
asks "but that of its maker is" "Google Gemini 0.75, Groq 0.75" a.py "from groq import Groq as G
from google import genai
G(); genai.Client()"

# own WHAT FILE CODE: the file makes no client of a maker.
own() {
    asks "no client of a maker: $1" "" "$2" "$3"
}
own "a class of the same file" a.py 'import openai
class Anthropic: pass
def Groq(key): return key
Anthropic(); Groq("k")'
own "a class of the same file of TypeScript" a.ts 'import { tool } from "ai";
class VertexAI {} function createOpenAI(o) {}
new VertexAI(); createOpenAI({});'
for of in 'import { Groq } from "./groq";' 'import { Mine as Groq } from "@/lib/groq";' 'import Groq from "../groq";' \
    'import * as Groq from "~/groq";' 'const { Groq } = require("./groq");'; do
    own "of another file: $of" a.ts "import OpenAI from \"openai\"; $of
new Groq();"
done
own "a class of Java, and its constructor" a.java 'import com.openai.client.Any;
class Groq { Groq(String key) {} Object o = new Groq("k"); }'
own "one of another package of Java" a.java 'import com.openai.client.Any;
import org.example.clients.Groq;
class A { Object o = new Groq("k"); }'
own "a class of Kotlin" a.kt 'import com.openai.client.Any
class Groq(val key: String)
val one = Groq("k")'
own "a package of Go that is called so" a.go 'package a
import (
	"example.com/app/internal/openai"
	"github.com/tmc/langchaingo/llms"
)
func one() { openai.NewClient("k") }'
asks "makers' own, beside what is of the program" "Google Vertex AI 0.75, Groq 0.75" a.ts 'import { VertexAI } from "@google-cloud/vertexai";
import { tools } from "./tools";
import type { Any } from "./types";
import Groq from "groq-sdk";
new VertexAI({}); new Groq();'
asks "that of Go by its path" "OpenAI 0.75" a.go 'package a
import openai "github.com/sashabaranov/go-openai"
func one() { openai.NewClient("k") }'

# --- what is made to be in the way ----------------------------------------------------------------

mkdir hostile
python3 - <<'PY'
def write(name, text):
    with open("hostile/" + name, "w") as out:
        out.write(text)


write("sums.sh", 'a="$a$a$a";' * 400000)
write("deep.js", '"openai";' + "f(" * 100000)
write("open.js", '"openai";' + "`${" * 100000)
write("chain.py", "import openai\na" + ".a" * 100000 + "\n")
write("fine.go", 'package x\nimport "github.com/ollama/ollama/api"\n')
PY
run "$SW_BIN" discover --json hostile
exits "what cannot be followed stops nothing" 0
json "what is behind it is seen" '[.entities[].name] | join(" ")' "github.com/ollama/ollama openai"
json "it is told as a gap" '[.coverage.notLookedAt[] | select(.why | startswith("settings") | not) | .count] | add' 4

# --- what is left out is told ---------------------------------------------------------------------

mkdir gaps
python3 - <<'PY'
import json


def write(name, text):
    with open("gaps/" + name, "w") as out:
        out.write(text)


def cells(sources):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": s} for s in sources]})


write("a-wide.ipynb", cells(["import openai\nx = f(model='gpt-4o', data='" + "a" * 1100000 + "')\n"]))
write("b-cells.ipynb", cells(["import openai"] + ["x"] * 10000))
write("c-deep.py", "import anthropic\n" + "".join(" " * i + "if x:\n" for i in range(300)))
names = ", ".join('"acme/model-%d"' % i for i in range(100))
write("d-lost.py", "from transformers import AutoModel\nfor m in [%s]:\n    AutoModel.from_pretrained(m)\n" % names)
write("d-many.py", "from transformers import AutoModel\n" + "".join(
    'm = "acme/many-%d"\nAutoModel.from_pretrained(m)\n' % i for i in range(20)))
write("e-requirements.txt", "".join("-r part%d.list\n" % i for i in range(20)))
for i in range(20):
    write("part%d.list" % i, "torch\n")
write("f-map.yaml", "kind: ConfigMap\ndata:\n  a.json: |\n    {\"model\": [\n")
write("g-mcp.json", '{"mcp": ' + '{"a": ' * 20 + '{"mcpServers": {}}' + "}" * 21)
PY
run "$SW_BIN" discover --json gaps
is "each with the first of its kind" "$(jq -r '.coverage.notLookedAt[] | "\(.first): \(.why)"' "$tmp.out" | sort)" \
    "a-wide.ipynb: lines of a notebook over 1 MiB
b-cells.ipynb: cells of a notebook past the 10,000th
c-deep.py: source that nests too deep or is too large
d-lost.py: expressions that may be more texts than are followed
e-requirements.txt: files that a list of requirements includes past the 16th
f-map.yaml: settings inside settings that cannot be read
g-mcp.json: settings that nest too deep to hold servers of MCP"
json "files that were included count as read" .coverage.readFiles 24
json "each file once" '.coverage.notLookedAt[] | select(.why | startswith("expressions")) | .count' 2

# What says more than is kept does not keep others from being told.
mkdir much
python3 -c '
print("import openai")
print("x = [" + ", ".join("\"gpt-4o-%d\"" % i for i in range(110000)) + "]")' >much/a.py
echo 'import anthropic' >much/b.py
run "$SW_BIN" discover --json much
exits "a file that names too many models" 0
json "is told as a gap" '.coverage.notLookedAt[] | "\(.first): \(.count) \(.why)"' \
    "a.py: 10001 more places than are kept of one file, or of all"
json "and the other one as ever" '[.entities[] | select(.kind == "library") | .name] | join(" ")' "anthropic openai"
run "$SW_BIN" discover --json gaps
json "what stands before is seen" '[.entities[] | select(.kind == "library") | .name] | join(" ")' "anthropic openai torch transformers"

# --- a catalogue of one's own counts everywhere ------------------------------------------------------
printf 'version: 1\nhosts:\n  llm.corp.example: Our own model\n' >mine.yaml
printf '1700000000.1 9 10.0.0.1 TCP_TUNNEL/200 50 CONNECT %s:443 ann HIER_DIRECT/192.0.2.1 -\n' llm.corp.example api.openai.com >own.log
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {externalName: %s}\n---\n' llm.corp.example api.openai.com >own.k8s
mkdir -p own/proc/42
printf '42 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n' >own/proc/42/stat
printf 'x\0--a=https://llm.corp.example/v1\0--b=https://api.openai.com/v1\0' >own/proc/42/cmdline
for source in "--logs own.log" "--k8s own.k8s" "--host --root own"; do
    # shellcheck disable=SC2086 # these are words
    run "$SW_BIN" discover --catalogue mine.yaml --unsigned-catalogue --json $source
    json "it replaces ours: $source" '[.entities[] | select(.kind == "service") | .name] | join(", ")' "Our own model"
done

# --- a user who is a secret --------------------------------------------------------------------------
printf '1700000000.1 9 10.0.0.1 TCP_TUNNEL/200 50 CONNECT api.openai.com:443 glpat-abcdefghij%d HIER_DIRECT/192.0.2.1 -\n' 1234567890 >token.log
run "$SW_BIN" discover --json --logs token.log
unlike "is not told" "$out" "glpat-"
json "but that there was one" '[.entities[].evidence[] | .user // empty] | join(" ")' "(a key)"

# --- sets of names that are only looked at -----------------------------------------------------------
rm -rf sets
mkdir sets
cat >sets/a.py <<'PY'
import openai
UNSUPPORTED = frozenset(["gpt-3.5-turbo"])
MODEL_PREFIXES = tuple(["gpt-4-turbo"])
LABELS = {"label": list(set(["gpt-4.1-mini"]))}
CHOICES = frozenset(["gpt-4o-mini"])
PY
cat >sets/b.ts <<'TS'
import OpenAI from "openai";
const unsupported = new Set(["o1-preview"]);
const deprecatedModels = Object.freeze(["o1-mini"]);
const choices = new Set(["gpt-4.1"]);
TS
run "$SW_BIN" discover --json sets
json "what wraps a list says nothing else of it" '[.entities[] | select(.kind == "model") | .name] | join(" ")' "gpt-4.1 gpt-4o-mini"

# --- repositories that are called as models are -------------------------------------------------------
rm -rf repositories
mkdir repositories
for name in meta-llama/llama-recipes stabilityai/generative-models pyannote/pyannote-audio unsloth/unsloth-zoo-2 \
    diffusers/diffusers-pytorch-cpu mistralai/mistral-src-1 google/cloud-sdk-7b microsoft/vscode-llm-7b \
    meta-llama/Llama-3.1-8B pyannote/speaker-diarization-3.1; do
    echo "fetch(\"$name\")"
done >repositories/a.py
sed -i '1i import openai' repositories/a.py
run "$SW_BIN" discover --json repositories
json "are no models" '[.entities[] | select(.kind == "model") | .name] | join(" ")' "meta-llama/Llama-3.1-8B pyannote/speaker-diarization-3.1"
done_testing
