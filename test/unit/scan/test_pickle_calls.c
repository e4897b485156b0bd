/* What a call is given, and what is put together from calls before it is imported. */
#include "inspect_one.h"

#define BAD(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-import", words
#define RULE(rule, words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, rule, words

#define GETATTR "cbuiltins\ngetattr\n("
#define IMPORT "cbuiltins\n__import__\n("

static const struct look_case shown[] = {
    {"text", BYTES("cos\nsystem\n(S'id'\ntR."), BAD("calls os.system('id')")},
    {"numbers and words",
        BYTES(
            "\x80\x02"
            "cos\nabort\n(K\x05J\xff\xff\xff\xffM\x00\x01\x8a\x01\xfeG?\xf0\x00\x00\x00\x00\x00\x00"
            "N\x88\x89tR."),
        BAD("calls os.abort(5, -1, 256, -2, 1, None, True, False)")},
    {"numbers of protocol 0", BYTES("cos\nabort\n(I7\nI01\nI00\nL-12L\ntR."),
        BAD("calls os.abort(7, True, False, -12)")},
    {"containers",
        BYTES("\x80\x04\x8c\x02os\x8c\x05"
              "abort\x93(](K\x01K\x02"
              "e}\x8c\x01"
              "aK\x03s\x8f(K\x04\x90)K\x05\x85t\x52."),
        BAD("calls os.abort([1, 2], {'a': 3}, {4}, (), (5,))")},
    {"bytes",
        BYTES("\x80\x03"
              "cos\nabort\nC\x03"
              "a\x00'\x85R."),
        BAD("calls os.abort(b'a\\x00\\'')")},
    {"an import", BYTES("cos\nabort\n(cos\nsystem\ntR."), BAD("calls os.abort(os.system)")},
    {"a call", BYTES("cos\nabort\n(cos\ngetpid\n(tRtR."), BAD("calls os.abort(os.getpid())")},
    {"what was stored later", BYTES("(lp0\n0cos\nabort\n(g0\nVx\nag0\ntR."),
        BAD("calls os.abort(['x'], ['x'])")},
    {"keywords",
        BYTES("\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93\x8c\x02id\x85}\x8c\x05shell\x88s\x92."),
        BAD("calls subprocess.Popen('id', **{'shell': True})")},
    {"of INST", BYTES("(S'id'\nios\nsystem\n."), BAD("calls os.system('id')")},
    {"of OBJ", BYTES("(cos\nsystem\nS'id'\no."), BAD("calls os.system('id')")},
    {"of a list, as one reader does", BYTES("cos\nsystem\n(lVid\naR."),
        BAD("calls os.system(*['id'])")},
    {"each call that differs", BYTES("(cos\nsystem\np0\n(Va\ntRg0\n(Vb\ntRg0\n(Va\ntRt."),
        BAD("calls os.system('b')")},
    {"another script", BYTES("cos\nsystem\n(X\x04\x00\x00\x00\xc3\xa9\xc3\xbctR."),
        BAD("('\xc3\xa9\xc3\xbc')")},
};

