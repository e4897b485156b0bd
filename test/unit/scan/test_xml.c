/* XML as models have it: PMML and OpenVINO. */
#include "repository_files.h"

#define CLEAN(id) id, SW_SCAN_PARSED, SW_SEVERITY_INFO, NULL, NULL
#define FOUND(id, severity, rule, words) id, SW_SCAN_PARSED, SW_SEVERITY_##severity, rule, words
#define BROKEN(id, words) id, SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, id "-broken", words
#define LAYER(rest) \
    "<net name=\"n\" version=\"11\"><layers><layer id=\"0\" name=\"c\" " rest "</layers></net>"
#define CONST "type=\"Const\" version=\"opset1\">"

static const struct look_case documents[] = {
    {"PMML",
        BYTES("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PMML version=\"4.4\"><!-- a -->"
              "<Header a='1'><Extension name=\"x\" value=\"y\"/>A &amp; B</Header></PMML>\n"),
        CLEAN("pmml")},
    {"OpenVINO", BYTES(LAYER(CONST "<data offset=\"0\" size=\"4\"/></layer>")), CLEAN("openvino")},
    {"other XML", BYTES("<?xml version=\"1.0\"?><a><b/><![CDATA[<&]]></a>"), CLEAN("xml")},
    {"a property list",
        BYTES(
            "<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC \"-//A//\" \"http://x/a.dtd\"><plist/>"),
        CLEAN("xml")},
    {"a document type with an entity",
        BYTES("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
              "<r>&x;</r>"),
        FOUND("xml", CRITICAL, "xml-entity", "(XXE)")},
    {"a document type of PMML", BYTES("<!DOCTYPE PMML SYSTEM \"http://x/\"><PMML/>"),
        FOUND("xml", CRITICAL, "xml-entity", "fetch files")},
    {"a property list with an entity",
        BYTES("<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY x \"y\">]><plist/>"),
        FOUND("xml", CRITICAL, "xml-entity", "(XXE)")},
    {"another file", BYTES("<PMML><xi:include href=\"file:///etc/passwd\"/></PMML>"),
        FOUND("pmml", HIGH, "xml-include", "by XInclude")},
    {"an instruction", BYTES("<PMML><?php x?></PMML>"),
        FOUND("pmml", LOW, "xml-instruction", "\"php\"")},
    {"code in an extension",
        BYTES("<PMML><Extension>Runtime.getRuntime().exec(1)</Extension></PMML>"),
        FOUND("pmml", HIGH, "xml-code", "stands in an <Extension>")},
    {"a script", BYTES("<PMML><Script>1</Script></PMML>"),
        FOUND("pmml", HIGH, "xml-code", "an element of code")},
    {"code in an attribute", BYTES("<PMML><a href=\"javascript:x\"/></PMML>"),
        FOUND("pmml", HIGH, "xml-code", "looks like code")},
    {"a class", BYTES("<PMML><Apply function=\"com.evil.F\"/></PMML>"),
        FOUND("pmml", MEDIUM, "pmml-function", "com.evil.F")},
    {"a library", BYTES(LAYER("type=\"X\" version=\"extension\" library=\"x.so\"/>")),
        FOUND("openvino", HIGH, "openvino-library", "\"x.so\"")},
    {"a layer of an extension", BYTES(LAYER("type=\"X\" version=\"extension\"/>")),
        FOUND("openvino", LOW, "openvino-layer", "no layer of OpenVINO's own")},
    {"numbers of no place",
        BYTES(LAYER(CONST "<data offset=\"18446744073709551615\" size=\"4\"/></layer>")),
        FOUND("openvino", HIGH, "openvino-outside", "no place")},
    {"a layer of no type", BYTES(LAYER("/>")), BROKEN("openvino", "without a type")},
    {"an end of another element", BYTES("<PMML><a></b></PMML>"), BROKEN("pmml", "not open")},
    {"no end", BYTES("<PMML><a>"), BROKEN("pmml", "ends too early")},
    {"an entity of nobody", BYTES("<PMML>&x;</PMML>"), BROKEN("pmml", "not declared")},
    {"an attribute twice", BYTES("<PMML a=\"1\" a=\"2\"/>"), BROKEN("xml", "stands twice")},
    {"a second root", BYTES("<PMML/><PMML/>"), BROKEN("pmml", "a second root")},
    {"text behind the root", BYTES("<PMML/>x"), BROKEN("pmml", "outside of the root")},
    {"a value without quotes", BYTES("<PMML><a b=c/></PMML>"), BROKEN("pmml", "without quotes")},
    {"a comment without an end", BYTES("<PMML><!-- "), BROKEN("pmml", "before what began")},
    {"another declaration", BYTES("<PMML><!ELEMENT a></PMML>"), BROKEN("pmml", "that is none")},
};

static void test_documents_are_judged(void **state)
{
    (void)state;
    check_cases(documents, SW_COUNT(documents));
}

static void test_another_encoding_is_not_read(void **state)
{
    (void)state;
    static const char text[] = "<?xml version=\"1.0\" encoding=\"UTF-7\"?><PMML/>";
    struct looked looked;
    look(&looked, text, sizeof(text) - 1, "a.pmml");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    looked_release(&looked);
}

static void test_elements_nest_so_deep_and_no_deeper(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct looked looked;
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(sw_buf_puts(&text, "<PMML>"), SW_OK);
    }
    look(&looked, text.data, text.len, "a.pmml");
    assert_int_equal(looked.in.status, SW_SCAN_FAILED);
    assert_non_null(found(&looked, "over-limit", "nest too deep"));
    looked_release(&looked);
}

#define NET                                                                      \
    {                                                                            \
        "n.xml", "openvino", "data", "[[\"openvino-weights\",8,16,[\"n.bin\"]]]" \
    }

static void test_numbers_stand_in_the_file_beside(void **state)
{
    (void)state;
    static const struct repository_case rows[] = {
        {"no file", {NET}, SW_SEVERITY_MEDIUM, "data-missing", "1 of the files"},
        {"a short file", {{"n.bin", "unknown", NULL, ""}, NET}, SW_SEVERITY_HIGH, "data-size",
            "have 0 bytes where it needs 8"},
    };
    check_repositories(rows, SW_COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents_are_judged),
        cmocka_unit_test(test_another_encoding_is_not_read),
        cmocka_unit_test(test_elements_nest_so_deep_and_no_deeper),
        cmocka_unit_test(test_numbers_stand_in_the_file_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
