# What of AI a source tree uses, each once, with its places; and what was not looked at.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

mkdir -p repo/app repo/tests repo/docs repo/node_modules/openai repo/.git repo/agents
cat >repo/app/main.py <<'EOF'
import os, argparse
import openai
from transformers import AutoModel, pipeline
from agents import planner
import whisper
MODELS = {"small": "gpt-4o-mini", "big": "gpt-4o", "z": "z.string", "n": "3.46"}
name = os.environ.get("CHAT_MODEL", "claude-3-5-sonnet-20241022")
client = openai.OpenAI(api_key=os.environ["OPENAI_API_KEY"], base_url="https://api.openai.com/v1")
client.chat.completions.create(model=MODELS["big"], messages=[])
p = argparse.ArgumentParser()
p.add_argument("--init-from", default="gpt2-xl")
args = p.parse_args()
AutoModel.from_pretrained(args.init_from)


def load(path):
    return AutoModel.from_pretrained(path)


load("meta-llama/Llama-3.1-8B")
for q in ["Qwen/Qwen2.5-7B", "bert-base-uncased"]:
    AutoModel.from_pretrained(q)
AutoModel.from_pretrained("./out")
AutoModel.from_pretrained("your-org/your-model")
AutoModel.from_pretrained(name if name else return_value)
pipeline("text-generation", model="distilgpt2")
body = '{"model": "gpt-3.5-turbo", "stream": true}'
local = "http://localhost:8080/v1"
song = "https://storage.googleapis.com/x/song.mp3"
car = dict(model="Model S", kind="if")
KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"
EOF
touch repo/agents/__init__.py repo/app/whisper.py
echo 'import openai; m = "x"; openai.create(model="gpt-4-turbo")' >repo/tests/test_main.py
echo 'import torch' >repo/docs/conf.py
echo 'import anthropic' >repo/node_modules/openai/x.py
printf 'import openai\ndef f(:\n' >repo/app/broken.py
printf 'x = "a\0b"' >repo/app/binary.py
ln -s ../app repo/docs/loop
ln -s main.py repo/app/link.py

run "$SW_BIN" discover --json repo
exits "a tree" 0
documented "every member" discover
kinds() { jq -r --arg kind "$1" '[.entities[] | select(.kind == $kind and (.scope == "runtime")) | .name] | join(" ")' "$tmp.out"; }
is "the models, and nothing beside them" "$(kinds model)" \
    "Qwen/Qwen2.5-7B claude-3-5-sonnet-20241022 distilbert/distilgpt2 google-bert/bert-base-uncased gpt-3.5-turbo gpt-4o gpt-4o-mini meta-llama/Llama-3.1-8B openai-community/gpt2-xl"
is "the libraries, without modules of its own" "$(kinds library)" "openai transformers"
is "the service" "$(kinds service)" OpenAI
is "the name of the credential" "$(kinds credential)" OPENAI_API_KEY
unlike "and no value of any" "$out" "sk-proj-abcdef"
json "an alias has its place on the Hub" '.entities[] | select(.name == "openai-community/gpt2-xl") | .purl' \
    pkg:huggingface/openai-community/gpt2-xl
json "with file, line and signal" '.entities[] | select(.name == "distilbert/distilgpt2") | .evidence[0] | "\(.file):\(.line) \(.signal) \(.grade) \(.confidence)"' \
    "app/main.py:26 model-argument inferred 0.9"
json "through names it is less sure" '.entities[] | select(.name == "meta-llama/Llama-3.1-8B") | .confidence' 0.75
json "what only tests use has their scope" '.entities[] | select(.name == "gpt-4-turbo") | .scope' test
json "and pages theirs" '.entities[] | select(.name == "torch") | .scope' documentation
json "each is there once" '[.entities[] | .kind + .name + (.purl // "")] | length == (unique | length)' true
json "what was not looked at is told" '[.coverage.notLookedAt[] | .why] | sort | join("; ")' \
    "directories of installed packages, caches and version control; no Python 3; not text; symbolic links are not followed"
json "and how often" '.coverage.notLookedAt[] | select(.why | startswith("directories")) | .count' 2
json "the catalogue is named" '.catalogue | startswith("sha256:")' true
cp "$tmp.out" first.json
run "$SW_BIN" discover --json repo
ok "and again the same bytes" cmp -s first.json "$tmp.out"

