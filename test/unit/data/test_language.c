/* Counting words and characters, and guessing languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "data/language_private.h"

static struct sw_text_counts count(const char *text)
{
    struct sw_text_counts counts = {0};
    sw_text_count(sw_bytes(text, strlen(text)), &counts);
    assert_int_equal(counts.bytes, strlen(text));
    return counts;
}

static void words_are_runs_of_letters_and_digits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t words;
        uint64_t characters;
    } cases[] = {
        {"", 0, 0},
        {" \t\n", 0, 3},
        {"one", 1, 3},
        {"one two,three  four.", 4, 20},
        {"don't", 2, 5},
        {"snake_case and e-mail", 5, 21},
        {"v2 3.14", 3, 7},
        {"für Größe", 2, 9},
        {"naïve café", 2, 10},
        {"Привет, мир!", 2, 12},
        {"καλημέρα κόσμε", 2, 14},
        {"שלום עולם", 2, 9},
        {"مرحبا بالعالم", 2, 13},
        {"नमस्ते दुनिया", 2, 13},
        {"안녕하세요 세계", 2, 8},
        {"今日は", 3, 3},
        {"こんにちは世界", 3, 7},
        {"你好,世界。", 4, 6},
        {"漢字とkanji", 3, 8}, /* と goes on to the letters behind it */
        {"сло\xC2\xADво", 1, 6},
        {"می\xE2\x80\x8Cخواهم", 1, 8},
        {"I \xE2\x9D\xA4\xEF\xB8\x8F C", 2, 6},
        {"\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 0, 2},
        {"x\xC2\xB2 + y\xC2\xB2", 2, 7},
        {"100\xE2\x82\xAC", 1, 4},
        {"a\xE2\x80\x94"
         "b",
            2, 3},
        {"\xEF\xBB\xBFhead", 1, 5},
        {"e\xCC\x81t\xC3\xA9", 1, 4},
        {"\xF0\xA0\x80\x80\xF0\xA0\x80\x81", 2, 2},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_text_counts counts = count(cases[i].text);
        if (counts.words != cases[i].words || counts.characters != cases[i].characters) {
            fail_msg("'%s': %llu words, %llu characters", cases[i].text,
                (unsigned long long)counts.words, (unsigned long long)counts.characters);
        }
        assert_int_equal(counts.invalid, 0);
    }
}

static void what_is_not_utf8_is_counted_and_ends_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t words;
        uint64_t characters;
        uint64_t invalid;
    } cases[] = {
        {"f\xFCr", 2, 2, 1},           /* Latin-1 */
        {"\xC0\xAF", 0, 0, 2},         /* overlong */
        {"\xE0\x80\xAF", 0, 0, 3},     /* overlong */
        {"\xED\xA0\x80", 0, 0, 3},     /* a surrogate */
        {"\xF4\x90\x80\x80", 0, 0, 4}, /* behind the last one */
        {"a\xE2\x82", 1, 1, 2},        /* cut */
        {"a\xF0\x9F\x98"
         "b",
            2, 2, 3}, /* cut by a letter */
        {"\x80\xBF\xFE\xFF", 0, 0, 4},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_text_counts counts = count(cases[i].text);
        if (counts.words != cases[i].words || counts.characters != cases[i].characters ||
            counts.invalid != cases[i].invalid) {
            fail_msg("case %zu: %llu words, %llu characters, %llu invalid", i,
                (unsigned long long)counts.words, (unsigned long long)counts.characters,
                (unsigned long long)counts.invalid);
        }
    }
}

static void counts_are_added(void **state)
{
    (void)state;
    struct sw_text_counts counts = {0};
    sw_text_count(sw_bytes("ab", 2), &counts);
    sw_text_count(sw_bytes("cd\xFF", 3), &counts);
    sw_text_count(sw_bytes(NULL, 0), &counts);
    assert_int_equal(counts.words, 2); /* words end where a text does */
    assert_int_equal(counts.characters, 4);
    assert_int_equal(counts.bytes, 5);
    assert_int_equal(counts.invalid, 1);
}

