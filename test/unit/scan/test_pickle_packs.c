/* What the packs allow, what they do not, and what joblib writes between opcodes. */
#include "inspect_one.h"

#include "../../../src/scan/pickle.h"

#define NOTE(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_LOW, "pickle-library", words
#define MISUSED(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, "pickle-import", words
#define BAD(words) "pickle", SW_SCAN_PARSED, SW_SEVERITY_CRITICAL, "pickle-import", words

#define RECONSTRUCT "cnumpy.core.multiarray\n_reconstruct\n"
#define DTYPE(code) "cnumpy\ndtype\n(V" code "\nI00\nI01\ntR"

static const struct look_case allowed[] = {
    {"an array",
        BYTES(RECONSTRUCT
            "(cnumpy\nndarray\n(I0\ntVb\ntR(I1\n(I2\nt" DTYPE("f8") "I00\nVxxxxxxxxyyyyyyyy\ntb."),
        NOTE("uses NumPy (pack numpy 1): numpy.core.multiarray._reconstruct and more")},
    {"an array of numpy 2",
        BYTES("cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR."),
        NOTE("uses NumPy")},
    {"a scalar", BYTES("cnumpy.core.multiarray\nscalar\n(" DTYPE("f8") "Vxxxxxxxx\ntR."),
        NOTE("uses NumPy")},
    {"an estimator",
        BYTES("\x80\x02"
              "csklearn.linear_model._logistic\nLogisticRegression\n)\x81}X\x01\x00\x00\x00"
              "CK\x01sb."),
        NOTE("uses scikit-learn (pack sklearn 1): sklearn.linear_model._logistic.Logistic")},
    {"an estimator of protocol 0",
        BYTES(
            "ccopy_reg\n_reconstructor\n(csklearn.svm.classes\nSVC\nc__builtin__\nobject\nNtR(db."),
        NOTE("uses Python (pack python 1): copy_reg._reconstructor and more")},
    {"a date",
        BYTES("\x80\x03"
              "cdatetime\ndate\nC\x04\x07\xe4\x01\x01\x85R."),
        NOTE("uses Python")},
    {"a path", BYTES("cpathlib\nPosixPath\n(Va\nVb\ntR."), NOTE("uses Python")},
    {"a module of torch",
        BYTES("\x80\x02"
              "ctorch.nn.modules.linear\nLinear\n)\x81}b."),
        NOTE("uses PyTorch")},
    {"a booster",
        BYTES("\x80\x02"
              "cxgboost.core\nBooster\n)\x81}b."),
        NOTE("uses XGBoost")},
    {"a class by its persistent id",
        BYTES("\x80\x02(X\x06\x00\x00\x00module"
              "ctorch.nn.modules.linear\nLinear\nNNtQ)\x81}b."),
        NOTE("uses PyTorch")},
};

static const struct look_case refused[] = {
    {"_reconstructor of another base",
        BYTES("ccopyreg\n_reconstructor\n(csklearn.svm.classes\nSVC\nc__builtin__\ndict\n(dtR."),
        MISUSED("calls copyreg._reconstructor(sklearn.svm.classes.SVC, __builtin__.dict, {}), "
                "which the pack of its library does not allow")},
    {"a scalar of objects", BYTES("cnumpy.core.multiarray\nscalar\n(" DTYPE("O8") "Vxxxxxxxx\ntR."),
        MISUSED("calls numpy.core.multiarray.scalar")},
    {"a class that is called", BYTES("csklearn.svm.classes\nSVC\n(tR."), MISUSED("SVC()")},
    {"a function that may only be there", BYTES("cnumpy\nlog1p\n(I1\ntR."), MISUSED("log1p(1)")},
    {"a callable for data", BYTES("cdecimal\nDecimal\n(cdecimal\nDecimal\ntR."),
        MISUSED("calls decimal.Decimal(decimal.Decimal)")},
    {"too many arguments", BYTES("cdecimal\nDecimal\n(VaVb\nVc\ntR."),
        MISUSED("Decimal('aVb', 'c')")},
    {"keywords",
        BYTES("\x80\x04\x8c\x07"
              "decimal\x8c\x07"
              "Decimal\x93)}\x8c\x01"
              "aK\x01s\x92."),
        MISUSED("Decimal(, **{'a': 1})")},
    {"a bad function among good arguments", BYTES("ccollections\ndefaultdict\n(cos\nsystem\ntR."),
        BAD("imports os.system")},
    {"another name of the module", BYTES("cpathlib\nos.system\n(Vid\ntR."),
        BAD("pathlib.os.system")},
    {"attributes of a class that is allowed",
        BYTES("\x80\x02"
              "csklearn.svm.classes\nSVC\n}b."),
        "pickle", SW_SCAN_PARSED, SW_SEVERITY_HIGH, "pickle-build", "attributes"},
};

