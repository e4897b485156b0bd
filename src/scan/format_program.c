/* Code that is not a model's at all. Nothing here reads programs, so they are no evidence; they
 * have names of their own so that who takes other unread content does not take them with it. */
#include "scan/format.h"

static const struct {
    const char *magic;
    size_t len;
} binaries[] = {
    {"\x7f"
     "ELF",
        4},
    {"\0asm", 4}, {"\xfe\xed\xfa\xce", 4}, /* Mach-O, both orders and widths */
    {"\xce\xfa\xed\xfe", 4}, {"\xfe\xed\xfa\xcf", 4}, {"\xcf\xfa\xed\xfe", 4},
    {"\xca\xfe\xba\xbe", 4}, /* Mach-O for several machines, and Java classes */
};

/* DOS and Windows: two bytes of magic, and where the header stands (PE Format, "MS-DOS Stub"). */
static bool is_windows(struct sw_bytes head)
{
    struct sw_cursor cur = sw_cursor(head);
    uint32_t at;
    struct sw_bytes magic;
    return head.len >= 64 && memcmp(head.ptr, "MZ", 2) == 0 && sw_cur_skip(&cur, 60) == SW_OK &&
           sw_cur_u32le(&cur, &at) == SW_OK && at >= 64 && sw_cur_skip(&cur, at - 64) == SW_OK &&
           sw_cur_bytes(&cur, 4, &magic) == SW_OK && memcmp(magic.ptr, "PE\0\0", 4) == 0;
}

/* Python's compiled modules: a magic number that ends in a line end, twelve bytes, and a marshalled
 * code object that may be referred to (CPython, Lib/importlib/_bootstrap_external.py). */
static bool is_python_bytecode(struct sw_bytes head)
{
    return head.len > 16 && memcmp(head.ptr + 2, "\r\n", 2) == 0 && head.ptr[16] == 0xe3;
}

static bool sniff_executable(const struct sw_specimen *specimen)
{
    struct sw_bytes head = specimen->head;
    for (size_t i = 0; i < SW_COUNT(binaries); i++) {
        if (head.len >= binaries[i].len &&
            memcmp(head.ptr, binaries[i].magic, binaries[i].len) == 0) {
            return true;
        }
    }
    return is_windows(head) || is_python_bytecode(head);
}

const struct sw_format sw_format_executable = {
    .id = "executable", .names = "", .sniff = sniff_executable};

static bool ends_in_any_case(struct sw_str name, const char *ending)
{
    size_t len = strlen(ending);
    return name.len >= len && strncasecmp(name.ptr + name.len - len, ending, len) == 0;
}

/* Text is a program by what it is run as: by its first line, or by a name that interpreters and
 * loaders look for, on some systems in any case. (So the name makes a check stricter here, never
 * looser.) */
static bool sniff_source(const struct sw_specimen *specimen)
{
    static const char *const endings[] = {".py", ".pyw", ".sh", ".bash", ".js", ".mjs", ".cjs",
        ".lua", ".pl", ".rb", ".php", ".ps1", ".bat", ".cmd"};
    struct sw_str name = sw_str(specimen->name);
    bool archived =
        specimen->torchscript && memmem(name.ptr, name.len, "/code/", strlen("/code/")) != NULL;
    bool graph = ends_in_any_case(name, "saved_model.pbtxt"); /* TensorFlow runs it */
    bool program = graph || (specimen->head.len > 2 && memcmp(specimen->head.ptr, "#!", 2) == 0);
    for (size_t i = 0; i < SW_COUNT(endings) && !program && !archived; i++) {
        program = ends_in_any_case(name, endings[i]);
    }
    return program && specimen->source.size > 0 && sw_is_text(specimen);
}

const struct sw_format sw_format_source = {
    .id = "source", .names = "", .sniff = sniff_source, .whole = true};
