/* Walking a file's pickles: what the files that do it share. Private to them. */
#ifndef SW_SCAN_PICKLE_READING_H
#define SW_SCAN_PICKLE_READING_H

#include "scan/inspect.h"
#include "scan/pickle.h"

struct sw_pickle_reading {
    struct sw_inspection *in;
    const struct sw_source *source;
    struct sw_pickle_machine *machine;
    struct sw_error *err;
    uint64_t at;
    uint64_t streams_end; /* the last of them */
    size_t streams;
    bool proto;  /* the file begins with a PROTO opcode */
    bool called; /* a stream called what it imported without a name */
    bool legacy;
    bool also;                     /* the file is something else first */
    struct sw_torch_legacy *torch; /* of a legacy file; NULL: its tensors are not asked for */
    bool joblib;
    struct sw_pickle_weights weights; /* of all streams together */
    unsigned depth;                   /* pickles in pickles */
    struct sw_pickle_hooks hooks;
};

/* A machine that is ready for the reading's source. */
sw_result sw_pickle_reading_machine(
    struct sw_pickle_reading *reading, struct sw_pickle_machine **out);
/* From here on the pickle is one of torch, with these storages; NULL: it is none any more. */
void sw_pickle_reading_torch(
    struct sw_pickle_reading *reading, const struct sw_storage_check *check);
void sw_pickle_machine_free(struct sw_pickle_machine *machine);
SW_DEFINE_CLEANUP_PTR(pickle_machine_ptr, struct sw_pickle_machine, sw_pickle_machine_free)

/* Findings for all that the machine noted (pickle_say.c). */
sw_result sw_pickle_say_all(struct sw_pickle_reading *reading);
/* Whether the machine imported what is on no list. */
bool sw_pickle_is_bad(const struct sw_pickle_machine *machine);

/* Tells under which names the tensors stand in what a stream gave (pickle_tensor.c). */
sw_result sw_pickle_name_tensors(
    struct sw_pickle_reading *reading, const struct sw_pickle_value *top);

/* The fifth stream of a legacy file: the keys of the storages, in the order in which these stand
 * from here on (pickle_tensor.c). */
sw_result sw_pickle_place_storages(
    struct sw_pickle_reading *reading, const struct sw_pickle_value *keys);

/* A str or bytes that begins like a pickle, packed or not, is walked as one (pickle_nested.c). */
bool sw_pickle_may_be_nested(struct sw_bytes start);
sw_result sw_pickle_look_at_constant(
    struct sw_pickle_reading *reading, uint64_t at, uint64_t len, struct sw_error *err);

#endif
