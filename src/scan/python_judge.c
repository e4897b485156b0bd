/* What a Python file does that is more than computing, when it is imported and otherwise. */
#include "scan/python.h"

#include <inttypes.h>

#define TREE_DEPTH 4096
#define SAID_MAX 200
#define TRAIL_MAX 512

/* Calls by what they refer to: an entry that ends in '.' or '*' stands for all that begins so. */
struct call {
    const char *path;
    const char *does;
    enum sw_severity imported; /* when the file is imported… */
    enum sw_severity called;   /* …and when somebody calls what contains it */
};

#define NO SW_SEVERITY_INFO
#define LOW SW_SEVERITY_LOW
#define MEDIUM SW_SEVERITY_MEDIUM
#define HIGH SW_SEVERITY_HIGH
#define CRITICAL SW_SEVERITY_CRITICAL

static const struct call calls[] = {
    /* run code */
    {"exec", "runs code", HIGH, MEDIUM},
    {"eval", "runs code", HIGH, MEDIUM},
    {"execfile", "runs code", HIGH, MEDIUM},
    {"compile", "compiles code", MEDIUM, LOW},
    {"code.interact", "runs code", HIGH, MEDIUM},
    {"code.Interactive*", "runs code", HIGH, MEDIUM},
    {"runpy.", "runs code", HIGH, MEDIUM},
    {"types.FunctionType", "makes a function of code", HIGH, MEDIUM},
    {"types.CodeType", "makes code", HIGH, HIGH},
    {"marshal.load*", "loads code", HIGH, HIGH},
    {"imp.load_*", "loads code", HIGH, MEDIUM},
    {"importlib.util.spec_from_file_location", "loads code from a file", MEDIUM, LOW},
    {"importlib.machinery.", "loads code from a file", MEDIUM, LOW},
    {"timeit.timeit", "runs code", HIGH, MEDIUM},
    {"pdb.run", "runs code", HIGH, MEDIUM},
    {"cProfile.run", "runs code", HIGH, MEDIUM},
    {"profile.run", "runs code", HIGH, MEDIUM},
    {"sys.settrace", "runs code at each step", HIGH, MEDIUM},
    /* start programs */
    {"os.system", "starts a program", CRITICAL, HIGH},
    {"os.popen*", "starts a program", CRITICAL, HIGH},
    {"os.exec*", "becomes another program", CRITICAL, HIGH},
    {"os.spawn*", "starts a program", CRITICAL, HIGH},
    {"os.posix_spawn*", "starts a program", CRITICAL, HIGH},
    {"os.startfile", "starts a program", CRITICAL, HIGH},
    {"posix.", "calls the system", CRITICAL, HIGH},
    {"nt.system", "starts a program", CRITICAL, HIGH},
    {"subprocess.Popen", "starts a program", HIGH, MEDIUM},
    {"subprocess.run", "starts a program", HIGH, MEDIUM},
    {"subprocess.call", "starts a program", HIGH, MEDIUM},
    {"subprocess.check_*", "starts a program", HIGH, MEDIUM},
    {"subprocess.get*", "starts a program", HIGH, MEDIUM},
    {"commands.get*", "starts a program", HIGH, MEDIUM},
    {"pty.spawn", "starts a program", CRITICAL, HIGH},
    {"asyncio.create_subprocess_*", "starts a program", HIGH, MEDIUM},
    {"multiprocessing.util.spawnv_passfds", "starts a program", CRITICAL, HIGH},
    {"_posixsubprocess.", "starts a program", CRITICAL, HIGH},
    {"pip.main", "installs packages", HIGH, MEDIUM},
    {"pip._internal.", "installs packages", HIGH, MEDIUM},
    {"ensurepip.", "installs packages", HIGH, MEDIUM},
    {"webbrowser.open*", "starts a browser", MEDIUM, LOW},
    {"pyximport.install", "compiles and runs what is imported", HIGH, MEDIUM},
    {"site.addsitedir", "runs what the files of a directory say", HIGH, MEDIUM},
    /* what only the run tells */
    {"?", "is Python's own function that only the run tells,", HIGH, MEDIUM},
    {"?.system", "starts a program", HIGH, HIGH},
    {"?.popen*", "starts a program", HIGH, HIGH},
    {"?.exec*", "runs code", HIGH, HIGH},
    {"?.eval", "runs code", HIGH, HIGH},
    {"?.loads", "unpickles", HIGH, MEDIUM},
    {"os.?", "is a function that only the run tells,", HIGH, MEDIUM},
    {"subprocess.?", "starts a program", HIGH, MEDIUM},
    /* native code */
    {"ctypes.CDLL", "loads a library", HIGH, MEDIUM},
    {"ctypes.cdll.", "loads a library", HIGH, MEDIUM},
    {"ctypes.windll.", "loads a library", HIGH, MEDIUM},
    {"ctypes.WinDLL", "loads a library", HIGH, MEDIUM},
    {"ctypes.PyDLL", "loads a library", HIGH, MEDIUM},
    {"ctypes.pythonapi.", "calls the interpreter", HIGH, MEDIUM},
    {"cffi.FFI", "calls libraries", MEDIUM, LOW},
    {"torch.ops.load_library", "loads a library", HIGH, MEDIUM},
    {"torch.classes.load_library", "loads a library", HIGH, MEDIUM},
    {"torch.utils.cpp_extension.load*", "compiles and loads a library", HIGH, MEDIUM},
    {"tensorflow.load_op_library", "loads a library", HIGH, MEDIUM},
    /* load what may be code */
    {"pickle.load*", "unpickles", MEDIUM, LOW},
    {"pickle.Unpickler", "unpickles", MEDIUM, LOW},
    {"cPickle.load*", "unpickles", MEDIUM, LOW},
    {"_pickle.load*", "unpickles", MEDIUM, LOW},
    {"dill.load*", "unpickles", MEDIUM, LOW},
    {"cloudpickle.load*", "unpickles", MEDIUM, LOW},
    {"joblib.load", "unpickles", MEDIUM, LOW},
    {"shelve.open", "unpickles", MEDIUM, LOW},
    {"pandas.read_pickle", "unpickles", MEDIUM, LOW},
    {"torch.load", "unpickles", MEDIUM, LOW},
    {"numpy.load", "unpickles", MEDIUM, LOW},
    {"yaml.load", "makes objects of YAML", MEDIUM, LOW},
    {"yaml.unsafe_load*", "makes objects of YAML", MEDIUM, MEDIUM},
    {"yaml.full_load*", "makes objects of YAML", MEDIUM, LOW},
    {"torch.hub.load", "fetches and runs code", HIGH, MEDIUM},
    /* the network */
    {"socket.socket", "opens a connection", HIGH, MEDIUM},
    {"socket.create_connection", "opens a connection", HIGH, MEDIUM},
    {"socket.gethostby*", "asks the network for a name", HIGH, MEDIUM},
    {"socket.getaddrinfo", "asks the network for a name", HIGH, MEDIUM},
    {"socket.getfqdn", "asks the network for a name", HIGH, MEDIUM},
    {"urllib.request.urlopen", "fetches from the network", HIGH, LOW},
    {"urllib.request.urlretrieve", "fetches from the network", HIGH, LOW},
    {"urllib.urlopen", "fetches from the network", HIGH, LOW},
    {"urllib.urlretrieve", "fetches from the network", HIGH, LOW},
    {"urllib2.urlopen", "fetches from the network", HIGH, LOW},
    {"urllib3.PoolManager", "connects to the network", HIGH, LOW},
    {"requests.get", "fetches from the network", HIGH, LOW},
    {"requests.post", "sends over the network", HIGH, LOW},
    {"requests.put", "sends over the network", HIGH, LOW},
    {"requests.request", "connects to the network", HIGH, LOW},
    {"requests.Session", "connects to the network", MEDIUM, LOW},
    {"httpx.", "connects to the network", HIGH, LOW},
    {"aiohttp.", "connects to the network", MEDIUM, LOW},
    {"http.client.HTTP*", "connects to the network", HIGH, LOW},
    {"ftplib.FTP*", "connects to the network", HIGH, MEDIUM},
    {"smtplib.SMTP*", "sends mail", HIGH, MEDIUM},
    {"telnetlib.Telnet", "connects to the network", HIGH, MEDIUM},
    {"paramiko.", "connects to the network", HIGH, MEDIUM},
    {"wget.download", "fetches from the network", HIGH, LOW},
    {"gdown.download", "fetches from the network", HIGH, LOW},
    {"http.server.", "opens a port", HIGH, MEDIUM},
    {"socketserver.", "opens a port", HIGH, MEDIUM},
    {"xmlrpc.", "connects to the network", HIGH, MEDIUM},
    /* files */
    {"os.remove", "deletes a file", HIGH, LOW},
    {"os.unlink", "deletes a file", HIGH, LOW},
    {"os.rmdir", "deletes a directory", HIGH, LOW},
    {"os.removedirs", "deletes directories", HIGH, LOW},
    {"os.chmod", "changes what a file allows", MEDIUM, LOW},
    {"os.symlink", "makes a link", MEDIUM, LOW},
    {"os.setuid", "changes who it runs as", HIGH, MEDIUM},
    {"shutil.rmtree", "deletes directories", HIGH, LOW},
    {"shutil.move", "moves files", MEDIUM, NO},
    {"shutil.copy*", "copies files", MEDIUM, NO},
    {"os.rename", "moves a file", MEDIUM, NO},
    {"os.replace", "moves a file", MEDIUM, NO},
};

