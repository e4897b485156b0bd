#include "inspect_one.h"

#include "../../../src/scan/pickle.h"

#include <stdio.h>

#define CLEAN "pickle", SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL
#define BAD(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-import", words
#define ODD(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, "pickle-import", words
#define RULE(rule, words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, rule, words
#define BROKE(severity, rule, words) "pickle", SW_SCAN_FAILED, severity, rule, words
#define NOT_ONE NULL, SW_SCAN_UNKNOWN, SW_SEVERITY_INFO, NULL, NULL

static void test_there_are_68_opcodes(void **state)
{
    size_t count = 0;
    for (size_t i = 0; i < 256; i++) {
        count += sw_pickle_rows[i].name != NULL;
    }
    assert_int_equal(count, 68);
}

static const struct look_case harmless[] = {
    {"None", BYTES("N."), CLEAN},
    {"protocol 0 numbers", BYTES("(I1\nI01\nI-0x1F\nL12L\nF1.5\nF-inf\nt."), CLEAN},
    {"protocol 0 text", BYTES("(S'a'\nS\"b\"\nV\\u00e9\np0\n0g0\nl."), CLEAN},
    {"protocol 0 dict", BYTES("(S'a'\nI1\nd."), CLEAN},
    {"protocol 0 append and setitem", BYTES("((lI1\na(dI1\nI2\nst."), CLEAN},
    {"persistent ids", BYTES("(Pid\nN\x85Ql."), CLEAN},
    {"protocol 1",
        BYTES("(K\x01M\x02\x00J\x03\x00\x00\x00G\x3f\xf0\x00\x00\x00\x00\x00\x00T"
              "\x01\x00\x00\x00xU\x01yX\x01\x00\x00\x00z]q\x00h\x00r\x01\x00\x00\x00j"
              "\x01\x00\x00\x00})l."),
        CLEAN},
    {"protocol 2",
        BYTES("\x80\x02(\x88\x89\x8a\x01\x05\x8b\x01\x00\x00\x00\x05N\x85NN\x86NNN\x87"
              "t."),
        CLEAN},
    {"protocol 3 bytes", BYTES("\x80\x03(C\x01xB\x01\x00\x00\x00yl."), CLEAN},
    {"protocol 4",
        BYTES("\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00(\x8c\x01"
              "a\x94\x8d\x01\x00\x00\x00\x00\x00\x00\x00"
              "b\x8e\x01\x00\x00\x00\x00\x00\x00\x00"
              "c\x8f(K\x01\x90(K\x01\x91l."),
        CLEAN},
    {"protocol 5", BYTES("\x80\x05(\x96\x01\x00\x00\x00\x00\x00\x00\x00x\x97\x98l."), CLEAN},
    {"stack shuffling", BYTES("NN0(0(NN12220000N."), CLEAN},
    {"items",
        BYTES("](K\x01K\x02"
              "eK\x03"
              "a}(K\x01K\x02uK\x01K\x02s\x86."),
        CLEAN},
    {"an ordered dict",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00"
              "aK\x01u}b."),
        CLEAN},
    {"a set of protocol 2",
        BYTES("\x80\x02"
              "c__builtin__\nset\n]\x85R."),
        CLEAN},
    {"an allowed import by the stack",
        BYTES("\x80\x04\x8c\x0b"
              "collections\x8c\x0bOrderedDict\x93)\x81."),
        CLEAN},
    {"with keyword arguments",
        BYTES("\x80\x04\x8c\x0b"
              "collections\x8c\x07"
              "Counter\x93)}\x92."),
        CLEAN},
    {"two streams", BYTES("\x80\x02N.\x80\x02K\x01."), CLEAN},
    {"padding behind", BYTES("\x80\x02N.\0\0\0\n \t"), CLEAN},
    {"memo used out of order", BYTES("\x80\x02(Nq\x09Nq\x00h\x09q\x01h\x01t."), CLEAN},
};

static void test_harmless_pickles_are_clean(void **state)
{
    for (size_t i = 0; i < SW_COUNT(harmless); i++) {
        check_case(&harmless[i]);
    }
}

