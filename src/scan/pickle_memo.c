#include "scan/pickle_private.h"

#define MEMO_MAX ((size_t)8 << 20)

struct sw_pickle_slot {
    uint64_t index; /* + 1; 0: free */
    struct sw_pickle_value value;
};

static struct sw_pickle_slot *far_slot(struct sw_pickle_slot *slots, size_t cap, uint64_t index)
{
    size_t at = (size_t)((index * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);
    while (slots[at].index != 0 && slots[at].index != index + 1) {
        at = (at + 1) & (cap - 1);
    }
    return &slots[at];
}

static sw_result grow_far(struct sw_pickle_machine *m)
{
    size_t cap = m->far_cap == 0 ? 64 : m->far_cap * 2;
    if (cap > MEMO_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_pickle_slot *slots = calloc(cap, sizeof(*slots));
    SW_TRY_PTR(slots);
    for (size_t i = 0; i < m->far_cap; i++) {
        if (m->far[i].index != 0) {
            *far_slot(slots, cap, m->far[i].index - 1) = m->far[i];
        }
    }
    free(m->far);
    m->far = slots;
    m->far_cap = cap;
    return SW_OK;
}

static struct sw_pickle_slot *find_far(const struct sw_pickle_machine *m, uint64_t index)
{
    if (m->far_cap == 0 || index == UINT64_MAX) {
        return NULL;
    }
    struct sw_pickle_slot *slot = far_slot(m->far, m->far_cap, index);
    return slot->index == 0 ? NULL : slot;
}

static sw_result far_put(struct sw_pickle_machine *m, uint64_t index, struct sw_pickle_value value)
{
    if (index == UINT64_MAX) {
        return SW_E_LIMIT;
    }
    if (m->far_len * 2 >= m->far_cap) {
        SW_TRY(grow_far(m));
    }
    *far_slot(m->far, m->far_cap, index) = (struct sw_pickle_slot){index + 1, value};
    m->far_len++;
    return SW_OK;
}

/* An index lives in one place only, so that memo_len + far_len counts entries as MEMOIZE does. */
sw_result sw_pickle_memo_put(
    struct sw_pickle_machine *m, uint64_t index, struct sw_pickle_value value)
{
    if (index < m->memo_len) {
        m->memo[index] = value;
        return SW_OK;
    }
    struct sw_pickle_slot *far = find_far(m, index);
    if (far != NULL) {
        far->value = value;
        return SW_OK;
    }
    if (index != m->memo_len) {
        return far_put(m, index, value);
    }
    SW_TRY(sw_pickle_room(&m->memo, m->memo_len, &m->memo_cap, sizeof(*m->memo), MEMO_MAX));
    m->memo[m->memo_len++] = value;
    return SW_OK;
}

const struct sw_pickle_value *sw_pickle_memo_get(const struct sw_pickle_machine *m, uint64_t index)
{
    if (index < m->memo_len) {
        return &m->memo[index];
    }
    const struct sw_pickle_slot *far = find_far(m, index);
    return far == NULL ? NULL : &far->value;
}
