/* Torch archives, made by the test: a dict of tensors by name over storages. */
#ifndef SW_TEST_TORCH_FILES_H
#define SW_TEST_TORCH_FILES_H

#include "zip_build.h"

struct made_view {
    const char *name;
    const char *storage; /* "FloatStorage" */
    char key;
    uint8_t elements; /* of the storage, as the pickle says */
    uint8_t offset;
    uint8_t dims[2];
    int8_t strides[2];
};

static inline void made_text(struct sw_buf *out, const char *text)
{
    zip_ok(sw_buf_putc(out, 'X'));
    zip_u32(out, strlen(text));
    zip_ok(sw_buf_puts(out, text));
}

static inline void made_number(struct sw_buf *out, int number)
{
    zip_ok(sw_buf_putc(out, 'J'));
    zip_u32(out, (uint32_t)number);
}

/* torch._utils._rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict()). */
static inline void made_view_pickle(struct sw_buf *out, const struct made_view *view)
{
    const char key[] = {view->key, '\0'};
    made_text(out, view->name);
    zip_ok(sw_buf_puts(out, "ctorch._utils\n_rebuild_tensor_v2\n(("));
    made_text(out, "storage");
    zip_ok(sw_buf_printf(out, "ctorch\n%s\n", view->storage));
    made_text(out, key);
    made_text(out, "cpu");
    made_number(out, view->elements);
    zip_ok(sw_buf_puts(out, "tQ"));
    made_number(out, view->offset);
    made_number(out, view->dims[0]);
    made_number(out, view->dims[1]);
    zip_ok(sw_buf_putc(out, (char)0x86));
    made_number(out, view->strides[0]);
    made_number(out, view->strides[1]);
    zip_ok(sw_buf_putc(out, (char)0x86));
    zip_ok(sw_buf_puts(out, "\x89"
                            "ccollections\nOrderedDict\n)RtR"));
}

/* collections.OrderedDict, as state_dict() gives. */
static inline void made_state_dict(struct sw_buf *out, const struct made_view *views, size_t count)
{
    zip_ok(sw_buf_puts(out, "\x80\x02"
                            "ccollections\nOrderedDict\n)R("));
    for (size_t i = 0; i < count; i++) {
        made_view_pickle(out, &views[i]);
    }
    zip_ok(sw_buf_puts(out, "u."));
}

#endif