struct judge {
    struct sw_inspection *in;
    struct sw_py_names *names;
    char trail[TRAIL_MAX]; /* how this was come to: "line 3 → setup() " */
    bool imported;         /* what is walked runs when the file is imported */
    bool main;             /* or when it is run as a program */
    bool named_main;       /* __name__ is set by the file: then so is that */
    size_t said;
};

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 120 ? 120 : text.len;
    return text;
}

static bool matches(struct sw_str path, const char *pattern)
{
    size_t len = strlen(pattern);
    char last = pattern[len - 1];
    size_t prefix = last == '*' ? len - 1 : len;
    bool begins = path.len >= prefix && memcmp(path.ptr, pattern, prefix) == 0;
    return begins && (last == '*' || last == '.' || path.len == len);
}

static const struct call *find_call(struct sw_str path)
{
    for (size_t i = 0; i < SW_COUNT(calls) && path.len > 0; i++) {
        if (matches(path, calls[i].path)) {
            return &calls[i];
        }
    }
    return NULL;
}

/* A call, or a module out of which calls come. */
unsigned sw_py_weight(struct sw_str path)
{
    const struct call *known = find_call(path);
    if (known != NULL) {
        return 10 + (unsigned)known->imported;
    }
    static const char *const modules[] = {"builtins", "importlib", "operator", "pathlib"};
    for (size_t i = 0; i < SW_COUNT(modules); i++) {
        if (sw_str_is(path, modules[i])) {
            return 1;
        }
    }
    for (size_t i = 0; i < SW_COUNT(calls) && path.len > 0; i++) {
        if (strncmp(calls[i].path, path.ptr, path.len) == 0 && calls[i].path[path.len] == '.') {
            return 1;
        }
    }
    return sw_str_is(path, "open") || sw_str_is(path, "__import__") || sw_str_is(path, "getattr")
               ? 2
               : 0;
}

