/* The readers of discovery, each in a file of its own. */
#include "supply/look_readers.h"

const struct sw_look_reader *const sw_look_readers[] = {
    &sw_look_code,
    &sw_look_commands_reader,
    &sw_look_notebook,
    &sw_look_python,
};
const size_t sw_look_reader_count = SW_COUNT(sw_look_readers);