run "$SW_BIN" discover repo
exits "for people" 0
like "with headings" "$out" "Models.*Libraries.*Services.*Credentials"
like "what counts, and what does not" "$out" "found, and 2 in tests, examples and documentation alone"
unlike "which is not shown" "$out" "gpt-4-turbo"
run "$SW_BIN" discover --all repo
like "unless it is asked for" "$out" "gpt-4-turbo .*\[test\]"

# Against an earlier run.
run "$SW_BIN" discover --output before.json --quiet repo
exits "an inventory that is kept" 0
run "$SW_BIN" discover --diff before.json repo
exits "nothing new" 0
echo 'import anthropic' >repo/app/more.py
rm repo/tests/test_main.py
run "$SW_BIN" discover --diff before.json repo
exits "something new" 1
like "is marked" "$out" "anthropic .* new"
like "and what went is told" "$out" "gone: model gpt-4-turbo"
run "$SW_BIN" discover --json --diff before.json repo
json "for programs" '.changes | "\(.new[0].name) \(.gone[0].name) \(.other_catalogue)"' "anthropic gpt-4-turbo false"
documented "and documented" discover

# What is new is a matter of what things are, not of their names and versions.
mkdir -p was/tests is/tests
echo 'openai==1.0' >was/requirements.txt
echo 'import cohere' | tee was/tests/test_a.py >is/tests/test_a.py
printf 'openai==2.0\n' >is/requirements.txt
run "$SW_BIN" discover --output was.json --quiet was
run "$SW_BIN" discover --diff was.json is
exits "another version is nothing new" 0
like "but told" "$out" "openai +2.0 .* was 1.0"
echo '{"dependencies": {"openai": "4.0.0"}}' >is/package.json
run "$SW_BIN" discover --json --diff was.json is
exits "a package of another registry is" 1
json "and told apart" '[.changes.new[].purl] | join(" ")' "pkg:npm/openai@4.0.0"
rm is/package.json
echo 'from anthropic import Anthropic' >is/tests/test_b.py
run "$SW_BIN" discover --diff was.json is
exits "what only tests use does not count" 0
run "$SW_BIN" discover --output tests.json --quiet is
mv is/tests/test_b.py is/b.py
run "$SW_BIN" discover --json --diff tests.json is
exits "until it is used elsewhere" 1
json "which is told" '.changes.counts[].name' anthropic
run "$SW_BIN" discover --all-packages --diff was.json is
exits "lists of other kinds are not compared" 2
like "and it is said why" "$err" "was.json was made without --all-packages"
jq '.catalogue = "sha256:0"' was.json >other.json
run "$SW_BIN" discover --diff other.json is
like "another catalogue is told" "$out" "another catalogue lists"
jq '.entities[0].kind = "toaster"' was.json >other.json
run "$SW_BIN" discover --diff other.json is
exits "what is no inventory is no answer" 4
seq -f 'torch==1.%g' 20000 >many.txt && mkdir versions && mv many.txt versions/requirements.txt
run "$SW_BIN" discover --json versions
json "many versions of one package" '.entities | length' 20000
for ((i = 0; i < 130; i++)); do deep=${deep:+$deep/}d; done
mkdir -p "way/$deep" && echo 'import torch' >way/a.py
run "$SW_BIN" discover --json way
exits "what lies too deep" 0
json "is told, and the rest looked at" '"\(.entities[0].name) \(.coverage.notLookedAt[0].why)"' "torch more than 128 directories deep"
mkfifo pipe
run "$SW_BIN" discover pipe
exits "a pipe cannot be looked at, which is no answer" 4

# Several trees, single files.
mkdir other && echo 'import torch' >other/a.py
run "$SW_BIN" discover --json repo other
json "paths say which tree" '.entities[] | select(.name == "torch" and .scope == "runtime") | [.evidence[].file] | join(" ")' \
    "other/a.py repo/docs/conf.py"
run "$SW_BIN" discover --json "$PWD/repo" "$PWD/other"
json "and no directory that all of them are in" '.entities[] | select(.name == "torch" and .scope == "runtime") | [.evidence[].file] | join(" ")' \
    "other/a.py repo/docs/conf.py"
