#include "scan/data_files.h"

void sw_data_files_init(struct sw_data_files *data)
{
    data->text = SW_BUF_INIT;
    data->count = 0;
    sw_jw_init(&data->json, &data->text, 0);
    sw_jw_array(&data->json, NULL);
}

void sw_data_files_release(struct sw_data_files *data)
{
    sw_buf_release(&data->text);
}

sw_result sw_data_files_tell(struct sw_data_files *data, struct sw_inspection *in)
{
    sw_jw_array_end(&data->json);
    SW_TRY(sw_jw_finish(&data->json));
    return data->count == 0 ? SW_OK : sw_tell(in, "data", sw_buf_bytes(&data->text));
}

void sw_data_files_begin(
    struct sw_data_files *data, const char *kind, uint64_t least, uint64_t most)
{
    sw_jw_array(&data->json, NULL);
    sw_jw_text(&data->json, NULL, kind);
    sw_jw_u64(&data->json, NULL, least);
    sw_jw_u64(&data->json, NULL, most);
    sw_jw_array(&data->json, NULL);
}

sw_result sw_data_files_add(struct sw_data_files *data, struct sw_str path)
{
    sw_jw_str(&data->json, NULL, path);
    return data->count++ < SW_DATA_FILES_MAX ? SW_OK : SW_E_LIMIT;
}

void sw_data_files_end(struct sw_data_files *data)
{
    sw_jw_array_end(&data->json);
    sw_jw_array_end(&data->json);
}

bool sw_path_stays(struct sw_str path)
{
    bool bad = path.len == 0 || path.ptr[0] == '/' || memchr(path.ptr, '\\', path.len) != NULL ||
               memchr(path.ptr, ':', path.len) != NULL || memchr(path.ptr, '\0', path.len) != NULL;
    for (size_t i = 0; i < path.len && !bad; i++) {
        bool begins = i == 0 || path.ptr[i - 1] == '/';
        struct sw_str rest = sw_str_n(path.ptr + i, path.len - i);
        bad = begins && (sw_str_is(rest, "..") || sw_str_starts(rest, "../"));
    }
    return !bad;
}
