/* Cards. The first byte says what the rest is: a card's own document, a paper and which, an
 * author's file. What is taken in is written in every form: the document reads back as the same,
 * front matter is YAML with the name that was put in, and bills are valid. */
#include "supply/card.h"

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_document(struct sw_arena *arena, struct sw_card *card)
{
    SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;
    struct sw_json document;
    struct sw_card again;
    struct sw_error err;
    insist(sw_card_write(card, &first) == SW_OK);
    insist(sw_card_parse(arena, sw_buf_bytes(&first), &document, &err) == SW_OK);
    insist(sw_card_read(&again, arena, &document, &err) == SW_OK);
    insist(sw_card_write(&again, &second) == SW_OK);
    insist(sw_bytes_equal(sw_buf_bytes(&first), sw_buf_bytes(&second)));
}

static void check_shown(struct sw_arena *arena, struct sw_card *card)
{
    SW_CLEANUP(buf) struct sw_buf markdown = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf html = SW_BUF_INIT;
    struct sw_bytes matter;
    struct sw_json root;
    struct sw_error err;
    insist(sw_card_write_markdown(card, &markdown) == SW_OK);
    insist(sw_bom_front_matter(sw_buf_bytes(&markdown), &matter));
    insist(sw_yaml_parse(arena, matter, NULL, &root, &err) == SW_OK);
    insist(sw_card_write_html(card, &html) == SW_OK);
    insist(sw_utf8_valid(sw_buf_bytes(&html)) && sw_utf8_valid(sw_buf_bytes(&markdown)));
}

static void check_bill(struct sw_arena *arena, const struct sw_buf *text)
{
    struct sw_json document;
    struct sw_bom_check check;
    struct sw_error err;
    insist(sw_bom_parse(arena, sw_buf_bytes(text), &document, &err) == SW_OK);
    insist(sw_bom_validate(arena, &document, &check) == SW_OK);
    insist(check.format != NULL && check.count == 0);
}

static void check_bills(struct sw_arena *arena, struct sw_card *card)
{
    SW_CLEANUP(buf) struct sw_buf cyclonedx = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf spdx = SW_BUF_INIT;
    struct sw_bom bom;
    struct sw_error err;
    insist(sw_card_to_bom(card, &bom) == SW_OK);
    bom.timed = true;
    insist(sw_bom_write_cyclonedx(&bom, "1.7", &cyclonedx, &err) == SW_OK);
    check_bill(arena, &cyclonedx);
    insist(sw_bom_write_spdx(&bom, &spdx, &err) == SW_OK);
    check_bill(arena, &spdx);
}

static void check_all(struct sw_arena *arena, struct sw_card *card)
{
    struct sw_card_problems problems = {0};
    struct sw_card_element *elements;
    size_t count;
    check_document(arena, card);
    check_shown(arena, card);
    check_bills(arena, card);
    insist(sw_card_check_itself(card, &problems) == SW_OK);
    insist(sw_card_score(card, &elements, &count) == SW_OK && count > 0);
}

/* The papers one after the other, and again. */
static const char *paper_name(uint8_t what)
{
    size_t count = 0;
    while (sw_card_paper_name(count) != NULL) {
        count++;
    }
    return sw_card_paper_name((what >> 3) % count);
}

static bool take(struct sw_arena *arena, uint8_t what, struct sw_bytes text, struct sw_card *card)
{
    struct sw_json document;
    struct sw_error err = {0};
    enum sw_code code;
    sw_card_init(card, arena, (what & 4) != 0 ? SW_CARD_DATASET : SW_CARD_MODEL);
    card->tool = sw_str("fuzz");
    card->tool_version = sw_str("1");
    switch (what & 3) {
    case 0:
        code = sw_card_parse(arena, text, &document, &err);
        code = code == SW_OK ? sw_card_read(card, arena, &document, &err) : code;
        break;
    case 1: code = sw_card_add_author(card, "author.yaml", text, &err); break;
    case 2: code = sw_card_take_paper(card, "README.md", text, &err); break;
    default: code = sw_card_take_paper(card, paper_name(what), text, &err); break;
    }
    insist(code == SW_OK || err.text[0] != '\0');
    return code == SW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_card card;
    sw_arena_init(&arena, (size_t)512 << 20);
    if (size > 1 && size <= 65536 && take(&arena, data[0], sw_bytes(data + 1, size - 1), &card)) {
        check_all(&arena, &card);
    }
    return 0;
}
