#include "inspect_one.h"

#include "../../../src/scan/python.h"

/* --- what is Python 3 ------------------------------------------------------------------------- */

static const char *const good[] = {
    "",
    "\n\n# nothing\n",
    "x = 1",
    "x = 0x1F + 0b1 + 1_000 + 1.5e-3 + 2j + .5\n",
    "def f(a, /, b: int = 1, *args: int, c=2, **kw) -> int:\n    return a\n",
    "def f[T: int, *Ts, **P](a: T) -> T: return a\n",
    "class A(B, metaclass=M):\n    x: int\n    y: int = 3\n    def f(self): pass\n",
    "class A[T]: pass\n",
    "if a:\n  pass\nelif b:\n  pass\nelse:\n  pass\n",
    "for i, (j, k) in a, b:\n    continue\nelse:\n    break\n",
    "async def f():\n    async with a as b, c: pass\n    async for x in y: await z\n",
    "with (open(a) as b, open(c) as d):\n    pass\n",
    "with open(a if b else c) as d: pass\n",
    "try:\n    pass\nexcept (A, B) as e:\n    pass\nexcept* C:\n    pass\nfinally:\n    pass\n",
    "x = [a for b in c if d if e for f in g]\n",
    "x = {**a, 'b': 1, **{'c': d}}\ny = {*a, b}\n",
    "x = a if b else c if d else e\n",
    "f(*a, **b, c=d, e=lambda x, *y, z=1: x)\n",
    "if (n := len(a)) > 10: pass\n",
    "x[1:2, ::3, ...] = y[:-1]\n",
    "x = not a and b or c not in d and e is not f\n",
    "return_value = yield_ = 1\n",
    "def g():\n    x = yield\n    y = yield from a\n    yield 1, 2\n",
    "match x:\n  case {'a': 1, **r} if y: pass\n  case [1, *_]: pass\n",
    "match x:\n  case A(x=0) | B() as p: pass\n  case _: pass\n",
    "match = 1\nmatch[0]\nmatch(x)\nprint(match, case)\n",
    "type X[T] = list[T]\ntype = 1\ntype(x)\n",
    "x = f'{a!r:>{w}} {b=} {{c}} {d[\"e\"]}' 'g'\n",
    "x = f\"{a['b']}\" rf'\\{c}'\n",
    "x = f'{x:{y}.{z}}'\n",
    "x = '''a\nb''' \"\"\"c'''\"\"\" r'\\\\' b'\\x00'\n",
    "a = 1; b = 2;\n",
    "a = \\\n  1\n",
    "a = (1 +\n2)  # comment\n",
    "@a.b(c)\n@d\ndef f(): pass\n",
    "from . import a\nfrom ..b import (c as d, e,)\nfrom f import *\nimport g.h as i, j\n",
    "del a[0], b\nassert a, 'b'\nraise A from B\nglobal c\nnonlocal d\n",
    "x: int\nself.y: 'z' = 1\n",
    "x @= y; x //= 2; x **= 3; x >>= 4\n",
    "lambda: (yield)\n",
    "print(*a, sep='')\n",
    "if a:\r\n    b\r\n",
};

static const char *const bad[] = {
    "print 'x'\n",
    "exec 'x'\n",
    "x = (1\n",
    "x = 1)\n",
    "def f(:\n    pass\n",
    "if a\n    pass\n",
    "if a:\npass\n",
    "  x\n y\n",
    "x = 'a\n",
    "x = '''a\n",
    "x = f'{a'\n",
    "x = f'{}'\n",
    "class 1: pass\n",
    "a b\n",
    "x = $\n",
    "import\n",
    "from a import b c\n",
    "x = a if b\n",
    "for x y in z: pass\n",
    "@a\nx = 1\n",
    "lambda x y: 1\n",
    "x = 1 +\n",
};

static void python_is_parsed(void **state)
{
    for (size_t i = 0; i < SW_COUNT(good); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_error err = {0};
        struct sw_py_node *root = NULL;
        sw_arena_init(&arena, 0);
        if (sw_py_parse(&arena, sw_str(good[i]), &root, &err) != SW_OK) {
            fail_msg("%s: %s", good[i], err.text);
        }
    }
}

