#include "scan/pickle.h"

/* What torch's weights_only loading accepts without the user's word (torch 2.6 to 2.10,
 * torch/_weights_only_unpickler.py): module, then the names in it. */
static const struct {
    const char *module;
    const char *names; /* separated by one space */
} allowed[] = {
    {"collections", "OrderedDict Counter"},
    {"torch.nn.parameter", "Parameter"},
    {"torch.serialization", "_get_layout"},
    {"_codecs", "encode"},
    {"builtins", "bytearray set complex"},
    {"torch._tensor", "_rebuild_from_type_v2"},
    {"torch.storage", "TypedStorage UntypedStorage"},
    {"torch._utils",
        "_rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_tensor "
        "_rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_sparse_tensor "
        "_rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass "
        "_rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor"},
    {"torch", "Size Tensor device per_tensor_affine per_tensor_symmetric per_channel_affine "
              "per_channel_symmetric per_channel_affine_float_qparams"},
    {"torch", "float64 float32 float16 bfloat16 complex32 complex64 complex128 int64 int32 int16 "
              "int8 uint64 uint32 uint16 uint8 bool quint8 qint8 qint32 quint4x2 quint2x4 "
              "float8_e5m2 float8_e4m3fn float8_e5m2fnuz float8_e4m3fnuz float8_e8m0fnu "
              "float4_e2m1fn_x2 bits8 bits16 bits1x8 bits2x4 bits4x2 uint1 uint2 uint3 uint4 "
              "uint5 uint6 uint7 int1 int2 int3 int4 int5 int6 int7"},
    {"torch", "DoubleStorage FloatStorage HalfStorage LongStorage IntStorage ShortStorage "
              "CharStorage ByteStorage BoolStorage BFloat16Storage ComplexDoubleStorage "
              "ComplexFloatStorage QUInt8Storage QInt8Storage QInt32Storage QUInt4x2Storage "
              "QUInt2x4Storage"},
    {"torch.cuda", "DoubleStorage FloatStorage HalfStorage LongStorage IntStorage ShortStorage "
                   "CharStorage ByteStorage BoolStorage BFloat16Storage ComplexDoubleStorage "
                   "ComplexFloatStorage"},
    {"torch", "DoubleTensor FloatTensor HalfTensor LongTensor IntTensor ShortTensor CharTensor "
              "ByteTensor BoolTensor BFloat16Tensor"},
    {"torch.cuda", "DoubleTensor FloatTensor HalfTensor LongTensor IntTensor ShortTensor "
                   "CharTensor ByteTensor BoolTensor BFloat16Tensor"},
    {"torch.sparse", "DoubleTensor FloatTensor HalfTensor LongTensor IntTensor ShortTensor "
                     "CharTensor ByteTensor BFloat16Tensor"},
    {"torch.cuda.sparse", "DoubleTensor FloatTensor HalfTensor LongTensor IntTensor ShortTensor "
                          "CharTensor ByteTensor BFloat16Tensor"},
};

/* Python 2 names that Python 3's unpickler maps (Lib/_compat_pickle.py), as far as a rule here
 * speaks of them. */
static const struct {
    const char *old;
    const char *now;
} renamed[] = {
    {"__builtin__", "builtins"},
    {"commands", "subprocess"},
    {"copy_reg", "copyreg"},
    {"cPickle", "pickle"},
    {"_pickle", "pickle"},
    {"httplib", "http.client"},
    {"xmlrpclib", "xmlrpc.client"},
    {"urllib2", "urllib.request"},
};

/* Modules of which nothing belongs into a pickle: they run commands or code, load code, reach
 * files or the network, or bend the interpreter. A name covers what is below it. This list only
 * names and grades: what is on neither list is refused as well. */
