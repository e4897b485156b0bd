#include "scan/format.h"

/* Sure signs first; guesses from structure, then pickle, which has no sign in protocols 0 and 1. */
const struct sw_format *const sw_formats[] = {
    &sw_format_zip,
    &sw_format_gguf,
    &sw_format_npy,
    &sw_format_fasttext,
    &sw_format_hdf5,
    &sw_format_7z,
    &sw_format_rar,
    &sw_format_gzip,
    &sw_format_bzip2,
    &sw_format_xz,
    &sw_format_zstd,
    &sw_format_lz4,
    &sw_format_tar,
    &sw_format_tflite,
    &sw_format_executorch,
    &sw_format_xgboost,
    &sw_format_safetensors,
    &sw_format_savedmodel,
    &sw_format_onnx,
    &sw_format_pickle,
    &sw_format_zlib,
    &sw_format_zfile,
    &sw_format_lzma,
    &sw_format_fasttext_vectors,
    &sw_format_empty,
    &sw_format_image,
    &sw_format_json,
    &sw_format_text,
};
const size_t sw_format_count = SW_COUNT(sw_formats);
