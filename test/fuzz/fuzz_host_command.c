/* Command lines of processes, and the control groups that they are in. Whatever stands in one, what
 * is shown of it has no value: a program, a script, known words, and names of options without
 * digits. */
#include "../../src/supply/host.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_known(struct sw_str word)
{
    static const char *const words[] = {"serve", "run", "start", "server", "chat", "launch",
        "worker", "mcp", "exec", "runner", "api", "ui", "proxy", "..."};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_str_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* Behind the program and the script. */
static void check_word(struct sw_str word, size_t number)
{
    const bool option = word.len > 1 && word.ptr[0] == '-';
    for (size_t i = 0; option && number > 1 && i < word.len; i++) {
        expect(strchr("0123456789=/@:.", word.ptr[i]) == NULL);
    }
    expect(number < 2 || option || is_known(word));
}

static void check_shown(struct sw_str shown)
{
    size_t number = 0;
    for (size_t start = 0; start < shown.len; number++) {
        size_t end = start;
        while (end < shown.len && shown.ptr[end] != ' ') {
            expect(shown.ptr[end] > ' ' && shown.ptr[end] < 0x7f);
            end++;
        }
        check_word(sw_str_n(shown.ptr + start, end - start), number);
        start = end + 1;
    }
    expect(shown.len < 4096);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    const struct sw_str text = sw_str_n((const char *)data, size);
    const struct sw_catalogue *catalogue;
    struct sw_host_command command;
    struct sw_words words = {0};
    struct sw_str shown;
    sw_arena_init(&arena, 0);
    expect(sw_catalogue_builtin(&catalogue, NULL) == SW_OK);
    sw_host_command_read(text, &command);
    expect(sw_host_command_show(&arena, text, &shown) == SW_OK);
    check_shown(shown);
    expect(sw_host_command_words(&arena, text, &words) == SW_OK);
    expect(words.count <= size + 1);
    (void)sw_host_server_of(catalogue, &command);
    (void)sw_host_agent_of(catalogue, &command);
    const struct sw_str id = sw_host_container_of(text);
    expect(id.len == 0 || id.len == 12);
    return 0;
}