static void the_decoder_agrees_with_the_check_of_utf8(void **state)
{
    (void)state;
    uint8_t bytes[4];
    for (uint32_t lead = 0; lead < 256; lead++) {
        for (uint32_t next = 0; next < 256; next++) {
            static const uint8_t tails[][2] = {{0x80, 0x80}, {0xBF, 0xBF}, {0x41, 0x80}};
            for (size_t t = 0; t < SW_COUNT(tails); t++) {
                memcpy(
                    bytes, (uint8_t[]){(uint8_t)lead, (uint8_t)next, tails[t][0], tails[t][1]}, 4);
                uint32_t character;
                size_t n = sw_character_next(bytes, bytes + 4, &character);
                bool good = character != SW_NO_CHARACTER;
                assert_true(!good || sw_utf8_valid(sw_bytes(bytes, n)));
                for (size_t len = 1; len <= 4 && !good; len++) {
                    assert_false(sw_utf8_valid(sw_bytes(bytes, len)) && lead >= 0x80);
                }
            }
        }
    }
}

/* --- languages ------------------------------------------------------------------------------- */

struct sentence {
    const char *code; /* NULL: nobody can tell */
    const char *text;
};

static const struct sentence sentences[] = {
    {"en", "Please find the invoice for last month in the attachment."},
    {"en", "The cat sat on the roof and watched the rain."},
    {"en", "WE ARE SORRY THAT YOUR PARCEL COULD NOT BE DELIVERED"},
    {"en", "I met Zoë at the café, and she said that it was a naïve idea."},
    {"de", "Bitte schicken Sie mir die Unterlagen bis morgen."},
    {"de", "Der Zug nach Hamburg fährt heute nicht, weil die Strecke gesperrt ist."},
    {"de", "Es ist kalt und wir haben kein Brot mehr."},
    {"fr", "Je vous remercie pour votre message et je reviens vers vous demain."},
    {"fr", "Les enfants jouent dans le jardin avec leur chien."},
    {"es", "El tren sale a las ocho de la mañana y llega por la tarde."},
    {"es", "Muchas gracias por su carta, la hemos leído con mucho interés."},
    {"pt", "O menino não quer comer a sopa que a avó fez."},
    {"pt", "Você já viu o filme que está passando no cinema?"},
    {"it", "Il gatto è salito sul tetto e non vuole più scendere."},
    {"it", "Questa è la casa che abbiamo comprato nel mese di maggio."},
    {"nl", "De trein naar Utrecht rijdt vandaag niet omdat er sneeuw ligt."},
    {"nl", "Ik heb het boek nog niet gelezen, maar het lijkt me goed."},
    {"sv", "Jag har inte läst boken än, men den verkar vara bra."},
    {"pl", "Nie wiem, czy jutro będzie padać, ale wezmę parasol."},
    {"pl", "To jest dom, który kupiliśmy w maju."},
    {"cs", "Nevím, jestli bude zítra pršet, ale vezmu si deštník, protože je už podzim."},
    {"tr", "Bu kitabı henüz okumadım ama çok güzel olduğunu söylüyorlar."},
    {"tr", "İzmir ve İstanbul için bir İngiliz İşçi daha var."},
    {"ca", "Aquesta és la casa que hem comprat al mes de maig amb els avis."},
    {"ro", "Aceasta este casa pe care am cumpărat-o în luna mai."},
    {"fi", "Tämä on talo, jonka ostimme toukokuussa, mutta se ei ole vielä valmis."},
    {"hu", "Ez az a ház, amelyet májusban vettünk, de még nem kész."},
    {"id", "Ini adalah rumah yang kami beli pada bulan Mei dan belum selesai."},
    {"ru", "Я не знаю, будет ли завтра дождь, но возьму зонт."},
    {"ru", "Это дом, который мы купили в мае."},
    {"uk", "Це дім, який ми купили у травні, але він ще не готовий."},
    {"bg", "Това е къщата, която купихме през май, но тя още не е готова."},
    {"sr", "Ово је кућа коју смо купили у мају, али она још није готова."},
    {"el", "Αυτό είναι το σπίτι που αγοράσαμε τον Μάιο."},
    {"he", "זה הבית שקנינו בחודש מאי."},
    {"ar", "هذا هو البيت الذي اشتريناه في شهر مايو."},
    {"fa", "این خانه‌ای است که ما در ماه مه خریدیم و هنوز "
           "آماده "
           "نیست."},
    {"ur", "یہ وہ گھر ہے جو ہم نے مئی کے مہینے میں خریدا تھا۔"},
    {"hi", "यह वह घर है जो हमने मई के महीने में खरीदा था।"},
    {"th", "นี่คือบ้านที่เราซื้อในเดือนพฤษภาคม"},
    {"ko", "이것은 우리가 오월에 산 집입니다."},
    {"zh", "这是我们五月买的房子。"},
    {"ja", "これは私たちが五月に買った家です。"},
    {"ja", "カタカナだけのメニュー"},
};