static const char *const denied_modules[] = {
    /* the operating system and other processes */
    "os",
    "posix",
    "nt",
    "ntpath",
    "posixpath",
    "_osx_support",
    "_aix_support",
    "_pyrepl",
    "subprocess",
    "_posixsubprocess",
    "pty",
    "sys",
    "signal",
    "_signal",
    "ctypes",
    "_ctypes",
    "cffi",
    "mmap",
    "fcntl",
    "resource",
    "syslog",
    "multiprocessing",
    "concurrent",
    "asyncio",
    "_winapi",
    "winreg",
    "msvcrt",
    "webbrowser",
    "platform",
    "getpass",
    "crypt",
    "spwd",
    "pwd",
    "grp",
    "uuid",
    "antigravity",
    "sh",
    "pexpect",
    "psutil",
    "fabric",
    "invoke",
    "paramiko",
    "plumbum",
    /* running and loading code */
    "runpy",
    "code",
    "codeop",
    "bdb",
    "pdb",
    "cProfile",
    "profile",
    "pstats",
    "timeit",
    "trace",
    "tracemalloc",
    "faulthandler",
    "doctest",
    "unittest",
    "pydoc",
    "pydoc_data",
    "idlelib",
    "lib2to3",
    "compileall",
    "py_compile",
    "importlib",
    "imp",
    "pkgutil",
    "zipimport",
    "zipapp",
    "modulefinder",
    "site",
    "sysconfig",
    "venv",
    "virtualenv",
    "ensurepip",
    "pip",
    "setuptools",
    "distutils",
    "pkg_resources",
    "inspect",
    "ast",
    "dis",
    "types",
    "gc",
    "atexit",
    "threading",
    "_thread",
    "sched",
    "weakref",
    "rlcompleter",
    "readline",
    "cmd",
    "test",
    "IPython",
    "ipykernel",
    "jupyter_core",
    "nbconvert",
    "pytest",
    "_pytest",
    "nose",
    "torch.utils.collect_env",
    "torch.utils.cpp_extension",
    "torch.utils.bottleneck",
    "torch.utils.model_zoo",
    "torch.utils.benchmark",
    "torch.multiprocessing",
    "torch.utils._config_module",
    "torch.utils.data.datapipes",
    "torch._inductor",
    "torch._dynamo",
    "torch.hub",
    "torch.jit",
    "torch.package",
    "torch.distributed.launch",
    "torch.distributed.run",
    "torch.fx",
    "torch.testing",
    "torch._C",
    "torch.ops",
    "torch.classes",
    "numpy.f2py",
    "numpy.testing",
    "numpy.distutils",
    "scipy.weave",
    "scipy.stats",
    "scipy.io",
    "sklearn.datasets",
    "sklearn.externals",
    "skops",
    "hub",
    "numba.core",
    "mlflow",
    "tensorflow.python.ops.script_ops",
    "tensorflow.python.framework.load_library",
    "keras.utils",
    "keras.models",
    "keras.saving",
    "tensorflow.keras.models",
    "tensorflow.saved_model",
    "tensorflow.io",
    "tensorflow.py_function",
    "tensorflow.numpy_function",
    "jinja2",
    "mako",
    "yaml",
    "cloudpickle",
    "dill",
    "marshal",
    "pickle",
    "pickletools",
    "shelve",
    "dbm",
    "jsonpickle",
    "aifc",
    "wave",
    "sunau",
    "chunk",
    "joblib.memory",
    /* calling what was found elsewhere */
    "operator",
    "_operator",
    "functools",
    "_functools",
    "itertools",
    "copyreg",
    "builtins.eval",
    "builtins.exec",
    "builtins.execfile",
    "builtins.compile",
    "builtins.open",
    "builtins.file",
    "builtins.input",
    "builtins.raw_input",
    "builtins.getattr",
    "builtins.setattr",
    "builtins.delattr",
    "builtins.vars",
    "builtins.globals",
    "builtins.locals",
    "builtins.dir",
    "builtins.__import__",
    "builtins.apply",
    "builtins.map",
    "builtins.filter",
    "builtins.reduce",
    "builtins.breakpoint",
    "builtins.memoryview",
    "builtins.type",
    "builtins.object.__subclasses__",
    "builtins.help",
    "builtins.exit",
    "builtins.quit",
    "builtins.print",
    "builtins.__build_class__",
    "builtins.classmethod",
    "builtins.staticmethod",
    "builtins.property",
    "builtins.super",
    "builtins.__dict__",
    "builtins.__builtins__",
    "torch.load",
    "torch.serialization.load",
    "torch.storage._load_from_bytes",
    "torch.compile",
    "numpy.load",
    "numpy.lib.npyio",
    "numpy.lib._npyio_impl",
    "numpy.lib.format",
    "numpy.lib._format_impl",
    "numpy.lib._datasource",
    "numpy.fromregex",
    "numpy.ctypeslib",
    "numpy.loadtxt",
    "numpy.fromfile",
    "numpy.genfromtxt",
    "numpy.memmap",
    "numpy.savetxt",
    "numpy.save",
    "numpy.savez",
    "joblib.load",
    "joblib.numpy_pickle.load",
    "joblib.numpy_pickle_utils",
    "pandas.read_pickle",
    "pandas.read_csv",
    "pandas.read_hdf",
    "pandas.read_sql",
    "pandas.read_table",
    "pandas.read_json",
    "pandas.read_excel",
    "pandas.read_html",
    "pandas.read_xml",
    "pandas.read_parquet",
    "pandas.read_feather",
    "pandas.read_orc",
    "pandas.read_sas",
    "pandas.read_spss",
    "pandas.read_stata",
    "pandas.read_clipboard",
    "pandas.read_fwf",
    "pandas.read_gbq",
    "pandas.io",
    "pandas.eval",
    "pandas.core.computation",
    "logging.config",
    "logging.handlers",
    "logging.FileHandler",
    /* files and the network */
    "io",
    "_io",
    "_pyio",
    "pathlib",
    "shutil",
    "tempfile",
    "glob",
    "fileinput",
    "linecache",
    "zipfile",
    "tarfile",
    "gzip",
    "bz2",
    "lzma",
    "socket",
    "_socket",
    "socketserver",
    "ssl",
    "_ssl",
    "select",
    "selectors",
    "http",
    "urllib",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "telnetlib",
    "smtplib",
    "poplib",
    "imaplib",
    "nntplib",
    "smtpd",
    "asyncore",
    "asynchat",
    "xmlrpc",
    "wsgiref",
    "cgi",
    "cgitb",
    "email",
    "mailbox",
    "mailcap",
    "xml",
    "lxml",
    "sqlite3",
    "_sqlite3",
    "boto3",
    "botocore",
    "google.cloud",
    "azure",
    "fsspec",
    "s3fs",
    "gcsfs",
    "huggingface_hub",
    "tornado",
    "flask",
    "django",
    "dask",
    "ray",
    "pyspark",
    "tkinter",
    "turtle",
    "curses",
    "nturl2path",
};