/* --- what is said ----------------------------------------------------------------------------- */

static sw_result say(struct judge *j, const char *rule, enum sw_severity severity, uint32_t line,
    struct sw_str what, const char *does, struct sw_str with)
{
    if (severity == SW_SEVERITY_INFO || j->said++ >= SAID_MAX) {
        return SW_OK;
    }
    what = shown(what);
    with = shown(with);
    const char *when = j->imported ? "when it is imported"
                       : j->main   ? "when it is run"
                                   : "when it is called";
    return sw_found(j->in, rule, severity, UINT64_MAX,
        "line %" PRIu32 ": " SW_STR_FMT " %s %s%s%s%s" SW_STR_FMT "%s", line, SW_STR_ARG(what),
        does, when, j->trail, j->trail[0] == '\0' ? "" : ")", with.len > 0 ? ": \"" : "",
        SW_STR_ARG(with), with.len > 0 ? "\"" : "");
}

static enum sw_severity severity_of(const struct judge *j, const struct call *call)
{
    return j->imported ? call->imported : call->called;
}

static struct sw_str first_text(const struct judge *j, const struct sw_py_node *call)
{
    struct sw_str text = {0};
    const struct sw_py_node *first = call->first->next;
    if (first != NULL && first->kind == SW_PY_LIST && first->first != NULL) {
        first = first->first;
    }
    bool folded =
        first != NULL && first->kind != SW_PY_KEYWORD && sw_py_fold(j->names, first, &text);
    return folded ? text : (struct sw_str){0};
}

/* --- calls that depend on what they are given ------------------------------------------------- */

static const struct sw_py_node *keyword(const struct sw_py_node *call, const char *name)
{
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && sw_str_is(n->name, name)) {
            return n->first;
        }
    }
    return NULL;
}

static bool keyword_is(const struct sw_py_node *call, const char *name, const char *value)
{
    const struct sw_py_node *node = keyword(call, name);
    return node != NULL && node->kind == SW_PY_NAME && sw_str_is(node->name, value);
}

/* Loaders that are told to take no code. */
static bool is_guarded(const struct judge *j, struct sw_str path, const struct sw_py_node *call)
{
    if (sw_str_is(path, "torch.load")) {
        return keyword_is(call, "weights_only", "True");
    }
    if (sw_str_is(path, "numpy.load")) {
        return !keyword_is(call, "allow_pickle", "True");
    }
    if (sw_str_is(path, "yaml.load")) {
        const struct sw_py_node *loader = keyword(call, "Loader");
        loader = loader == NULL && call->first->next != NULL ? call->first->next->next : loader;
        struct sw_str name = loader == NULL ? (struct sw_str){0} : sw_py_resolve(j->names, loader);
        return sw_str_ends(name, "SafeLoader") || sw_str_ends(name, "BaseLoader");
    }
    return false;
}