static void short_sentences_are_guessed(void **state)
{
    struct sw_language_guesser *guesser = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < SW_COUNT(sentences); i++) {
        const char *code =
            sw_language_guess(guesser, sw_bytes(sentences[i].text, strlen(sentences[i].text)));
        if (code == NULL || strcmp(code, sentences[i].code) != 0) {
            print_error("%s is taken for %s: %s\n", sentences[i].code, code, sentences[i].text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void where_it_is_not_clear_nothing_is_said(void **state)
{
    struct sw_language_guesser *guesser = *state;
    static const char *const texts[] = {
        "", "ok", "Berlin", "12345 67890 2026-11-23",
        "dGhpcyBpcyBub3QgdGV4dA==", "x = y * z + w; q = r / s;", "\xFF\xFE\xFA",
        "John Smith, London SW1A 1AA", "\xF0\x9F\x98\x80 \xF0\x9F\x91\x8D", "de la",
        "Ngiyabonga kakhulu ngosizo lwakho izolo",           /* not in the table */
        "Tôi không biết ngày mai trời có mưa hay không",     /* letters that none of them has */
        "привет hello שלום 你好 γεια",                       /* all at once */
        "lorem ipsum dolor sit amet consectetur adipiscing", /* no language */
    };
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        const char *code = sw_language_guess(guesser, sw_bytes(texts[i], strlen(texts[i])));
        if (code != NULL) {
            fail_msg("'%s' is taken for %s", texts[i], code);
        }
    }
    assert_null(sw_language_guess(guesser, sw_bytes(NULL, 0)));
}

/* Only parts of it are looked at, whatever its length. */
static void a_long_text_is_guessed_by_its_beginning_and_middle(void **state)
{
    struct sw_language_guesser *guesser = *state;
    const char *sentence = "Es ist kalt und wir haben kein Brot mehr. ";
    size_t len = (size_t)8 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        text[i] = sentence[i % strlen(sentence)];
    }
    assert_string_equal(sw_language_guess(guesser, sw_bytes(text, len)), "de");
    memset(text + len / 2 + 4096, 'x', 4096); /* outside of both windows */
    assert_string_equal(sw_language_guess(guesser, sw_bytes(text, len)), "de");
    memset(text, '-', len); /* nothing at all */
    assert_null(sw_language_guess(guesser, sw_bytes(text, len)));
    free(text);
}

static void every_language_has_a_name(void **state)
{
    (void)state;
    assert_true(sw_language_count <= 64);
    for (size_t i = 0; i < sw_language_count; i++) {
        assert_string_equal(sw_language_name(sw_str(sw_languages[i].code)), sw_languages[i].name);
        assert_true((sw_languages[i].letters == NULL) == (sw_languages[i].words == NULL));
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(sw_languages[i].code, sw_languages[j].code);
        }
    }
    assert_null(sw_language_name(sw_str("xx")));
    assert_null(sw_language_name(sw_str("")));
}

static int setup(void **state)
{
    return sw_language_guesser_new((struct sw_language_guesser **)state) == SW_OK ? 0 : -1;
}

static int teardown(void **state)
{
    sw_language_guesser_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_runs_of_letters_and_digits),
        cmocka_unit_test(what_is_not_utf8_is_counted_and_ends_words),
        cmocka_unit_test(counts_are_added),
        cmocka_unit_test(the_decoder_agrees_with_the_check_of_utf8),
        cmocka_unit_test(short_sentences_are_guessed),
        cmocka_unit_test(where_it_is_not_clear_nothing_is_said),
        cmocka_unit_test(a_long_text_is_guessed_by_its_beginning_and_middle),
        cmocka_unit_test(every_language_has_a_name),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
