/* The formats, one file each (format_*.c) and one line here and in format.c. Private to scan. */
#ifndef SW_SCAN_FORMAT_H
#define SW_SCAN_FORMAT_H

#include "scan/inspect.h"

extern const struct sw_format sw_format_zip;
extern const struct sw_format sw_format_gguf;
extern const struct sw_format sw_format_npy;
extern const struct sw_format sw_format_fasttext;
extern const struct sw_format sw_format_fasttext_vectors;
extern const struct sw_format sw_format_hdf5;
extern const struct sw_format sw_format_tflite;
extern const struct sw_format sw_format_executorch;
extern const struct sw_format sw_format_xgboost;
extern const struct sw_format sw_format_onnx;
extern const struct sw_format sw_format_keras_metadata;
extern const struct sw_format sw_format_savedmodel;
extern const struct sw_format sw_format_metagraph;
extern const struct sw_format sw_format_graphdef;
extern const struct sw_format sw_format_tf_index;
extern const struct sw_format sw_format_tf_fingerprint;
extern const struct sw_format sw_format_7z;
extern const struct sw_format sw_format_rar;
extern const struct sw_format sw_format_gzip;
extern const struct sw_format sw_format_bzip2;
extern const struct sw_format sw_format_xz;
extern const struct sw_format sw_format_lzma;
extern const struct sw_format sw_format_zstd;
extern const struct sw_format sw_format_lz4;
extern const struct sw_format sw_format_zlib;
extern const struct sw_format sw_format_zfile;
extern const struct sw_format sw_format_tar;
extern const struct sw_format sw_format_safetensors;
extern const struct sw_format sw_format_pickle;
extern const struct sw_format sw_format_empty;
extern const struct sw_format sw_format_image;
extern const struct sw_format sw_format_sentencepiece;
extern const struct sw_format sw_format_xml;
extern const struct sw_format sw_format_json;
extern const struct sw_format sw_format_text;
extern const struct sw_format sw_format_python;
extern const struct sw_format sw_format_notebook;
extern const struct sw_format sw_format_packages;
extern const struct sw_format sw_format_source;
extern const struct sw_format sw_format_executable;

/* UTF-8 to the end of the file, without control characters but those of layout. A format that asks
 * it is decided by the `whole` file. */
bool sw_is_text(const struct sw_specimen *specimen);
/* Whether there may be more to a text than that: a template, or the settings of a model. */
bool sw_text_wants_parser(const struct sw_specimen *specimen);

#endif