/* Not the types among them, which annotations name. */
static bool is_handed_on(struct sw_str path)
{
    static const char *const names[] = {"exec", "eval", "os.system", "os.popen*", "os.exec*",
        "os.spawn*", "os.posix_spawn*", "posix.system", "nt.system", "subprocess.call",
        "subprocess.run", "subprocess.check_*", "subprocess.get*", "pty.spawn", "marshal.load*",
        "pickle.load*", "runpy.run_*"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (matches(path, names[i])) {
            return true;
        }
    }
    return false;
}

static bool runs_code(struct sw_str path)
{
    bool programs = sw_str_starts(path, "subprocess.") && !sw_str_is(path, "subprocess.PIPE") &&
                    !sw_str_is(path, "subprocess.STDOUT") && !sw_str_is(path, "subprocess.DEVNULL");
    return sw_str_is(path, "exec") || sw_str_is(path, "eval") || sw_str_is(path, "compile") ||
           sw_str_starts(path, "marshal.load") || sw_str_starts(path, "pickle.load") ||
           sw_str_is(path, "types.FunctionType") || sw_str_is(path, "os.system") || programs;
}

/* A file of the system or of somebody's home is no business of a model. */
static enum sw_severity severity_of_write(const struct judge *j, struct sw_str file)
{
    bool far = sw_str_starts(file, "/") || sw_str_starts(file, "~") ||
               (file.len > 0 && memmem(file.ptr, file.len, "..", 2) != NULL);
    far = far && !sw_str_starts(file, "/tmp/") && !sw_str_starts(file, "/dev/");
    return !j->imported ? SW_SEVERITY_INFO : far ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM;
}

/* open(…, "w"): for reading it is nothing. */
static sw_result judge_open(struct judge *j, const struct sw_py_node *call)
{
    const struct sw_py_node *path = call->first->next;
    const struct sw_py_node *mode = keyword(call, "mode");
    mode = mode == NULL && path != NULL ? path->next : mode;
    struct sw_str text = {0};
    bool folded = mode != NULL && mode->kind != SW_PY_KEYWORD && sw_py_fold(j->names, mode, &text);
    bool writes =
        folded &&
        (memchr(text.ptr, 'w', text.len) != NULL || memchr(text.ptr, 'a', text.len) != NULL ||
            memchr(text.ptr, 'x', text.len) != NULL || memchr(text.ptr, '+', text.len) != NULL);
    struct sw_str file = first_text(j, call);
    return writes ? say(j, "source-file", severity_of_write(j, file), call->line, sw_str("open"),
                        "writes a file", file)
                  : SW_OK;
}

/* pathlib.Path("x").write_text(…): the object is made on the spot, or was before. */
static sw_result judge_path(struct judge *j, const struct sw_py_node *call)
{
    static const char *const writes[] = {
        "write_text", "write_bytes", "unlink", "rmdir", "symlink_to", "hardlink_to", "chmod"};
    const struct sw_py_node *function = call->first;
    if (function->kind != SW_PY_ATTRIBUTE || function->first->kind != SW_PY_CALL ||
        !sw_str_starts(sw_py_resolve(j->names, function->first->first), "pathlib.")) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(writes); i++) {
        if (sw_str_is(function->name, writes[i])) {
            struct sw_str file = first_text(j, function->first);
            return say(j, "source-file", severity_of_write(j, file), call->line, sw_str(writes[i]),
                "changes a file", file);
        }
    }
    return SW_OK;
}