static void test_what_packs_allow_is_a_note(void **state)
{
    check_cases(allowed, SW_COUNT(allowed));
}

static void test_what_packs_do_not_allow_is_refused(void **state)
{
    check_cases(refused, SW_COUNT(refused));
}

/* --- families that are known to run code ------------------------------------------------------ */

static const char *const gadgets[][2] = {{"pip", "main"}, {"pip._internal", "main"},
    {"runpy", "run_path"}, {"runpy", "_run_code"},
    {"idlelib.pyshell", "ModifiedInterpreter.runcode"},
    {"idlelib.autocomplete", "AutoComplete.get_entity"}, {"idlelib.run", "Executive.runcode"},
    {"profile", "run"}, {"profile", "Profile.run"}, {"cProfile", "run"}, {"cProfile", "runctx"},
    {"timeit", "timeit"}, {"timeit", "main"}, {"trace", "Trace.run"}, {"trace", "Trace.runctx"},
    {"doctest", "debug_script"}, {"doctest", "testfile"}, {"pydoc", "pipepager"},
    {"pydoc", "locate"}, {"pkgutil", "resolve_name"}, {"uuid", "_get_command_stdout"},
    {"uuid", "_popen"}, {"imaplib", "IMAP4_stream"}, {"venv", "create"},
    {"venv", "EnvBuilder.create"}, {"ensurepip", "_run_pip"}, {"ensurepip", "bootstrap"},
    {"numpy.f2py.crackfortran", "getlincoef"}, {"numpy.f2py.crackfortran", "_eval_length"},
    {"numpy.f2py.crackfortran", "myeval"}, {"numpy.testing._private.utils", "runstring"},
    {"numpy.testing._private.utils", "rundocs"}, {"torch.utils.collect_env", "run"},
    {"torch.utils.bottleneck.__main__", "run_cprofile"},
    {"torch.utils.bottleneck.__main__", "run_autograd_prof"},
    {"torch.utils._config_module", "ConfigModule.load_config"},
    {"torch._inductor.codecache", "compile_file"}, {"torch._inductor.cudagraph_trees", "x"},
    {"torch.jit.unsupported_tensor_ops", "execWrapper"},
    {"torch._dynamo.guards", "GuardBuilder.get"},
    {"torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"},
    {"mlflow.projects", "run"}, {"mlflow.pyfunc", "load_model"}, {"pandas", "read_pickle"},
    {"pandas.io.pickle", "read_pickle"}, {"pandas.io.common", "get_handle"}, {"pandas", "eval"},
    {"pandas", "read_csv"}, {"pandas", "read_hdf"}, {"pandas", "read_sql"}, {"numpy", "load"},
    {"numpy.lib.npyio", "load"}, {"numpy.lib._npyio_impl", "load"}, {"numpy", "fromregex"},
    {"joblib", "load"}, {"joblib.numpy_pickle", "load"},
    {"scipy.stats._distn_infrastructure", "rv_generic"}, {"torch", "load"},
    {"torch.storage", "_load_from_bytes"}, {"torch.serialization", "load"},
    {"sklearn.datasets", "load_svmlight_file"}, {"lib2to3.pgen2.grammar", "Grammar.loads"},
    {"lib2to3.pgen2.pgen", "ParserGenerator.make_label"}, {"importlib", "import_module"},
    {"multiprocessing.util", "spawnv_passfds"}, {"code", "InteractiveInterpreter.runcode"},
    {"bdb", "Bdb.run"}, {"asyncio.unix_events", "_UnixSubprocessTransport._start"},
    {"distutils.file_util", "write_file"}, {"ctypes", "CDLL"}, {"logging.config", "_resolve"},
    {"cloudpickle.cloudpickle", "_make_function"}, {"dill._dill", "_create_function"},
    {"keras.models", "load_model"}, {"tensorflow.keras.models", "load_model"},
    {"getpass", "getuser"}, {"smtplib", "SMTP"}, {"sqlite3", "connect"}, {"marshal", "loads"},
    {"types", "FunctionType"}, {"types", "CodeType"}, {"functools", "reduce"},
    {"operator", "methodcaller"}, {"builtins", "exec"}, {"builtins", "type"}, {"_pickle", "loads"},
    {"_osx_support", "_read_output"}, {"_aix_support", "_read_cmd_output"},
    {"_pyrepl.pager", "pipe_pager"}, {"aifc", "open"}, {"hub", "load"}, {"torch.hub", "load"}};

