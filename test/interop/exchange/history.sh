# shellcheck shell=bash
# For the tests that read what goes out: makes a store with a history in the working directory, and
# exports it. Afterwards there are clean.FORMAT and toy.FORMAT, about a dataset and about a model, and
# raw.croissant.json, about a dataset of two files.

make_history() {
    mkdir -p raw/more
    for i in 1 2 3 4 5 6 7 8; do
        file=raw/a.jsonl
        [ "$i" -lt 5 ] || file=raw/more/b.jsonl
        printf '{"id":"%d","text":"post %d of the forum, with \\"quotes\\" and ü"}\n' "$i" "$i" >>$file
    done
    cat >keep.sh <<'SH'
cat raw/a.jsonl raw/more/b.jsonl | sed -n '2p;4p;5p;8p' >"$SEALWRIGHT_OUTPUT"
SH
    cat >train.sh <<'SH'
mkdir toy
sha256sum <clean.jsonl >toy/weights.bin
SH
    expect "a store is made" 0 "$SW_BIN" init --origin example.com/exchange/log
    expect "a source is described" 0 "$SW_BIN" data source add forum --from forum.example \
        --licence CC-BY-4.0 --consent https://forum.example/terms --issuer 'Forum e.V.' \
        --title 'Forum posts' --description 'What people wrote'
    expect "a dataset is ingested" 0 \
        "$SW_BIN" data ingest raw --source forum --as raw@1 --text-field text
    expect "a step makes another one" 0 "$SW_BIN" data run --in raw@1 --out clean@1=clean.jsonl \
        --match content --drops 'too short' --name drop-short --code keep.sh -- sh keep.sh
    expect "a model is trained on it" 0 "$SW_BIN" data train --dataset clean@1 --out toy \
        --run run-1 --code train.sh -- sh train.sh
}

export_all() {
    for format in croissant openlineage prov cyclonedx; do
        expect "clean@1 goes out as $format" 0 \
            "$SW_BIN" data export clean@1 --format $format --out "clean.$format"
    done
    for format in openlineage prov cyclonedx; do
        expect "the model goes out as $format" 0 \
            "$SW_BIN" data export toy --format $format --out "toy.$format"
    done
    expect "raw@1 goes out as croissant" 0 \
        "$SW_BIN" data export raw@1 --format croissant --out raw.croissant.json
}

# The first Python that has a module; nothing when none has it.
python_with() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c "import $1" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
}