static const char *rule_of(const struct call *call)
{
    static const struct {
        const char *word, *rule;
    } rows[] = {{"connect", "source-network"}, {"network", "source-network"},
        {"port", "source-network"}, {"mail", "source-network"}, {"file", "source-file"},
        {"director", "source-file"}, {"unpickles", "source-load"}, {"YAML", "source-load"},
        {"library", "source-native"}, {"libraries", "source-native"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (strstr(call->does, rows[i].word) != NULL) {
            return rows[i].rule;
        }
    }
    return "source-call";
}

static bool is_decoded(const struct judge *j, const struct sw_py_node *call)
{
    for (const struct sw_py_node *n = call->first->next; n != NULL; n = n->next) {
        if (sw_py_is_decoded(j->names, n)) {
            return true;
        }
    }
    return false;
}

static sw_result judge_known(
    struct judge *j, const struct sw_py_node *call, struct sw_str path, const struct call *known)
{
    if (is_guarded(j, path, call)) {
        return SW_OK;
    }
    if (runs_code(path) && is_decoded(j, call)) {
        return say(j, "source-decoded", SW_SEVERITY_CRITICAL, call->line, path,
            "runs what was decoded or fetched,", first_text(j, call));
    }
    struct sw_str text = first_text(j, call);
    bool held = text.len > 0 && sw_str_ends(path, ".loads");
    return say(j, rule_of(known), held ? SW_SEVERITY_HIGH : severity_of(j, known), call->line, path,
        held ? "takes what the file itself holds, and unpickles" : known->does, text);
}

/* Ways to what nothing imports: from any object to all classes, from a module to its loader. */
static sw_result judge_attribute(struct judge *j, const struct sw_py_node *node)
{
    static const struct {
        const char *name, *does;
        enum sw_severity imported, called;
    } rows[] = {{"__subclasses__", "leads to every class there is", HIGH, MEDIUM},
        {"exec_module", "runs the code of a file", HIGH, MEDIUM},
        {"__globals__", "leads to what another function can see", HIGH, MEDIUM}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(node->name, rows[i].name)) {
            return say(j, "source-call", j->imported ? rows[i].imported : rows[i].called,
                node->line, node->name, rows[i].does, (struct sw_str){0});
        }
    }
    return SW_OK;
}

/* A function that runs what it is given, and is not called where it is named: it is handed on, kept
 * or returned, and called elsewhere. map(eval, …), Thread(target=os.system), {"x": exec} */
static sw_result judge_reference(struct judge *j, const struct sw_py_node *value)
{
    struct sw_str path = sw_py_resolve(j->names, value);
    const struct call *known = find_call(path);
    bool own = value->kind == SW_PY_NAME && sw_str_equal(path, value->name);
    if (known == NULL || !is_handed_on(path) || (own && sw_py_is_variable(j->names, path))) {
        return SW_OK;
    }
    return say(j, rule_of(known), severity_of(j, known), value->line, path,
        "is handed on, and runs what it is given,", (struct sw_str){0});
}

static sw_result judge_trust(struct judge *j, const struct sw_py_node *call)
{
    return keyword_is(call, "trust_remote_code", "True")
               ? say(j, "source-load", j->imported ? SW_SEVERITY_MEDIUM : SW_SEVERITY_LOW,
                     call->line, sw_str("trust_remote_code=True"),
                     "runs code of another repository", (struct sw_str){0})
               : SW_OK;
}

static sw_result judge_call(struct judge *j, const struct sw_py_node *call)
{
    struct sw_str path = sw_py_resolve(j->names, call->first);
    const struct call *known = find_call(path);
    SW_TRY(judge_trust(j, call));
    SW_TRY(judge_path(j, call));
    for (size_t i = 0; known == NULL && call->first->kind == SW_PY_NAME; i++) {
        struct sw_str star = sw_py_from_star(j->names, call->first->name, i);
        if (star.len == 0) {
            break;
        }
        known = find_call(star);
        path = known == NULL ? path : star;
    }
    if (sw_str_is(path, "open") || sw_str_is(path, "io.open")) {
        return judge_open(j, call);
    }
    bool imports = sw_str_is(path, "__import__") || sw_str_is(path, "importlib.import_module");
    struct sw_str text;
    if (imports && call->first->next != NULL && !sw_py_fold(j->names, call->first->next, &text)) {
        return say(j, "source-call", j->imported ? SW_SEVERITY_MEDIUM : SW_SEVERITY_INFO,
            call->line, path, "imports what only the run tells", (struct sw_str){0});
    }
    return known == NULL ? SW_OK : judge_known(j, call, path, known);
}

/* --- text ------------------------------------------------------------------------------------- */

/* Where keys are kept; written whole, since such words stand in explanations as well. */
static sw_result judge_text(struct judge *j, const struct sw_py_node *node)
{
    static const char *const places[] = {"/.ssh/", "/.aws/credentials", "/etc/shadow",
        "/etc/passwd", "/.netrc", "/.kube/config", "/.huggingface/token", "/.docker/config.json",
        "/dev/tcp/"};
    if (node->name.len > 200) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        if (memmem(node->name.ptr, node->name.len, places[i], strlen(places[i])) != NULL) {
            return say(j, "source-secret", SW_SEVERITY_MEDIUM, node->line, sw_str(places[i]),
                "is where keys are kept, and is named", node->name);
        }
    }
    return SW_OK;
}

/* --- the walk --------------------------------------------------------------------------------- */

static sw_result walk(struct judge *j, const struct sw_py_node *node, unsigned depth);

static sw_result walk_children(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk(j, n, depth));
    }
    return SW_OK;
}

/* The body of a function, as somebody calls it. Once is enough: what is run at import is walked
 * first. */
