/* Files of numbers alone, which only the model beside them gives a meaning: weights of
 * TensorFlow.js, external data of ONNX. By themselves they are of no known format; the model's
 * parser tells of them, and where their sizes are what it needs they count as data
 * (repository_data.c). Private to scan. */
#ifndef SW_SCAN_DATA_FILES_H
#define SW_SCAN_DATA_FILES_H

#include "codec/codec.h"
#include "scan/inspect.h"

#define SW_DATA_FILES_MAX 4096 /* of one model */

/* Writes [[kind, least, most, [path, …]], …], the fact "data": the files behind each other have at
 * least and at most so many bytes. Paths are relative to the model's. */
struct sw_data_files {
    struct sw_buf text;
    struct sw_json_writer json;
    size_t count;
};

/* Begins and ends the fact; where there were no files, none is told. */
void sw_data_files_init(struct sw_data_files *data);
sw_result sw_data_files_tell(struct sw_data_files *data, struct sw_inspection *in);
void sw_data_files_release(struct sw_data_files *data);
SW_DEFINE_CLEANUP(data_files, struct sw_data_files, sw_data_files_release)

/* `kind` is the format that the files then have. */
void sw_data_files_begin(
    struct sw_data_files *data, const char *kind, uint64_t least, uint64_t most);
/* SW_E_LIMIT past SW_DATA_FILES_MAX. */
sw_result sw_data_files_add(struct sw_data_files *data, struct sw_str path);
void sw_data_files_end(struct sw_data_files *data);

/* A path that stays below the directory that it is relative to, as every system reads it: not
 * absolute, no drive, no scheme, no "..", no backslash, not empty. */
bool sw_path_stays(struct sw_str path);

#endif