static void displays_of_keys_and_values_are_told_from_others(void **state)
{
    static const struct {
        const char *text;
        enum sw_py_kind kind;
        size_t children;
    } rows[] = {{"x = {}", SW_PY_DICT, 0}, {"x = {'a': 1, 'b': {'c': 2},}", SW_PY_DICT, 4},
        {"x = {'a', 'b'}", SW_PY_GROUP, 2}, {"x = {k: v for k in w}", SW_PY_GROUP, 3},
        {"x = {'a': 1, **b}", SW_PY_GROUP, 3}, {"x = {'a': 1, 'b'}", SW_PY_GROUP, 3}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_error err = {0};
        struct sw_py_node *root = NULL;
        size_t children = 0;
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_py_parse(&arena, sw_str(rows[i].text), &root, &err), SW_OK);
        const struct sw_py_node *value = root->first->last;
        for (const struct sw_py_node *n = value->first; n != NULL; n = n->next) {
            children++;
        }
        assert_int_equal(value->kind, rows[i].kind);
        assert_int_equal(children, rows[i].children);
    }
}

static void parameters_have_their_defaults(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error err = {0};
    struct sw_py_node *root = NULL;
    sw_arena_init(&arena, 0);
    assert_int_equal(
        sw_py_parse(&arena, sw_str("def f(a, b: int, c: str = 'x'): pass"), &root, &err), SW_OK);
    const struct sw_py_node *a = root->first->first->first;
    const struct sw_py_node *b = a->next;
    const struct sw_py_node *c = b->next;
    assert_null(a->first);
    assert_int_equal(b->module.len, 0);
    assert_true(sw_str_is(b->last->name, "int"));
    assert_true(sw_str_is(c->module, "="));
    assert_true(sw_str_is(c->last->name, "x"));
    assert_null(c->next);
}

static void what_is_no_python_is_refused(void **state)
{
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_error err = {0};
        struct sw_py_node *root = NULL;
        sw_arena_init(&arena, 0);
        if (sw_py_parse(&arena, sw_str(bad[i]), &root, &err) != SW_E_FORMAT) {
            fail_msg("taken: %s", bad[i]);
        }
        assert_non_null(strstr(err.text, "line "));
    }
}

static void what_nests_without_end_ends(void **state)
{
    static const struct {
        const char *before, *part;
        size_t count;
    } rows[] = {{"x = ", "(", 100000}, {"x = ", "[", 100000}, {"x = ", "f'{", 300},
        {"x = ", "lambda: ", 100000}, {"", "if a:\n", 1}, {"x = a", ".b", 100000},
        {"x = a", "()", 100000}, {"x = 1", "+1", 100000}, {"x = ", "not ", 100000},
        {"x = 1", " if 1 else 1", 100000}, {"", "@a\n", 100000}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_inspection in;
        sw_arena_init(&arena, 0);
        sw_inspection_init(&in, &arena);
        assert_int_equal(sw_buf_append(&text, rows[i].before, strlen(rows[i].before)), SW_OK);
        for (size_t k = 0; k < rows[i].count; k++) {
            assert_int_equal(sw_buf_append(&text, rows[i].part, strlen(rows[i].part)), SW_OK);
        }
        assert_int_equal(sw_py_inspect(&in, sw_buf_bytes(&text)), SW_OK);
    }
}

/* --- what it does ----------------------------------------------------------------------------- */

struct code_case {
    const char *text;
    enum sw_severity worst;
    const char *rule; /* NULL: nothing is found */
    const char *words;
};