mkdir -p pruned/venv
run "$SW_BIN" discover --json pruned repo
json "what is left out is counted over all" '.coverage.notLookedAt[] | select(.why | startswith("directories")) | "\(.count) \(.first)"' "3 pruned/venv"
run "$SW_BIN" discover --json other/a.py
json "a single file has its name" '.entities[0].evidence[0].file' a.py
mkdir empty
run "$SW_BIN" discover empty
exits "an empty directory" 0
like "has nothing" "$out" "0 found"

# What has several names is one thing.
mkdir -p names/models--gpt2/snapshots/607a30d783dfa663caf39e06633721c8d4cfcd7e names/datasets--squad/snapshots/7b6d24c440a36b6815f21b70d25016731768db1f
touch names/models--gpt2/snapshots/607a30d783dfa663caf39e06633721c8d4cfcd7e/config.json names/datasets--squad/snapshots/7b6d24c440a36b6815f21b70d25016731768db1f/a
cat >names/a.py <<'PY'
import sklearn
from datasets import load_dataset
from transformers import AutoModel
AutoModel.from_pretrained("gpt2")
AutoModel.from_pretrained("openai-community/gpt2")
AutoModel.from_pretrained("meta-llama/Meta-Llama-3.1-8B")
AutoModel.from_pretrained("meta-llama/Llama-3.1-8B")
load_dataset("squad")
load_dataset("rajpurkar/squad")
PY
printf 'sklearn==0.0.post1\nscikit_learn\n' >names/requirements.txt
run "$SW_BIN" discover --json names
is "models by what the Hub calls them now" "$(kinds model)" "meta-llama/Llama-3.1-8B openai-community/gpt2"
is "datasets, too" "$(kinds dataset)" rajpurkar/squad
is "packages that stand for others" "$(kinds library)" "datasets scikit-learn transformers"
json "which have no version of those" '.entities[] | select(.name == "scikit-learn") | .purl' pkg:pypi/scikit-learn
json "the commit is of the model" '.entities[] | select(.name == "openai-community/gpt2") | .version' 607a30d783dfa663caf39e06633721c8d4cfcd7e
json "what was said is told" '[.entities[] | select(.name == "rajpurkar/squad") | .evidence[].detail] | join("; ")' \
    "Hugging Face, said as 'squad'; Hugging Face; Hugging Face, in its cache"

# Bad input.
expect "a tree that is not there" 4 "$SW_BIN" discover nowhere
one_line_error "is one line"
echo '{"entities": [{"kind": "modle"}]}' >bad.json
cp before.json base.json
expect "what is compared with is not replaced" 2 "$SW_BIN" discover --diff base.json --output ./base.json repo
like "and it says so" "$err" "--output would replace what --diff compares with"
is "it is as it was" "$(cmp base.json before.json && echo same)" same
printf '%05000d' 0 | tr 0 '[' >deep.json
expect "an inventory that is too deep" 4 "$SW_BIN" discover --diff deep.json repo
like "is named" "$err" "deep.json: "
truncate -s 300M large.json
expect "an inventory that is too large" 4 "$SW_BIN" discover --diff large.json repo
like "is named, too" "$err" "large.json"
expect "a catalogue that is too large" 4 "$SW_BIN" discover --catalogue large.json --unsigned-catalogue repo
like "and so is that" "$err" "large.json"
expect "an inventory that is none" 4 "$SW_BIN" discover --diff bad.json repo
like "is named" "$err" "bad.json"
expect "no operand" 2 "$SW_BIN" discover
mkdir hostile
{ echo 'import openai'; head -c 3000000 /dev/zero | tr '\0' '('; } >hostile/deep.py
{ printf 'x = "'; head -c 3000000 /dev/zero | tr '\0' 'a'; printf '"\n'; } >hostile/wide.py
truncate -s 1G hostile/huge.py
printf 'import torch\n' >"hostile/$(printf '\xff\xfe').py"
for i in $(seq 300); do printf 'a%d = a%d + a%d\n' "$i" $((i - 1)) $((i - 1)); done >hostile/double.py
echo 'f(model=a300)' >>hostile/double.py
run "$SW_BIN" discover --json hostile
exits "hostile files do no harm" 0
json "a huge file is told" '[.coverage.notLookedAt[] | .why] | contains(["larger than 32 MiB", "the name is not UTF-8", "source that nests too deep or is too large"])' true
done_testing