static void test_families_of_gadgets_are_critical(void **state)
{
    for (size_t i = 0; i < SW_COUNT(gadgets); i++) {
        SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
        assert_int_equal(sw_buf_printf(&buf,
                             "\x80\x04"
                             "c%s\n%s\n(Vid\ntR.",
                             gadgets[i][0], gadgets[i][1]),
            SW_OK);
        struct looked looked;
        look(&looked, buf.data, buf.len, "file");
        if (looked.worst != SW_SEVERITY_CRITICAL ||
            found(&looked, "pickle-import", "calls ") == NULL) {
            fail_msg("%s.%s is %s", gadgets[i][0], gadgets[i][1], sw_severity_name(looked.worst));
        }
        looked_release(&looked);
    }
}

/* --- packs as data ---------------------------------------------------------------------------- */

static const struct {
    const char *what;
    const char *yaml;
    enum sw_code code;
} bad_packs[] = {
    {"empty", "", SW_E_FORMAT},
    {"no list", "pack: x\nversion: 1\nlibrary: X\nsource: s\n", SW_E_FORMAT},
    {"an unknown member", "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow: []\nmore: 1\n",
        SW_E_FORMAT},
    {"an unknown member of an entry",
        "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow:\n  - {modules: [a], names: [b], x: "
        "1}\n",
        SW_E_FORMAT},
    {"an argument that is none",
        "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow:\n"
        "  - {modules: [a], names: [b], arguments: [thing]}\n",
        SW_E_FORMAT},
    {"a word that is none",
        "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow:\n  - {modules: [\"a b\"], names: "
        "[b]}\n",
        SW_E_FORMAT},
    {"calls of another kind",
        "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow:\n"
        "  - {modules: [a], names: [b], calls: always}\n",
        SW_E_FORMAT},
    {"what runs code",
        "pack: x\nversion: 1\nlibrary: X\nsource: s\nallow:\n  - {modules: [os], names: "
        "[system]}\n",
        SW_E_REFUSED},
};

static void test_packs_are_read_strictly(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad_packs); i++) {
        SW_CLEANUP(packs) struct sw_packs *packs = NULL;
        struct sw_error err = {0};
        assert_int_equal(sw_packs_new(&packs, &err), SW_OK);
        enum sw_code code =
            sw_packs_add(packs, sw_bytes_of_str(sw_str(bad_packs[i].yaml)), false, &err);
        if (code != bad_packs[i].code) {
            fail_msg("%s: %d, %s", bad_packs[i].what, (int)code, err.text);
        }
    }
}

static void test_a_pack_that_is_added_counts_and_changes_the_digest(void **state)
{
    static const char yaml[] = "pack: mine\nversion: 3\nlibrary: Mine\nsource: me\nallow:\n"
                               "  - {modules: [my_models], names: [Net], arguments: [\"int*\"]}\n";
    SW_CLEANUP(packs) struct sw_packs *packs = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_packs_new(&packs, &err), SW_OK);
    struct sw_digest before;
    struct sw_digest after;
    sw_scan_rules_digest_of(packs, &before);
    assert_int_equal(sw_packs_add(packs, sw_bytes_of_str(sw_str(yaml)), false, &err), SW_OK);
    sw_scan_rules_digest_of(packs, &after);
    assert_false(sw_digest_equal(&before, &after));
    assert_non_null(sw_packs_find(packs, sw_str("my_models"), sw_str("Net")));
    assert_null(sw_packs_find(sw_packs_builtin(), sw_str("my_models"), sw_str("Net")));
    assert_null(sw_packs_find(packs, sw_str("my_models"), sw_str("Other")));
}

/* What the compiled-in packs allow although the deny-list covers its module: data only. */
static void test_packs_name_nothing_that_is_known_to_run_code(void **state)
{
    static const char *const never[][2] = {{"os", "system"}, {"builtins", "eval"},
        {"builtins", "getattr"}, {"builtins", "type"}, {"numpy", "load"}, {"numpy", "memmap"},
        {"joblib", "load"}, {"joblib.numpy_pickle", "load"}, {"pandas", "read_pickle"},
        {"torch", "load"}, {"torch.storage", "_load_from_bytes"}, {"functools", "partial"},
        {"scipy.stats._continuous_distns", "norm_gen"}, {"types", "FunctionType"}};
    for (size_t i = 0; i < SW_COUNT(never); i++) {
        assert_null(sw_packs_find(sw_packs_builtin(), sw_str(never[i][0]), sw_str(never[i][1])));
    }
}