static const struct look_case harmful[] = {
    {"GLOBAL and REDUCE", BYTES("cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"GLOBAL alone", BYTES("cos\nsystem\n."), BAD("imports os.system")},
    {"INST", BYTES("(S'id'\nios\nsystem\n."), BAD("calls os.system")},
    {"OBJ", BYTES("(cos\nsystem\nS'id'\no."), BAD("calls os.system")},
    {"OBJ and POP", BYTES("(cos\nsystem\nS'id'\no0N."), BAD("calls os.system")},
    {"NEWOBJ",
        BYTES("\x80\x02"
              "csubprocess\nPopen\n(X\x02\x00\x00\x00idt\x81."),
        BAD("calls subprocess.Popen")},
    {"NEWOBJ_EX", BYTES("\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93)}\x92."),
        BAD("calls subprocess.Popen")},
    {"STACK_GLOBAL", BYTES("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."),
        BAD("calls os.system")},
    {"STACK_GLOBAL from the memo",
        BYTES("\x80\x04\x8c\x02os\x94\x30\x8c\x06system\x94\x30h\x00h\x01\x93\x8c\x02id\x85R."),
        BAD("calls os.system")},
    {"STACK_GLOBAL from an overwritten memo",
        BYTES("\x80\x04\x8c\x0b"
              "collectionsq\x00\x30\x8c\x02osq\x00\x30\x8c\x06systemq\x01\x30h\x00h\x01\x93)R."),
        BAD("calls os.system")},
    {"MEMOIZE after a far PUT counts entries",
        BYTES("\x80\x04\x8c\x0b"
              "collectionsq\x05\x94\x30\x8c\x02os\x94\x30h\x02\x8c\x06system\x93)R."),
        BAD("calls os.system")},
    {"STACK_GLOBAL with DUP", BYTES("\x80\x04\x8c\x02os2\x93)R."), BAD("os.os")},
    {"escapes of UNICODE", BYTES("V\\u006fs\nV\\u0073ystem\n\x93(S'id'\ntR."),
        BAD("calls os.system")},
    {"escapes of STRING", BYTES("S'\\x6fs'\nS'system'\n\x93(S'id'\ntR."), BAD("calls os.system")},
    {"a dotted name", BYTES("\x80\x04\x8c\x0dtorch.storage\x8c\x09os.system\x93\x8c\x02id\x85R."),
        BAD("torch.storage.os.system")},
    {"a way through attributes",
        BYTES("\x80\x04\x8c\x0b"
              "collections\x8c\x17OrderedDict.__globals__\x93."),
        BAD("__globals__")},
    {"a number behind which a NUL ends the text", BYTES("I1\0 x\n0cos\nsystem\n(S'id'\ntR."),
        BAD("calls os.system")},
    {"a NUL for a number", BYTES("\x80\x02I\0\n0cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"a NUL in a long number", BYTES("L1\0 x\n0cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"a NUL in a float", BYTES("F1\0 x\n0cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"a space before the L", BYTES("L1 L\n0cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"an index with a sign", BYTES("Np+0\n0cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"the memo under two spellings of one index",
        BYTES("Vos\np1_0\n0Vsystem\np+2\n0g010\ng2\0 x\n\x93(S'id'\ntR."), BAD("calls os.system")},
    {"Python 2's names", BYTES("c__builtin__\neval\n(S'1'\ntR."), BAD("calls __builtin__.eval")},
    {"a name that cannot be", BYTES("cos\nsys tem\nN."), BAD("imports os.sys tem")},
    {"a submodule that cannot be", BYTES("cos.a b\nsystem\nN."), BAD("imports os.a b.system")},
    {"below a denied module",
        BYTES("\x80\x02"
              "cimportlib.util\nfind_spec\n)R."),
        BAD("importlib.util.find_spec")},
    {"a second stream", BYTES("\x80\x02N.cos\nsystem\n(S'id'\ntR."), BAD("calls os.system")},
    {"a second stream behind padding",
        BYTES("\x80\x02N.\0\0\0\0\0\0\0\0\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR."),
        BAD("calls os.system")},
    {"code of its own",
        BYTES("\x80\x02"
              "cmy_models\nNet\n)\x81."),
        ODD("calls my_models.Net(), which is not among")},
    {"a name that begins like a denied one",
        BYTES("\x80\x02"
              "cosmium\nread\n)R."),
        ODD("osmium.read")},
    {"numpy is not in the set",
        BYTES("\x80\x02"
              "cnumpy.core.multiarray\n_reconstruct\n)R."),
        ODD("numpy.core.multiarray._reconstruct")},
    {"an extension", BYTES("\x80\x02\x82\x01)R."), RULE("pickle-extension", "registry")},
    {"a two-byte extension", BYTES("\x80\x02\x83\x01\x01)R."),
        RULE("pickle-extension", "registry")},
    {"a four-byte extension", BYTES("\x80\x02\x84\x01\x01\x01\x01)R."),
        RULE("pickle-extension", "registry")},
    {"an extension without PROTO", BYTES("\x82\x01)R."), RULE("pickle-extension", "registry")},
    {"an extension in a broken stream", BYTES("NNNNNN\x82\x01)R\xff"),
        BROKE(SW_SEVERITY_HIGH, "pickle-extension", "registry")},
    {"a computed name", BYTES("\x80\x04K\x01\x8c\x06system\x93."),
        RULE("pickle-import-unresolved", "computed")},
    {"a call of a call",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n)R)R."),
        RULE("pickle-call", "plain import")},
    {"a call of a string", BYTES("\x80\x02X\x01\x00\x00\x00x)R."),
        RULE("pickle-call", "plain import")},
    {"BUILD on a module",
        BYTES("\x80\x02"
              "ctorch._utils\n_rebuild_tensor\n}X\x01\x00\x00\x00xNsb."),
        RULE("pickle-build", "attributes")},
    {"SETITEM on a rebuilt tensor",
        BYTES("\x80\x02"
              "ctorch._utils\n_rebuild_tensor\n)RK\x00K\x01s."),
        RULE("pickle-store", "stores items")},
};

#define DIFFER(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, "pickle-readers-differ", words
#define FRAME(length) "\x80\x04\x95" length "\0\0\0\0\0\0\0"
static const struct look_case differing[] = {
    {"a frame over the end", BYTES(FRAME("\x09") "N."), DIFFER("reaches over the end")},
    {"a frame in a frame", BYTES(FRAME("\x0c") "\x95\x01\0\0\0\0\0\0\0NN."),
        DIFFER("inside another")},
    {"an argument across a frame", BYTES(FRAME("\x03") "X\x01\0\0\0a."),
        DIFFER("crosses the end of its frame")},
    {"an import across a frame", BYTES(FRAME("\x02") "ccollections\nOrderedDict\n."),
        DIFFER("crosses the end")},
    {"an octal number", BYTES("(I012\nl."), DIFFER("octal")},
    {"a NUL in a number", BYTES("(L1\0 x\nl."), DIFFER("NUL")},
    {"a truth value to one reader", BYTES("(I+1\nl."), DIFFER("truth value")},
    {"an underscore in a float", BYTES("(F1_0.5\nl."), DIFFER("underscores")},
    {"a space before a float", BYTES("(F 1.5\nl."), DIFFER("spaces")},
    {"an index over the array", BYTES("(lr\xff\xff\xff\xff."), DIFFER("so large a number")},
    {"an index of thirty digits",
        BYTES("(lp100000000000000000000000000000\n0g100000000000000000000000000000\n."),
        DIFFER("so large a number")},
    {"arguments in a list",
        BYTES("\x80\x02"
              "ccollections\nOrderedDict\n]R."),
        DIFFER("no tuple")},
    {"an empty state", BYTES("\x80\x02]]b."), DIFFER("state that is empty")},
    {"an empty slot state", BYTES("\x80\x02](]Ntb."), DIFFER("state that is empty")},
    {"nothing to append", BYTES("\x80\x02}(e."), DIFFER("adds nothing")},
    {"nothing to add", BYTES("\x80\x04](\x90."), DIFFER("adds nothing")},
    {"an import that the data ends", BYTES("\x80\x02NN0N0N0N0cos\nsystemX"),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "imports os.system")},
    {"INST without a mark", BYTES("\x80\x02NN0N0N0N0ios\nsystem\n."),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "imports os.system")},
    {"an import with an empty name",
        BYTES("\x80\x02"
              "cos\n\n."),
        "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-readers-differ", "empty"},
};

static const struct look_case agreeing[] = {
    {"a frame that fits", BYTES(FRAME("\x02") "N."), CLEAN},
    {"two frames",
        BYTES(FRAME("\x02") "NN\x95\x02\0\0\0\0\0\0\0"
                            "0."),
        CLEAN},
    {"bytes behind a frame", BYTES(FRAME("\x01") "(X\x01\0\0\0al."), CLEAN},
    {"zeros", BYTES("(I00\nI000\nI0\nl."), CLEAN},
    {"an empty list to extend", BYTES("\x80\x02](e."), CLEAN},
    {"a state of None", BYTES("\x80\x02]Nb."), CLEAN},
};

static void test_what_the_unpicklers_read_differently_is_refused(void **state)
{
    check_cases(differing, SW_COUNT(differing));
    check_cases(agreeing, SW_COUNT(agreeing));
}

static void test_what_runs_code_is_named(void **state)
{
    check_cases(harmful, SW_COUNT(harmful));
}

static const struct look_case broken[] = {
    {"cut in an argument after an import", BYTES("cbuiltins\nexec\n(X>\nf"),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "builtins.exec")},
    {"no opcode after a call",
        BYTES("\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR\xff\xff"),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system")},
    {"no STOP", BYTES("\x80\x02NNNNNNNN"),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "without STOP")},
    {"unknown protocol inside", BYTES("\x80\x02NN0N0N0N0\x80\x06."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "protocol 6")},
    {"stack underflow", BYTES("\x80\x02NN0N0N0N0\x86."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "too little on the stack")},
    {"empty memo", BYTES("\x80\x02NN0N0N0N0h\x05."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "memo")},
    {"a length beyond the end", BYTES("\x80\x04NN0N0N0N0\x8e\xff\xff\xff\xff\xff\xff\xff\xff."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "BINBYTES8")},
    {"a name that is not UTF-8", BYTES("\x80\x02NN0N0N0N0c\xff\nx\n."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "UTF-8")},
    {"a broken number", BYTES("\x80\x02NN0N0N0N0Ix y\n."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "malformed argument of INT")},
    {"a string without quotes", BYTES("\x80\x02NN0N0N0N0Sabc\n."),
        BROKE(SW_SEVERITY_MEDIUM, "pickle-broken", "malformed argument of STRING")},
    {"a second stream that breaks off",
        BYTES("\x80\x02N.\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR\xff"),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system")},
    {"bytes behind that are nothing", BYTES("\x80\x02N.\xff\xff\xff"), "pickle", SW_SCAN_PARSED,
        SW_SEVERITY_MEDIUM, "pickle-trailing", "3 bytes"},
    {"a pickle behind noise",
        BYTES("\x80\x02N.\xff\xff\xff\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR."),
        BAD("calls os.system")},
    {"words behind noise", BYTES("\x80\x02N.\xff\xff\xffLucio\nMaria\nVera\nZoe\n"), "pickle",
        SW_SCAN_PARSED, SW_SEVERITY_MEDIUM, "pickle-trailing", "24 bytes"},
    {"a text pickle behind noise", BYTES("\x80\x02N.\xff\xff\xff(S'id'\ncos\nsystem\n."),
        BAD("os.system")},
    {"a pickle behind a broken one",
        BYTES("\x80\x02NN0N0N0N0\xff\xff\xff\x80\x02"
              "cos\nsystem\n(X\x02\x00\x00\x00idtR."),
        BROKE(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system")},
};

static void test_what_ran_before_a_corruption_counts(void **state)
{
    check_cases(broken, SW_COUNT(broken));
}

static const struct look_case no_pickles[] = {
    {"nothing", "", 0, NOT_ONE},
    {"a full stop", BYTES("."), NOT_ONE},
    {"prose", BYTES("This is a readme. It says things.\n"), NOT_ONE},
    {"prose with I", BYTES("I am here\nand there\n"), NOT_ONE},
    {"a note", BYTES("N. B. this is a note\n"), NOT_ONE},
    {"a licence", BYTES("MIT License\n\nCopyright (c) 2024\n"), NOT_ONE},
    {"a word list", BYTES("cat\ndog\nelephant\nfox\n"), NOT_ONE},
    {"words that name a module", BYTES("cast\ncattle\nchair\ndesk\n"), NOT_ONE},
    {"functions", BYTES("cos\nsin\ntan\nexp\n"), NOT_ONE},
    {"requirements", BYTES("ctypes\nnumpy\ntorch\n"), NOT_ONE},
    {"shells", BYTES("csh\nbash\nzsh\n"), NOT_ONE},
    {"a class in Python", BYTES("class Net:\n    pass\n"), NOT_ONE},
    {"a comment in parentheses", BYTES("(c) 2024 somebody\n"), NOT_ONE},
    {"JSON", BYTES("{\"a\": [1, 2]}"), NOT_ONE},
    {"an import of what is no name", BYTES("cmod\n\xf8\n"), NOT_ONE},
    {"PROTO by chance", BYTES("\x80\x02N\xff\xfe"), NOT_ONE},
    {"a call by chance", BYTES("NNR.\xff\xfe"), NOT_ONE},
    {"an extension and a call by chance", BYTES("\x82\x01)R\xff"), NOT_ONE},
    {"an extension by chance", BYTES("\x82\x01\xff\xfe"), NOT_ONE},
    {"an extension and STOP by chance", BYTES("\x82\x01.\xff\xfe"), NOT_ONE},
    {"numbers", BYTES("\x28\x00\x00\x00\x00\x00\x00\x00\x2e\x00\x00\x00\x00\x00\x00\x00"), NOT_ONE},
};

static void test_text_and_data_are_no_pickles(void **state)
{
    check_cases(no_pickles, SW_COUNT(no_pickles));
}

#define ALSO(id, status) id, status, SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system"
static const struct look_case polyglots[] = {
    {"with TFLite's magic", BYTES("\x80\x02U\x04TFL30cos\nsystem\n(S'id'\ntR."),
        ALSO("tflite", SW_SCAN_FAILED)},
    {"with ExecuTorch's magic",
        BYTES("\x80\x02U\x04"
              "ET120cos\nsystem\n(S'id'\ntR."),
        ALSO("executorch", SW_SCAN_RECOGNISED)},
    {"with ExecuTorch's magic, cut short",
        BYTES("NNU\x04"
              "ET120cos\nsystem\n(S'id'\ntR"),
        ALSO("executorch", SW_SCAN_FAILED)},
};

/* Makes the first block a tar's header: its checksum, at 148, counts as spaces. */
static void put_checksum(uint8_t block[512])
{
    unsigned sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++) {
        sum += block[i];
    }
    (void)snprintf((char *)block + 148, 7, "%06o", sum);
}

/* `magic` at `offset`, inside bytes that the pickle drops before it does harm. */
static void look_at_polyglot(const char *magic, uint32_t offset, const char *format)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "\x80\x03"
                                       "B"),
        SW_OK);
    uint32_t len = offset - 7 + (uint32_t)strlen(magic);
    const uint8_t raw[] = {(uint8_t)len, (uint8_t)(len >> 8), 0, 0};
    assert_int_equal(sw_buf_append(&buf, raw, sizeof(raw)), SW_OK);
    while (buf.len < offset) {
        assert_int_equal(sw_buf_putc(&buf, 'x'), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, magic), SW_OK);
    assert_int_equal(sw_buf_puts(&buf, "0cos\nsystem\n(S'id'\ntR."), SW_OK);
    while (buf.len < 1024) {
        assert_int_equal(sw_buf_putc(&buf, '\0'), SW_OK);
    }
    if (strcmp(format, "tar") == 0) {
        put_checksum(buf.data);
    }
    struct looked looked;
    look(&looked, buf.data, buf.len, "pytorch_model.bin");
    assert_string_equal(looked.in.format, format);
    assert_non_null(found(&looked, "pickle-polyglot", "pickle as well"));
    assert_non_null(found(&looked, "pickle-import", "calls os.system"));
    looked_release(&looked);
}