static sw_result enter(
    struct judge *j, const struct sw_py_node *definition, uint32_t line, unsigned depth)
{
    struct sw_py_node *mutable = (struct sw_py_node *)(uintptr_t)definition;
    if (definition->seen) {
        return SW_OK;
    }
    mutable->seen = true;
    char outer[TRAIL_MAX];
    memcpy(outer, j->trail, sizeof(outer));
    size_t len = strlen(j->trail);
    struct sw_str name = shown(definition->name);
    (void)snprintf(j->trail + len, sizeof(j->trail) - len,
        "%sline %" PRIu32 " calls " SW_STR_FMT "()", len == 0 ? " (" : ", ", line,
        SW_STR_ARG(name));
    SW_TRY(walk_children(j, definition->last, depth));
    memcpy(j->trail, outer, sizeof(outer));
    return SW_OK;
}

static const struct sw_py_node *method(const struct sw_py_node *class, const char *name)
{
    for (const struct sw_py_node *n = class->last->first; n != NULL; n = n->next) {
        if (n->kind == SW_PY_DEF && sw_str_is(n->name, name)) {
            return n;
        }
    }
    return NULL;
}

/* What making an object of a class runs. */
static sw_result enter_class(
    struct judge *j, const struct sw_py_node *class, uint32_t line, unsigned depth)
{
    static const char *const methods[] = {"__new__", "__init__", "__post_init__",
        "__init_subclass__", "__enter__", "__call__", "__del__"};
    for (size_t i = 0; i < SW_COUNT(methods); i++) {
        const struct sw_py_node *found = method(class, methods[i]);
        SW_TRY(found == NULL ? SW_OK : enter(j, found, line, depth));
    }
    return SW_OK;
}

/* Functions of the file, by their name, or as methods of whatever they are called on. */
static sw_result follow(struct judge *j, const struct sw_py_node *call, unsigned depth)
{
    const struct sw_py_node *function = call->first;
    if (function->kind != SW_PY_NAME && function->kind != SW_PY_ATTRIBUTE) {
        return SW_OK;
    }
    const struct sw_py_node *definition = sw_py_definition(j->names, function->name);
    if (definition == NULL) {
        return SW_OK;
    }
    return definition->kind == SW_PY_CLASS ? enter_class(j, definition, call->line, depth)
                                           : enter(j, definition, call->line, depth);
}

static sw_result walk_main(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    bool imported = j->imported;
    bool main = j->main;
    j->imported = imported && j->named_main;
    j->main = true;
    SW_TRY(walk_children(j, node, depth));
    j->imported = imported;
    j->main = main;
    return SW_OK;
}

/* The first child is part of what was judged, as far as it is a path. */
static sw_result walk_behind(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    const struct sw_py_node *first = node->first;
    while (first->kind == SW_PY_ATTRIBUTE) {
        SW_TRY(judge_attribute(j, first));
        first = first->first;
    }
    SW_TRY(first->kind == SW_PY_NAME ? SW_OK : walk(j, first, depth));
    for (const struct sw_py_node *n = node->first->next; n != NULL; n = n->next) {
        SW_TRY(walk(j, n, depth));
    }
    return SW_OK;
}

/* Targets that are names are not evaluated. */
static sw_result walk_values(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        bool target = n->next != NULL && (n->kind == SW_PY_NAME || n->kind == SW_PY_ATTRIBUTE);
        SW_TRY(target ? SW_OK : walk(j, n, depth));
    }
    return SW_OK;
}

/* os.environ["LD_PRELOAD"] = …: libraries and code that the next program loads. */
static sw_result judge_assignment(struct judge *j, const struct sw_py_node *node)
{
    static const char *const names[] = {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH",
        "PYTHONSTARTUP", "PYTHONPATH", "BASH_ENV", "DYLD_INSERT_LIBRARIES"};
    const struct sw_py_node *target = node->first;
    struct sw_str key;
    if (target->kind != SW_PY_SUBSCRIPT || target->first->next == NULL ||
        !sw_str_is(sw_py_resolve(j->names, target->first), "os.environ") ||
        !sw_py_fold(j->names, target->first->next, &key)) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(key, names[i])) {
            return say(j, "source-native", j->imported ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM,
                node->line, key, "is set, which loads code into other programs,",
                (struct sw_str){0});
        }
    }
    return SW_OK;
}

