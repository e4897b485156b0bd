/* The scanner against the tree: both accept the same documents, refuse the others with the same
 * words, and find the same members. */
#include "../json_scan_agree.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sw_json_limits small = {.max_bytes = 256, .max_depth = 4, .max_values = 24};
    static struct sw_json_scanner *plain;
    static struct sw_json_scanner *limited;
    if (plain == NULL) {
        expect(sw_json_scanner_new(&plain, scan_paths, SW_COUNT(scan_paths), NULL, NULL) == SW_OK);
        expect(
            sw_json_scanner_new(&limited, scan_paths, SW_COUNT(scan_paths), &small, NULL) == SW_OK);
    }
    bool accepted;
    expect(scan_disagreement(plain, sw_bytes(data, size), NULL, &accepted) == NULL);
    expect(scan_disagreement(limited, sw_bytes(data, size), &small, &accepted) == NULL);
    return 0;
}