static void test_another_formats_magic_hides_no_pickle(void **state)
{
    check_cases(polyglots, SW_COUNT(polyglots));
    look_at_polyglot("\x89HDF\r\n\x1a\n", 512, "hdf5");
    look_at_polyglot("\x89HDF\r\n\x1a\n", 2048, "hdf5");
    look_at_polyglot("ustar", 257, "tar");
}

static void mark_opcodes(const struct look_case *row, bool seen[256])
{
    struct sw_source source = sw_source_memory(sw_bytes(row->bytes, row->len));
    SW_CLEANUP(free) struct sw_pickle_reader *reader = malloc(sizeof(*reader));
    assert_non_null(reader);
    sw_window_init(&reader->window, &source);
    reader->line_max = UINT64_MAX;
    struct sw_pickle_op op;
    for (uint64_t at = 0; sw_pickle_decode(reader, at, &op, NULL) == SW_OK; at = op.next) {
        seen[op.code] = true;
    }
}

static void test_the_tables_use_every_opcode(void **state)
{
    bool seen[256] = {false};
    for (size_t i = 0; i < SW_COUNT(harmless); i++) {
        mark_opcodes(&harmless[i], seen);
    }
    for (size_t i = 0; i < SW_COUNT(harmful); i++) {
        mark_opcodes(&harmful[i], seen);
    }
    for (size_t i = 0; i < 256; i++) {
        if (sw_pickle_rows[i].name != NULL && !seen[i]) {
            fail_msg("no row uses %s", sw_pickle_rows[i].name);
        }
    }
}