/* --- joblib ------------------------------------------------------------------------------------
 */

#define TEXT8(length, text) "\x8c" length text
#define WRAPPER "\x80\x04\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}("
#define MEMBERS(shape, code)                                                               \
    TEXT8("\x08", "subclass")                                                              \
    TEXT8("\x05", "numpy")                                                                 \
    TEXT8("\x07", "ndarray")                                                               \
    "\x93" TEXT8("\x05", "shape") shape TEXT8("\x05", "order") TEXT8("\x01", "C")          \
        TEXT8("\x05", "dtype") TEXT8("\x05", "numpy")                                      \
            TEXT8("\x05", "dtype") "\x93" TEXT8("\x02", code) "\x89\x88\x87R(K\x03" TEXT8( \
                "\x01", "<") "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"

#define ALIGNED TEXT8("\x1b", "numpy_array_alignment_bytes") "K\x10"
#define JOBLIB(severity, rule, words) "joblib", SW_SCAN_PARSED, severity, rule, words

static const struct look_case joblib_files[] = {
    {"an array",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "f8") "ub"
                                                 "0123456789abcdef"
                                                 "."),
        JOBLIB(SW_SEVERITY_LOW, "pickle-library", "uses joblib")},
    {"an array that is aligned",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "f8") ALIGNED "ub"
                                                         "\x03xxx"
                                                         "0123456789abcdef"
                                                         "."),
        JOBLIB(SW_SEVERITY_LOW, "pickle-library", "uses joblib")},
    {"padding that is an opcode",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "i1") ALIGNED "ub"
                                                         "("
                                                         "xxxxxxxxxxyyyyyyyyyyxxxxxxxxxxyyyyyyyyyy"
                                                         "ab"
                                                         "."),
        JOBLIB(SW_SEVERITY_HIGH, "pickle-readers-differ", "padding")},
    {"an array of objects",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "O8") "ub"
                                                 "\x80\x04]\x8c\x01"
                                                 "aa."
                                                 "."),
        JOBLIB(SW_SEVERITY_LOW, "pickle-library", "uses joblib")},
    {"an array of bad objects",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "O8") "ub"
                                                 "\x80\x02"
                                                 "cos\nsystem\n(X\x02\x00\x00\x00idtR."
                                                 "."),
        JOBLIB(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system('id')")},
    {"what follows an array",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "i1") "ub"
                                                 "ab"
                                                 "0cos\nsystem\n(X\x02\x00\x00\x00idtR."),
        JOBLIB(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system('id')")},
    {"an array that is cut",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "f8") "ub"
                                                 "0123"),
        "joblib", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, "broken", "inside an array"},
    {"an array of unknown size",
        BYTES(WRAPPER MEMBERS("K\x02\x85", "zz") "ub"
                                                 "0123."),
        "joblib", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, "broken", "cannot be told"},
    {"an array of negative size",
        BYTES(WRAPPER MEMBERS("J\xff\xff\xff\xff\x85", "f8") "ub"
                                                             "0123."),
        "joblib", SW_SCAN_FAILED, SW_SEVERITY_MEDIUM, "broken", "cannot be told"},
    {"a pickle in an array",
        BYTES(WRAPPER MEMBERS("K\x18\x85", "i1") "ub"
                                                 "\x80\x02"
                                                 "cos\nsystem\n(X\x02\x00\x00\x00idtR."
                                                 "."),
        JOBLIB(SW_SEVERITY_CRITICAL, "pickle-import", "calls os.system")},
};

static void test_arrays_in_joblib_files_are_passed_over(void **state)
{
    check_cases(joblib_files, SW_COUNT(joblib_files));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_packs_allow_is_a_note),
        cmocka_unit_test(test_what_packs_do_not_allow_is_refused),
        cmocka_unit_test(test_families_of_gadgets_are_critical),
        cmocka_unit_test(test_packs_are_read_strictly),
        cmocka_unit_test(test_a_pack_that_is_added_counts_and_changes_the_digest),
        cmocka_unit_test(test_packs_name_nothing_that_is_known_to_run_code),
        cmocka_unit_test(test_arrays_in_joblib_files_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