/* Bodies of functions wait until somebody calls them. */
static sw_result walk(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    if (node->kind == SW_PY_DEF) {
        return walk(j, node->first, depth + 1);
    }
    if (node->kind == SW_PY_MAIN) {
        return walk_main(j, node, depth + 1);
    }
    if (node->kind == SW_PY_TEXT || node->kind == SW_PY_BYTES) {
        return judge_text(j, node);
    }
    if (node->kind == SW_PY_CALL) {
        SW_TRY(judge_call(j, node));
        SW_TRY(follow(j, node, depth + 1));
        return walk_behind(j, node, depth + 1);
    }
    if (node->kind == SW_PY_ASSIGN) {
        SW_TRY(judge_assignment(j, node));
        return walk_values(j, node, depth + 1);
    }
    if (node->kind == SW_PY_NAME || node->kind == SW_PY_ATTRIBUTE) {
        SW_TRY(judge_reference(j, node));
        SW_TRY(node->kind == SW_PY_ATTRIBUTE ? judge_attribute(j, node) : SW_OK);
        return node->first == NULL ? SW_OK : walk_behind(j, node, depth + 1);
    }
    return walk_children(j, node, depth + 1);
}

static sw_result walk_rest(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    if (node->kind == SW_PY_DEF && !node->seen) {
        struct sw_py_node *mutable = (struct sw_py_node *)(uintptr_t)node;
        mutable->seen = true;
        SW_TRY(walk_children(j, node->last, depth + 1));
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk_rest(j, n, depth + 1));
    }
    return SW_OK;
}

static bool sets_name(const struct sw_py_node *root)
{
    for (const struct sw_py_node *n = root->first; n != NULL; n = n->next) {
        if (n->kind == SW_PY_ASSIGN && n->first != NULL && n->first->kind == SW_PY_NAME &&
            sw_str_is(n->first->name, "__name__")) {
            return true;
        }
    }
    return false;
}

sw_result sw_py_judge(struct sw_inspection *in, const struct sw_py_node *root)
{
    struct judge j = {.in = in, .imported = true, .named_main = sets_name(root)};
    SW_TRY(sw_py_names_of(in->arena, root, &j.names));
    SW_TRY(walk(&j, root, 0));
    j.imported = false;
    return walk_rest(&j, root, 0);
}

/* --- a file ----------------------------------------------------------------------------------- */

/* What stands behind "coding:" or "coding=" in a comment; empty where it does not. */
static struct sw_str encoding_of(struct sw_str line)
{
    const char *coding = memmem(line.ptr, line.len, "coding", 6);
    const char *comment = memchr(line.ptr, '#', line.len);
    if (coding == NULL || comment == NULL || comment > coding) {
        return (struct sw_str){0};
    }
    struct sw_str rest = sw_str_n(coding + 6, line.len - 6 - (size_t)(coding - line.ptr));
    if (!sw_str_starts(rest, ":") && !sw_str_starts(rest, "=")) {
        return (struct sw_str){0};
    }
    do {
        rest = sw_str_n(rest.ptr + 1, rest.len - 1);
    } while (sw_str_starts(rest, " "));
    return rest;
}

static bool is_ascii_beyond(struct sw_str encoding)
{
    static const char *const same[] = {
        "utf-8", "UTF-8", "utf8", "utf_8", "ascii", "us-ascii", "latin-1", "iso-8859-1"};
    for (size_t i = 0; i < SW_COUNT(same); i++) {
        if (sw_str_starts(encoding, same[i])) {
            return true;
        }
    }
    return encoding.len == 0;
}

/* 2.1.4: a comment of the first two lines may say that the file is not UTF-8. */
static bool is_utf8(struct sw_bytes text)
{
    struct sw_str rest = sw_str_of_bytes(text);
    for (int line = 0; line < 2 && rest.len > 0; line++) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
        if (!is_ascii_beyond(encoding_of(sw_str_n(rest.ptr, len)))) {
            return false;
        }
        rest = end == NULL ? sw_str_n(rest.ptr, 0) : sw_str_n(end + 1, rest.len - len - 1);
    }
    return true;
}