static void look_at_many(const char *start, char fill)
{
    size_t len = (5u << 20) + 4;
    SW_CLEANUP(free) char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, fill, len);
    memcpy(bytes, start, strlen(start));
    bytes[len - 1] = '.';
    struct looked looked;
    look(&looked, bytes, len, "deep");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "more memory"));
    looked_release(&looked);
}

static void test_a_deep_pickle_is_over_the_limit_and_no_evidence(void **state)
{
    look_at_many("\x80\x02", 'N');
    look_at_many("", 'N');
    look_at_many("", '(');
}

static void test_long_lines_are_read_whole(void **state)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "(V"), SW_OK);
    for (size_t i = 0; i < 300000; i++) {
        assert_int_equal(sw_buf_putc(&buf, 'x'), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, "\ncos\nsystem\nt."), SW_OK);
    struct looked looked;
    look(&looked, buf.data, buf.len, "long");
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    const struct sw_finding *finding = found(&looked, "pickle-import", "imports os.system");
    assert_non_null(finding);
    assert_int_equal(finding->offset, 300003);
    looked_release(&looked);
}

/* `opcode`, 40,000 of `fill`, "1", then something bad. */
static void look_at_long_number(
    const char *opcode, char fill, enum sw_scan_status status, const char *rule)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, opcode), SW_OK);
    for (size_t i = 0; i < 40000; i++) {
        assert_int_equal(sw_buf_putc(&buf, fill), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, "1\n0cos\nsystem\n(S'id'\ntR."), SW_OK);
    struct looked looked;
    look(&looked, buf.data, buf.len, "long");
    assert_int_equal(looked.in.status, status);
    assert_non_null(found(&looked, rule, ""));
    looked_release(&looked);
}