static const struct code_case cases[] = {
    /* what models' code is made of */
    {"import os, json\nimport torch\nx = os.path.join('a', 'b')\n", SW_SEVERITY_INFO, NULL, NULL},
    {"class A(nn.Module):\n  def f(self): return self.eval().compile(x)\n", SW_SEVERITY_INFO, NULL,
        NULL},
    {"import re\nre.compile('a')\n", SW_SEVERITY_INFO, NULL, NULL},
    {"with open('a', encoding='utf-8') as f: f.read()\n", SW_SEVERITY_INFO, NULL, NULL},
    {"def save(p):\n  open(p, 'w').write('x')\n", SW_SEVERITY_INFO, NULL, NULL},
    {"import torch\ntorch.load('x', weights_only=True)\n", SW_SEVERITY_INFO, NULL, NULL},
    {"import numpy as np\nnp.load('x')\n", SW_SEVERITY_INFO, NULL, NULL},
    {"import yaml\nyaml.load(x, Loader=yaml.SafeLoader)\n", SW_SEVERITY_INFO, NULL, NULL},
    {"def eval(x): return x\neval(1)\n", SW_SEVERITY_INFO, NULL, NULL},
    {"import subprocess\nx = subprocess.PIPE\nf(x)\n", SW_SEVERITY_INFO, NULL, NULL},
    /* programs and code, by any way */
    {"import os\nos.system('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system starts a program when it is imported: \"id\""},
    {"import os as o\no.system('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"from os import system as s\ns('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os\nf = os.system\nf('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"__import__('o' + 's').system('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import importlib\nimportlib.import_module('os').system('id')\n", SW_SEVERITY_CRITICAL,
        "source-call", "os.system"},
    {"import os\ngetattr(os, 'sys' 'tem')('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"import os\ngetattr(os, 'metsys'[::-1])('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"import os\nos.__dict__['system']('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os\nvars(os)['system']('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os\nos.system.__call__('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os\nos.__getattribute__('system')('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"import sys\nsys.modules['os'].system('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"import os\ngetattr(os, ''.join(['sys', chr(116), 'em']))('id')\n", SW_SEVERITY_CRITICAL,
        "source-call", "os.system"},
    {"import os, base64\ngetattr(os, base64.b64decode('c3lzdGVt').decode())('id')\n",
        SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os\ngetattr(os, bytes.fromhex('73797374656d').decode())('id')\n", SW_SEVERITY_CRITICAL,
        "source-call", "os.system"},
    {"import os, functools\nfunctools.partial(os.system, 'id')()\n", SW_SEVERITY_CRITICAL,
        "source-call", "os.system"},
    {"globals()['__builtins__'].__dict__['ev' + 'al']('1')\n", SW_SEVERITY_HIGH, "source-call",
        "eval runs code"},
    {"e = eval\ne('1')\n", SW_SEVERITY_HIGH, "source-call", "eval runs code"},
    {"list(map(eval, ['1']))\n", SW_SEVERITY_HIGH, "source-call", "handed on"},
    {"@eval\ndef f(): pass\n", SW_SEVERITY_HIGH, "source-call", "eval runs code"},
    {"(lambda: __import__('os').popen('id'))()\n", SW_SEVERITY_CRITICAL, "source-call", "os.popen"},
    {"import subprocess\nsubprocess.run(['id'])\n", SW_SEVERITY_HIGH, "source-call",
        "subprocess.run starts a program when it is imported: \"id\""},
    {"import base64\nexec(base64.b64decode('eA=='))\n", SW_SEVERITY_CRITICAL, "source-decoded",
        "decoded or fetched"},
    {"import zlib\nc = zlib.decompress(x)\nexec(c)\n", SW_SEVERITY_CRITICAL, "source-decoded",
        "decoded or fetched"},
    {"import ctypes\nctypes.CDLL('x.so')\n", SW_SEVERITY_HIGH, "source-native", "loads a library"},
    {"import urllib.request\nurllib.request.urlopen('http://h')\n", SW_SEVERITY_HIGH,
        "source-network", "http://h"},
    {"import shutil\nshutil.rmtree('/')\n", SW_SEVERITY_HIGH, "source-file", "deletes"},
    {"import pickle\npickle.load(f)\n", SW_SEVERITY_MEDIUM, "source-load", "unpickles"},
    {"open('x', 'w')\n", SW_SEVERITY_MEDIUM, "source-file", "writes a file"},
    {"x = '/root/.ssh/id_rsa'\n", SW_SEVERITY_MEDIUM, "source-secret", ".ssh"},
    {"\xef\xbd\x85val('1')\n"
     "x = \xef\xbd\x85val('1')\n",
        SW_SEVERITY_HIGH, "source-disguise", "letters"},
    /* hidden behind what looks like something else */
    {"import os\nos.system('id')\nif 0:\n  from math import floor as os\n", SW_SEVERITY_CRITICAL,
        "source-call", "os.system"},
    {"import os\nf = print\nf = os.system\nf('id')\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"class C:\n  def eval(self): pass\neval('1')\n", SW_SEVERITY_HIGH, "source-call",
        "eval runs code"},
    {"from os import *\nsystem('id')\n", SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"m = 'math'\nm = 'os'\n__import__(m).system('id')\n", SW_SEVERITY_HIGH, "source-call",
        "?.system"},
    {"import operator\noperator.attrgetter('system')(__import__('os'))('id')\n",
        SW_SEVERITY_CRITICAL, "source-call", "os.system"},
    {"import os, sys\ngetattr(os, sys.argv[1])('id')\n", SW_SEVERITY_HIGH, "source-call",
        "only the run tells"},
    {"d = {'a': exec}\nd['a']('1')\n", SW_SEVERITY_HIGH, "source-call", "handed on"},
    {"class A:\n  def __reduce__(self):\n    import os\n    return os.system, ('id',)\n",
        SW_SEVERITY_HIGH, "source-call", "handed on"},
    {"if (x := __import__('os').system)('id'): pass\n", SW_SEVERITY_CRITICAL, "source-call",
        "os.system"},
    {"[c for c in ().__class__.__base__.__subclasses__()]\n", SW_SEVERITY_HIGH, "source-call",
        "__subclasses__"},
    {"import os\nos.environ['LD_PRELOAD'] = 'x.so'\n", SW_SEVERITY_HIGH, "source-native",
        "LD_PRELOAD"},
    {"from pathlib import Path\nPath('/root/.bashrc').write_text('x')\n", SW_SEVERITY_HIGH,
        "source-file", "changes a file"},
    {"open('/root/.bashrc', 'a')\n", SW_SEVERITY_HIGH, "source-file", "writes a file"},
    {"import pickle\npickle.loads(b'cos')\n", SW_SEVERITY_HIGH, "source-load", "itself holds"},
    {"def f(eval=False):\n  return 1 if eval else 0\n", SW_SEVERITY_INFO, NULL, NULL},
    {"import torch\nx = getattr(torch, name)()\n", SW_SEVERITY_INFO, NULL, NULL},
    /* when */
    {"def f():\n  import os\n  os.system('id')\n", SW_SEVERITY_HIGH, "source-call",
        "when it is called"},
    {"def f():\n  import os\n  os.system('id')\nf()\n", SW_SEVERITY_CRITICAL, "source-call",
        "when it is imported (line 4 calls f())"},
    {"def g():\n  eval('1')\ndef f():\n  g()\nf()\n", SW_SEVERITY_HIGH, "source-call",
        "(line 5 calls f(), line 4 calls g())"},
    {"def f():\n  eval('1')\nclass A:\n  x = f()\n", SW_SEVERITY_HIGH, "source-call",
        "when it is imported"},
    {"class A:\n  def __init__(self):\n    eval('1')\na = A()\n", SW_SEVERITY_HIGH, "source-call",
        "when it is imported"},
    {"def f(x=eval('1')): pass\n", SW_SEVERITY_HIGH, "source-call", "when it is imported"},
    {"def f(): eval('1')\n", SW_SEVERITY_MEDIUM, "source-call", "when it is called"},
    {"if __name__ == '__main__':\n  eval('1')\n", SW_SEVERITY_MEDIUM, "source-call",
        "when it is run"},
    {"if __name__ != '__main__':\n  eval('1')\n", SW_SEVERITY_HIGH, "source-call",
        "when it is imported"},
    {"__name__ = '__main__'\nif __name__ == '__main__':\n  eval('1')\n", SW_SEVERITY_HIGH,
        "source-call", "when it is imported"},
    {"if __name__ == '__main__':\n  pass\nelse:\n  eval('1')\n", SW_SEVERITY_HIGH, "source-call",
        "when it is imported"},
};

static void check_code(const struct code_case *row, const struct looked *looked)
{
    bool said = row->rule == NULL ? looked->in.finding_count == 0
                                  : found(looked, row->rule, row->words) != NULL;
    if (!said || looked->worst != row->worst || looked->in.status != SW_SCAN_PARSED) {
        fail_msg("%s: %s, %s", row->text, sw_severity_name(looked->worst),
            looked->in.finding_count > 0 ? looked->in.findings[0].message : "nothing");
    }
}

static void code_is_judged_by_what_it_calls(void **state)
{
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct looked looked;
        look(&looked, cases[i].text, strlen(cases[i].text), "model.py");
        assert_string_equal(looked.in.format, "python");
        check_code(&cases[i], &looked);
        looked_release(&looked);
    }
}

static void what_is_not_parsed_is_no_evidence(void **state)
{
    static const char *const texts[] = {
        "print 'x'\n", "# -*- coding: utf-7 -*-\nx = 1\n", "#!/x\n# coding=rot13\nx\n"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        struct looked looked;
        look(&looked, texts[i], strlen(texts[i]), "model.py");
        assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        assert_non_null(found(&looked, "source-unparsed", ""));
        looked_release(&looked);
    }
}

/* --- notebooks, lists, TorchScript ------------------------------------------------------------ */

static void cells_of_notebooks_are_judged(void **state)
{
    static const char notebook[] =
        "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":[\"!no\"]},"
        "{\"cell_type\":\"code\",\"source\":[\"!pip install x\\n\",\"import "
        "os\\n\",\"os.system('id')\"]},"
        "{\"cell_type\":\"code\",\"source\":\"%%bash\\nls\\n\"},"
        "{\"cell_type\":\"code\",\"source\":\"%matplotlib inline\\nx = 1\\n\"}]}";
    struct looked looked;
    look(&looked, notebook, sizeof(notebook) - 1, "train.ipynb");
    assert_string_equal(looked.in.format, "notebook");
    assert_int_equal(looked.in.status, SW_SCAN_PARSED);
    assert_non_null(
        found(&looked, "source-shell", "cell 2 runs a command when it is run: !pip install x"));
    assert_non_null(found(&looked, "source-shell", "cell 3"));
    assert_non_null(found(&looked, "source-call", "os.system"));
    assert_int_equal(looked.in.finding_count, 3);
    looked_release(&looked);
}

static void lists_of_packages_are_judged(void **state)
{
    static const struct {
        const char *name, *text, *rule;
        enum sw_severity worst;
    } rows[] = {
        {"requirements.txt", "numpy==1.0\n# git+https://x\n", NULL, SW_SEVERITY_INFO},
        {"requirements-gpu.txt", "git+https://h/x\n", "source-index", SW_SEVERITY_MEDIUM},
        {"requirements.txt", "--extra-index-url https://h\n", "source-index", SW_SEVERITY_MEDIUM},
        {"x.pth", "/usr/lib/x\n", NULL, SW_SEVERITY_INFO},
        {"x.pth", "import os; os.system('id')\n", "source-startup", SW_SEVERITY_HIGH},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct looked looked;
        look(&looked, rows[i].text, strlen(rows[i].text), rows[i].name);
        assert_string_equal(looked.in.format, "packages");
        assert_int_equal(looked.worst, rows[i].worst);
        assert_true(rows[i].rule == NULL || found(&looked, rows[i].rule, "") != NULL);
        looked_release(&looked);
    }
}

static const struct code_case scripts[] = {
    {"class M(Module):\n  __parameters__ = [\"w\", ]\n  training : bool\n  w : Tensor\n"
     "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    return torch.linear(x, "
     "self.w)\n",
        SW_SEVERITY_INFO, NULL, NULL},
    {"def f(x: Tensor) -> Tensor:\n  return ops.torchvision.nms(x, x, 0.5)\n", SW_SEVERITY_INFO,
        NULL, NULL},
    {"def f(x: Tensor) -> None:\n  torch.save(x, \"/root/.bashrc\")\n", SW_SEVERITY_HIGH,
        "torchscript-call", "torch.save writes a file"},
    {"def f(x: Tensor) -> Tensor:\n  return torch.from_file(\"/etc/passwd\", True, 10)\n",
        SW_SEVERITY_HIGH, "torchscript-call", "/etc/passwd"},
    {"def f(x: Tensor) -> Tensor:\n  return ops.mine.run(x)\n", SW_SEVERITY_MEDIUM,
        "torchscript-call", "library of machine code"},
};

static void code_of_torchscript_is_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(scripts); i++) {
        struct looked looked = {0};
        sw_arena_init(&looked.arena, 0);
        sw_inspection_init(&looked.in, &looked.arena);
        looked.in.status = SW_SCAN_PARSED;
        struct sw_bytes text = sw_bytes_of_str(sw_str(scripts[i].text));
        assert_int_equal(sw_py_inspect_torchscript(&looked.in, text), SW_OK);
        for (size_t k = 0; k < looked.in.finding_count; k++) {
            enum sw_severity severity = looked.in.findings[k].severity;
            looked.worst = severity > looked.worst ? severity : looked.worst;
        }
        check_code(&scripts[i], &looked);
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python_is_parsed),
        cmocka_unit_test(displays_of_keys_and_values_are_told_from_others),
        cmocka_unit_test(parameters_have_their_defaults),
        cmocka_unit_test(what_is_no_python_is_refused),
        cmocka_unit_test(what_nests_without_end_ends),
        cmocka_unit_test(code_is_judged_by_what_it_calls),
        cmocka_unit_test(what_is_not_parsed_is_no_evidence),
        cmocka_unit_test(cells_of_notebooks_are_judged),
        cmocka_unit_test(lists_of_packages_are_judged),
        cmocka_unit_test(code_of_torchscript_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