/* Of full width (U+FF21 to U+FF5A), or mathematical (U+1D400 to U+1D7FF). */
static bool is_disguised(const uint8_t *c)
{
    uint32_t wide = (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
    bool upper = wide >= 0xefbca1 && wide <= 0xefbcba;
    bool lower = wide >= 0xefbd81 && wide <= 0xefbd9a;
    return upper || lower || (c[0] == 0xf0 && c[1] == 0x9d && c[2] >= 0x90 && c[2] <= 0x9f);
}

/* Letters that Python takes for others (2.3: names are compared in their normal form NFKC). Nobody
 * writes code with them but to hide it. */
static bool has_disguise(struct sw_bytes text)
{
    for (size_t i = 1; i + 3 < text.len; i++) {
        if (text.ptr[i] >= 0xef && is_disguised(text.ptr + i) && text.ptr[i - 1] != 0 &&
            strchr(" \t\n.=(,;", text.ptr[i - 1]) != NULL) {
            return true;
        }
    }
    return false;
}

sw_result sw_py_inspect(struct sw_inspection *in, struct sw_bytes text)
{
    struct sw_error err = {0};
    struct sw_py_node *root = NULL;
    if (!is_utf8(text)) {
        return sw_give_up(in, "source-unparsed", SW_SEVERITY_MEDIUM,
            "source whose encoding is not UTF-8 was not read");
    }
    enum sw_code code = sw_py_parse(in->arena, sw_str_of_bytes(text), &root, &err);
    code = code == SW_OK ? sw_py_judge(in, root) : code;
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return sw_give_up(in, "source-unparsed", SW_SEVERITY_LOW, "not read as Python 3: %s",
            err.text[0] != '\0' ? err.text : "it nests too deep");
    }
    if (code == SW_OK && has_disguise(text)) {
        return sw_found(in, "source-disguise", SW_SEVERITY_HIGH, UINT64_MAX,
            "letters that Python takes for plain ones stand where names begin");
    }
    return code;
}

/* --- TorchScript ------------------------------------------------------------------------------ */

/* Operators of its language that are more than arithmetic. Everything in the code is called by name
 * alone: "torch.save", "ops.library.operator". */
static const struct call script_calls[] = {
    {"torch.save", "writes a file", HIGH, HIGH},
    {"torch.load", "reads a file", HIGH, HIGH},
    {"torch.from_file", "reads or makes a file", HIGH, HIGH},
    {"aten.save", "writes a file", HIGH, HIGH},
    {"aten.from_file", "reads or makes a file", HIGH, HIGH},
    {"ops.aten.save", "writes a file", HIGH, HIGH},
    {"ops.aten.from_file", "reads or makes a file", HIGH, HIGH},
    {"ops.prim.*", "calls the interpreter", MEDIUM, MEDIUM},
    {"torch.classes.", "needs a library of machine code", MEDIUM, MEDIUM},
    {"__torch__.torch.classes.", "needs a library of machine code", MEDIUM, MEDIUM},
    {"torch.rpc_*", "calls other machines", HIGH, HIGH},
    {"rpc.", "calls other machines", HIGH, HIGH},
    {"torch.ops.", "needs a library of machine code", MEDIUM, MEDIUM},
    {"exec", "is no word of TorchScript", HIGH, HIGH},
    {"eval", "is no word of TorchScript", HIGH, HIGH},
    {"__import__", "is no word of TorchScript", HIGH, HIGH},
};

/* Libraries that come with torch, or with its own packages for images and sound. */
static bool is_torch_library(struct sw_str path)
{
    static const char *const libraries[] = {"ops.aten.", "ops.quantized.", "ops.torchvision.",
        "ops.torchaudio.", "ops.prims.", "ops.prepacked.", "ops.sparse.", "ops._quantized.",
        "ops.profiler.", "ops.mkldnn", "ops.inductor.", "ops.prim."};
    for (size_t i = 0; i < SW_COUNT(libraries); i++) {
        if (sw_str_starts(path, libraries[i])) {
            return true;
        }
    }
    return false;
}

static sw_result judge_script(struct judge *j, const struct sw_py_node *node, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    if (node->kind == SW_PY_CALL) {
        struct sw_str path = sw_py_resolve(j->names, node->first);
        bool known = false;
        for (size_t i = 0; i < SW_COUNT(script_calls) && !known; i++) {
            known = matches(path, script_calls[i].path);
            SW_TRY(known ? say(j, "torchscript-call", script_calls[i].called, node->line, path,
                               script_calls[i].does, first_text(j, node))
                         : SW_OK);
        }
        if (!known && sw_str_starts(path, "ops.") && !is_torch_library(path)) {
            SW_TRY(say(j, "torchscript-call", SW_SEVERITY_MEDIUM, node->line, path,
                "needs a library of machine code", (struct sw_str){0}));
        }
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(judge_script(j, n, depth + 1));
    }
    return SW_OK;
}

sw_result sw_py_inspect_torchscript(struct sw_inspection *in, struct sw_bytes text)
{
    struct sw_error err = {0};
    struct sw_py_node *root = NULL;
    struct judge j = {.in = in};
    enum sw_code code = sw_py_parse(in->arena, sw_str_of_bytes(text), &root, &err);
    code = code == SW_OK ? sw_py_names_of(in->arena, root, &j.names) : code;
    code = code == SW_OK ? judge_script(&j, root, 0) : code;
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        return sw_give_up(in, "source-unparsed", SW_SEVERITY_MEDIUM,
            "code of TorchScript was not read: %s",
            err.text[0] != '\0' ? err.text : "it nests too deep");
    }
    return code;
}
