/* Signed notes, checkpoints and verifier keys. What is accepted must refer only to the input, a
 * verifier key must have one spelling, and nobody can forge the note of a key that is not theirs.
 */
#include "claim/claim.h"

#include <stdlib.h>

/* The example of signed-note.md. */
#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define SIGNED_TEXT "This is an example message.\n"

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool inside(struct sw_bytes input, struct sw_str view)
{
    const char *start = (const char *)input.ptr;
    return view.ptr >= start && view.ptr + view.len <= start + input.len;
}

static void fuzz_note(struct sw_arena *arena, struct sw_bytes input)
{
    struct sw_error err = {0};
    struct sw_checkpoint note;
    struct sw_vkey vkey;
    if (sw_note_parse(arena, input, &note, &err) != SW_OK) {
        expect(sw_checkpoint_parse(arena, input, &note, &err) != SW_OK);
        return;
    }
    expect(inside(input, note.body) && sw_str_ends(note.body, "\n"));
    expect(note.signature_count > 0 && note.signature_count <= SW_NOTE_MAX_SIGNATURES);
    for (size_t i = 0; i < note.signature_count; i++) {
        expect(inside(input, note.signatures[i].name) && note.signatures[i].signature.len > 0);
    }
    expect(sw_vkey_parse(arena, sw_str(VKEY), &vkey, &err) == SW_OK);
    if (sw_note_check(&note, &vkey, NULL, &err) == SW_OK) {
        expect(sw_str_is(note.body, SIGNED_TEXT));
    }
    if (sw_checkpoint_parse(arena, input, &note, &err) == SW_OK) {
        expect(inside(input, note.origin) && note.origin.len > 0);
    }
}

static void fuzz_vkey(struct sw_arena *arena, struct sw_bytes input)
{
    struct sw_error err = {0};
    struct sw_vkey vkey;
    if (sw_vkey_parse(arena, sw_str_of_bytes(input), &vkey, &err) != SW_OK) {
        return;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    expect(sw_vkey_write(&vkey, &text) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&text), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 16 << 20);
    fuzz_note(&arena, sw_bytes(data, size));
    fuzz_vkey(&arena, sw_bytes(data, size));
    return 0;
}