static void test_long_numbers_hide_nothing(void **state)
{
    look_at_long_number("I", ' ', SW_SCAN_PARSED, "pickle-import");
    look_at_long_number("L", '0', SW_SCAN_PARSED, "pickle-import");
    look_at_long_number("F", '0', SW_SCAN_PARSED, "pickle-import");
    look_at_long_number("Np", ' ', SW_SCAN_FAILED, "over-limit");
    look_at_long_number("Np", '0', SW_SCAN_FAILED, "over-limit");
}

/* A pickle, a byte that ends it, `count` times `part`, and a bad pickle. */
static void look_behind_noise(struct looked *looked, const char *part, size_t count)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "\x80\x02N.\xff"), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(&buf, part), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, "\x80\x02"
                                       "cos\nsystem\n(S'id'\ntR."),
        SW_OK);
    look(looked, buf.data, buf.len, "noise");
}

static void test_a_search_is_bounded_and_then_no_evidence(void **state)
{
    struct looked looked;
    look_behind_noise(&looked, "cos\nsystem\n", 30000);
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "too much here looks like a pickle"));
    looked_release(&looked);
}

static void test_a_row_of_protos_hides_nothing_from_a_search(void **state)
{
    static const size_t counts[] = {1, 2, 49999, 50000, 50001, 100001, 250000};
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        struct looked looked;
        look_behind_noise(&looked, "\x80\x02", counts[i]);
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        assert_non_null(found(&looked, "pickle-import", "calls os.system"));
        looked_release(&looked);
    }
}