static bool covers(const char *rule, struct sw_str path)
{
    size_t len = strlen(rule);
    return path.len >= len && memcmp(path.ptr, rule, len) == 0 &&
           (path.len == len || path.ptr[len] == '.');
}

static bool path_is_denied(struct sw_str path)
{
    for (size_t i = 0; i < SW_COUNT(denied_modules); i++) {
        if (covers(denied_modules[i], path)) {
            return true;
        }
    }
    return false;
}

/* A dotted name walks through attributes, and modules import others: torch.storage has `os`. So the
 * path is also read from each of its later components on, but only against whole modules with no
 * dot in them, and not at the last component, which may well be a class's own word. */
static bool inner_path_is_denied(struct sw_str path, size_t module_len)
{
    for (size_t i = module_len; i < path.len; i++) {
        struct sw_str rest = sw_str_n(path.ptr + i + 1, path.len - i - 1);
        if (path.ptr[i] == '.' && memchr(rest.ptr, '.', rest.len) != NULL && path_is_denied(rest)) {
            return true;
        }
    }
    return false;
}

static bool word_in(const char *words, struct sw_str name)
{
    size_t len = strlen(words);
    for (const char *at = words; at < words + len;) {
        const char *space = strchr(at, ' ');
        size_t word = space == NULL ? strlen(at) : (size_t)(space - at);
        if (word == name.len && memcmp(at, name.ptr, word) == 0) {
            return true;
        }
        at += word + 1;
    }
    return false;
}

struct sw_str sw_pickle_modern_module(struct sw_str module)
{
    for (size_t i = 0; i < SW_COUNT(renamed); i++) {
        if (sw_str_is(module, renamed[i].old)) {
            return sw_str(renamed[i].now);
        }
    }
    return module;
}

static bool is_allowed(struct sw_str module, struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(allowed); i++) {
        if (sw_str_is(module, allowed[i].module) && word_in(allowed[i].names, name)) {
            return true;
        }
    }
    return false;
}

static bool is_dunder(struct sw_str word)
{
    return word.len > 4 && sw_str_starts(word, "__") && sw_str_ends(word, "__");
}

/* Attributes such as __globals__ and __class__ lead from anything to everything. */
static bool has_dunder(struct sw_str name)
{
    size_t start = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i == name.len || name.ptr[i] == '.') {
            if (is_dunder(sw_str_n(name.ptr + start, i - start))) {
                return true;
            }
            start = i + 1;
        }
    }
    return false;
}

enum sw_import_class sw_pickle_classify(struct sw_str module, struct sw_str name)
{
    module = sw_pickle_modern_module(module);
    if (is_allowed(module, name)) {
        return SW_IMPORT_ALLOWED;
    }
    char path[1024];
    size_t len;
    if (name.len == 0) { /* the module itself */
        return path_is_denied(module) ? SW_IMPORT_DENIED : SW_IMPORT_OTHER;
    }
    if (module.len == 0 || !sw_add_size(module.len, name.len, &len) || len + 2 > sizeof(path)) {
        return SW_IMPORT_OTHER;
    }
    memcpy(path, module.ptr, module.len);
    path[module.len] = '.';
    memcpy(path + module.len + 1, name.ptr, name.len);
    struct sw_str whole = sw_str_n(path, len + 1);
    bool denied =
        path_is_denied(whole) || inner_path_is_denied(whole, module.len) || has_dunder(name);
    return denied ? SW_IMPORT_DENIED : SW_IMPORT_OTHER;
}

static void hash_text(struct sw_hash *hash, const char *text)
{
    sw_hash_update(hash, text, strlen(text) + 1); /* the NUL keeps words apart */
}

void sw_pickle_rules_hash(struct sw_hash *hash)
{
    for (size_t i = 0; i < SW_COUNT(allowed); i++) {
        hash_text(hash, allowed[i].module);
        hash_text(hash, allowed[i].names);
    }
    for (size_t i = 0; i < SW_COUNT(renamed); i++) {
        hash_text(hash, renamed[i].old);
        hash_text(hash, renamed[i].now);
    }
    for (size_t i = 0; i < SW_COUNT(denied_modules); i++) {
        hash_text(hash, denied_modules[i]);
    }
}
