/* A trusted_root.json. What is read has a start for all that it trusts, and nothing twice. */
#include "claim/claim.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_logs(const struct sw_root_log *logs, size_t count)
{
    expect(count <= SW_TRUSTED_ROOT_MAX_ITEMS);
    for (size_t i = 0; i < count; i++) {
        expect(logs[i].valid.start <= logs[i].valid.end);
        expect(logs[i].checkpoint_id.len >= 4 && logs[i].url != NULL);
        for (size_t j = 0; j < i; j++) {
            expect(!sw_bytes_equal(logs[i].id, logs[j].id));
            expect(!sw_bytes_equal(logs[i].spki, logs[j].spki));
        }
    }
}

static void check_authorities(const struct sw_root_authority *authorities, size_t count)
{
    expect(count <= SW_TRUSTED_ROOT_MAX_ITEMS);
    for (size_t i = 0; i < count; i++) {
        expect(authorities[i].valid.start <= authorities[i].valid.end);
        expect(authorities[i].certificate_count > 0);
        expect(authorities[i].certificate_count <= SW_TRUSTED_ROOT_MAX_CHAIN);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(trusted_root) struct sw_trusted_root *root = NULL;
    struct sw_error err = {0};
    if (sw_trusted_root_parse(sw_bytes(data, size), &root, &err) != SW_OK) {
        expect(root == NULL && err.text[0] != '\0');
        return 0;
    }
    check_logs(root->tlogs, root->tlog_count);
    check_logs(root->ctlogs, root->ctlog_count);
    check_authorities(root->authorities, root->authority_count);
    check_authorities(root->stampers, root->stamper_count);
    return 0;
}
