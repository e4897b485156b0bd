# Keras and skops: archives and settings as they are shipped, and what loaders would make of them.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

archive() { # NAME, then FILE=CONTENT…
    python3 - "$@" <<'PY'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1], "w") as z:
    for part in sys.argv[2:]:
        name, content = part.split("=", 1)
        z.writestr(name, content)
PY
}
layer() { # CLASS CONFIG
    printf '{"module":"keras.layers","class_name":"%s","config":{"name":"l"%s},"registered_name":null}' "$1" "${2:+,$2}"
}
sequential() {
    printf '{"module":"keras","class_name":"Sequential","config":{"name":"s","layers":[%s]},"registered_name":null}' "$1"
}
meta='metadata.json={"keras_version":"3.9.0","date_saved":"2026-01-01@00:00:00"}'
scan() { run "$SW_BIN" scan --json "$1"; }
rules() { jq -r '[.files[].findings[] | select(.severity != "info") | "\(.severity) \(.rule)"] | unique | join(", ")' "$tmp.out"; }

archive plain.keras "$meta" "config.json=$(sequential "$(layer Dense '"units":4,"activation":"relu"')")"
scan plain.keras
exits "layers of Keras are clean" 0
json "as what they are" '.files[0].format' keras

archive lambda.keras "$meta" "config.json=$(sequential "$(layer Lambda '"function":{"class_name":"__lambda__","config":{"code":"4wEA"}}')")"
scan lambda.keras
exits "a layer of code" 1
is "is told once" "$(rules)" "critical keras-lambda"
json "with its layer and member" '.files[0].findings | map(select(.rule == "keras-lambda")) | length' 1
like "by name" "$(jq -r '.files[0].findings[0] | "\(.where) \(.why)"' "$tmp.out")" 'config.json.*"l" holds Python code'

archive import.keras "$meta" "config.json=$(sequential '{"module":"os","class_name":"function","config":"system","registered_name":"function"}')"
scan import.keras
exits "a function of the system" 1
is "is an import" "$(rules)" "critical keras-import"
archive eval.keras "$meta" "config.json=$(sequential '{"module":"builtins","class_name":"function","config":"eval","registered_name":"function"}')"
scan eval.keras
is "so is eval" "$(rules)" "critical keras-import"
archive file.keras "$meta" "config.json=$(sequential "$(layer StringLookup '"vocabulary":"/etc/passwd"')")"
scan file.keras
exits "a vocabulary out of the system" 1
is "is a path" "$(rules)" "high keras-path"

# The same settings by themselves, and under another name.
sequential "$(layer Lambda '"function":["4wEA",null,null],"function_type":"lambda"')" >architecture.json
scan architecture.json
exits "settings by themselves" 1
is "hold code as well" "$(rules)" "critical keras-lambda"
cp lambda.keras model.zip
scan model.zip
exits "another name changes nothing" 1
archive twice.keras "$meta" 'config.json={"class_name":"Dense","class_name":"Lambda","config":{}}'
scan twice.keras
exits "a name that stands twice is refused" 1

# skops.
node() { printf '{"__class__":"%s","__module__":"%s","__loader__":"%s","content":{}}' "$2" "$1" "$3"; }
archive good.skops "schema.json=$(node sklearn.linear_model._logistic LogisticRegression ObjectNode)"
scan good.skops
exits "an estimator is clean" 0
json "as what it is" '.files[0].format' skops
archive bad.skops "schema.json=$(node posix system FunctionNode)"
scan bad.skops
exits "a function of the system" 1
is "is told" "$(rules)" "critical skops-type"
archive odd.skops "schema.json=$(node pandas HDFStore ObjectNode)"
scan odd.skops
exits "a type that is not among what models need" 1
is "is told, too" "$(rules)" "high skops-custom"
done_testing