static const struct look_case followed[] = {
    {"getattr of a module", BYTES(GETATTR IMPORT "Vos\ntRVsystem\ntR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"getattr of a class", BYTES(GETATTR "cbuiltins\nobject\nV__subclasses__\ntR(tR."),
        BAD("calls builtins.object.__subclasses__()")},
    {"importlib", BYTES(GETATTR "cimportlib\nimport_module\n(Vos.path\ntRVjoin\ntR."),
        BAD("imports os.path.join")},
    {"resolve_name", BYTES("cpkgutil\nresolve_name\n(Vos:system\ntR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"sys.modules",
        BYTES(GETATTR "coperator\ngetitem\n(csys\nmodules\nVos\ntRVsystem\ntR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"sys.modules.get",
        BYTES(GETATTR GETATTR "csys\nmodules\nVget\ntR(Vos\ntRVsystem\ntR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"vars",
        BYTES("coperator\ngetitem\n(cbuiltins\nvars\n(" IMPORT "Vos\ntRtRVsystem\ntR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"attrgetter", BYTES("coperator\nattrgetter\n(Vsystem\ntR(" IMPORT "Vos\ntRtR(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"methodcaller", BYTES("coperator\nmethodcaller\n(Vsystem\nVid\ntR(" IMPORT "Vos\ntRtR."),
        BAD("calls os.system('id')")},
    {"itemgetter", BYTES("coperator\nitemgetter\n(Vos\ntR(csys\nmodules\ntR."), BAD("imports os")},
    {"partial", BYTES("cfunctools\npartial\n(cos\nsystem\nVid\ntR(tR."),
        BAD("calls os.system('id')")},
    {"map", BYTES("cbuiltins\nmap\n(cos\nsystem\n(lVid\natR."), BAD("calls os.system('id')")},
    {"apply", BYTES("c__builtin__\napply\n(cos\nsystem\n(Vid\nttR."), BAD("calls os.system('id')")},
};

static const struct look_case made[] = {
    {"join by getattr", BYTES(IMPORT GETATTR "V\nVjoin\ntR((lVo\naVs\natRtR."), BAD("imports os")},
    {"str.join",
        BYTES("\x80\x04\x8c\x08"
              "builtins\x8c\x08str.join\x93\x8c\x00](\x8c\x01o\x8c\x01se\x86R"
              "\x8c\x06system\x93\x8c\x02id\x85R."),
        BAD("calls os.system('id')")},
    {"format",
        BYTES("\x80\x04\x8c\x08"
              "builtins\x8c\x0astr.format\x93\x8c\x06{}{}em\x8c\x02sy\x8c\x02st\x87R0"
              "\x8c\x02os\x8c\x08"
              "builtins\x8c\x0astr.format\x93\x8c\x08{1}{0}em\x8c\x02st\x8c\x02sy\x87R\x93)R."),
        BAD("calls os.system()")},
    {"concat", BYTES("coperator\nadd\n(Vo\nVs\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"chr and map",
        BYTES("cbuiltins\nstr.join\n(V\ncbuiltins\nmap\n(cbuiltins\nchr\n("
              "lI111\naI115\natRtRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"codecs",
        BYTES("c_codecs\ndecode\n(c_codecs\nencode\n(Vos\nVlatin1\ntRVutf-8\ntRVsystem\n\x93("
              "Vid\ntR."),
        BAD("calls os.system('id')")},
    {"rot13", BYTES("c_codecs\ndecode\n(Vbf\nVrot-13\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"base64", BYTES("c_codecs\ndecode\n(cbase64\nb64decode\n(Vb3M=\ntRtRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"hex",
        BYTES("c_codecs\ndecode\n(cbuiltins\nbytes.fromhex\n(V6f 73\ntRtRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"bytes of numbers",
        BYTES("cbuiltins\nstr\n(cbuiltins\nbytes\n((lI111\naI115\natRVascii\ntRVsystem\n\x93("
              "Vid\ntR."),
        BAD("calls os.system('id')")},
    {"reversed",
        BYTES("cbuiltins\nstr.join\n(V\ncbuiltins\nreversed\n(Vso\ntRtRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"a slice",
        BYTES("coperator\ngetitem\n(Vso\ncbuiltins\nslice\n(NNI-1\ntRtRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"a part",
        BYTES("coperator\ngetitem\n(Vxxosyy\ncbuiltins\nslice\n(I2\nI-2\nNtRtRVsystem\n\x93("
              "Vid\ntR."),
        BAD("calls os.system('id')")},
    {"lower", BYTES("cbuiltins\nstr.lower\n(VOS\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"replace", BYTES("cbuiltins\nstr.replace\n(Voxs\nVx\nV\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"an item of a list", BYTES("coperator\ngetitem\n((lVos\naI-1\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"an item of a dict", BYTES("coperator\ngetitem\n((dVa\nVos\nsVa\ntRVsystem\n\x93(Vid\ntR."),
        BAD("calls os.system('id')")},
    {"what cannot be told",
        BYTES("c_codecs\ndecode\n(cos\nurandom\n(I2\ntRtRVsystem\n\x93(Vid\ntR."),
        RULE("pickle-import-unresolved", "computed")},
    {"an attribute that cannot be told", BYTES(GETATTR IMPORT "Vos\ntRcos\nurandom\n(I2\ntRtR."),
        RULE("pickle-import-unresolved", "computed")},
};

static void test_arguments_are_shown(void **state)
{
    check_cases(shown, SW_COUNT(shown));
}

static void test_ways_to_an_attribute_are_followed(void **state)
{
    check_cases(followed, SW_COUNT(followed));
}

static void test_names_that_calls_make_are_named(void **state)
{
    check_cases(made, SW_COUNT(made));
}

static void test_long_arguments_are_cut(void **state)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "cos\nsystem\n(V"), SW_OK);
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(sw_buf_putc(&buf, 'x'), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, "\ntR."), SW_OK);
    struct looked looked;
    look(&looked, buf.data, buf.len, "long");
    const struct sw_finding *finding = found(&looked, "pickle-import", "calls os.system('xxx");
    assert_non_null(finding);
    assert_in_range(strlen(finding->message), 100, 250);
    assert_non_null(strstr(finding->message, "xxx...')"));
    looked_release(&looked);
}

/* partial(partial(…)) and map(map, …) must come to an end. */
static void test_calls_of_calls_are_bounded(void **state)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "(I1\n"), SW_OK);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(sw_buf_puts(&buf, "I1\n"), SW_OK);
    }
    assert_int_equal(
        sw_buf_puts(&buf, "lp0\n0cfunctools\npartial\n(cbuiltins\nmap\ncbuiltins\nchr\ntRp1\n0"),
        SW_OK);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(sw_buf_puts(&buf, "cbuiltins\nmap\n(g1\n(g0\ng0\ng0\ng0\ng0\ng0\nltRp2\n0"
                                           "cfunctools\npartial\n(cbuiltins\nmap\ng1\ntRp1\n0"),
            SW_OK);
    }
    assert_int_equal(sw_buf_puts(&buf, "N."), SW_OK);
    struct looked looked;
    look(&looked, buf.data, buf.len, "deep");
    assert_int_equal(looked.worst, SW_SEVERITY_CRITICAL);
    looked_release(&looked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments_are_shown),
        cmocka_unit_test(test_ways_to_an_attribute_are_followed),
        cmocka_unit_test(test_names_that_calls_make_are_named),
        cmocka_unit_test(test_long_arguments_are_cut),
        cmocka_unit_test(test_calls_of_calls_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
