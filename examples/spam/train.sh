#!/bin/sh
# Trains fastText on drawn mails: train.sh TRAIN.txt MODEL-DIRECTORY. One thread and one seed, so that the
# same mails give the same model, byte for byte.
set -eu
mkdir -p "$2"
fasttext supervised -input "$1" -output "$2/spam" -dim 16 -epoch 5 -lr 0.5 -minCount 3 -wordNgrams 2 \
    -bucket 20000 -thread 1 -seed 1 -verbose 0
rm -f "$2/spam.vec"