static void test_a_finding_carries_its_place(void **state)
{
    static const char bytes[] = "\x80\x02N0cos\nsystem\n(X\x02\x00\x00\x00idtR.";
    struct looked looked;
    look(&looked, bytes, sizeof(bytes) - 1, "x.pkl");
    assert_int_equal(looked.in.finding_count, 1);
    assert_int_equal(looked.in.findings[0].offset, 4);
    assert_string_equal(looked.in.findings[0].message, "calls os.system('id')");
    looked_release(&looked);
}

static void test_names_are_escaped(void **state)
{
    static const char bytes[] = "\x80\x02"
                                "cos\nsys\x1b[2Jtem\n.";
    struct looked looked;
    look(&looked, bytes, sizeof(bytes) - 1, "x.pkl");
    assert_int_equal(looked.in.finding_count, 1);
    assert_string_equal(looked.in.findings[0].message, "imports os.sys\\x1b[2Jtem");
    looked_release(&looked);
}

static void test_the_weights_only_set_is_kept(void **state)
{
    static const struct {
        const char *module, *name;
        enum sw_import_class class;
    } rows[] = {
        {"torch._utils", "_rebuild_tensor_v2", SW_IMPORT_ALLOWED},
        {"torch", "BFloat16Storage", SW_IMPORT_ALLOWED},
        {"torch", "float8_e4m3fn", SW_IMPORT_ALLOWED},
        {"torch.nn.parameter", "Parameter", SW_IMPORT_ALLOWED},
        {"__builtin__", "bytearray", SW_IMPORT_ALLOWED},
        {"torch", "float", SW_IMPORT_OTHER},
        {"torch", "", SW_IMPORT_OTHER},
        {"torch", "float32 float16", SW_IMPORT_OTHER},
        {"torch._utils", "_rebuild_tensor_v", SW_IMPORT_OTHER},
        {"builtins", "dict", SW_IMPORT_OTHER},
        {"builtins", "eval", SW_IMPORT_DENIED},
        {"torch", "load", SW_IMPORT_DENIED},
        {"os.path", "join", SW_IMPORT_DENIED},
        {"nt", "system", SW_IMPORT_DENIED},
        {"commands", "getoutput", SW_IMPORT_DENIED},
        {"sklearn.tree", "__pyx_unpickle_Tree", SW_IMPORT_OTHER},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        enum sw_import_class class =
            sw_pickle_classify(sw_str(rows[i].module), sw_str(rows[i].name));
        if (class != rows[i].class) {
            fail_msg("%s.%s is of class %d", rows[i].module, rows[i].name, (int)class);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_68_opcodes),
        cmocka_unit_test(test_the_tables_use_every_opcode),
        cmocka_unit_test(test_harmless_pickles_are_clean),
        cmocka_unit_test(test_what_runs_code_is_named),
        cmocka_unit_test(test_what_the_unpicklers_read_differently_is_refused),
        cmocka_unit_test(test_what_ran_before_a_corruption_counts),
        cmocka_unit_test(test_text_and_data_are_no_pickles),
        cmocka_unit_test(test_another_formats_magic_hides_no_pickle),
        cmocka_unit_test(test_a_deep_pickle_is_over_the_limit_and_no_evidence),
        cmocka_unit_test(test_long_lines_are_read_whole),
        cmocka_unit_test(test_long_numbers_hide_nothing),
        cmocka_unit_test(test_a_search_is_bounded_and_then_no_evidence),
        cmocka_unit_test(test_a_row_of_protos_hides_nothing_from_a_search),
        cmocka_unit_test(test_a_finding_carries_its_place),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_the_weights_only_set_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
