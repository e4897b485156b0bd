#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct temp_tree dir;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    temp_tree_remove(&dir);
    return 0;
}

static const char *in_dir(const char *name)
{
    return temp_tree_path(&dir, name);
}

static size_t count_entries(const char *path)
{
    DIR *list = opendir(path);
    assert_non_null(list);
    size_t count = 0;
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    }
    (void)closedir(list);
    return count;
}

static void assert_holds(const char *name, const char *expected)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_file_read(in_dir(name), 1 << 20, &buf, NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), expected);
}

static sw_result write_text(
    const char *name, const char *text, enum sw_write_flags flags, struct sw_error *err)
{
    return sw_file_write(in_dir(name), sw_bytes(text, strlen(text)), 0644, flags, err);
}

/* --- reading */

static void a_file_is_read_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        SW_CLEANUP(buf) struct sw_buf made = SW_BUF_INIT;
        for (size_t j = 0; j < sizes[i]; j++) {
            assert_int_equal(sw_buf_putc(&made, (char)(j * 7 + j / 251)), SW_OK);
        }
        assert_int_equal(sw_file_write(in_dir("a"), sw_buf_bytes(&made), 0644, 0, NULL), SW_OK);
        SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
        assert_int_equal(sw_buf_puts(&buf, "before"), SW_OK);
        assert_int_equal(sw_file_read(in_dir("a"), sizes[i], &buf, NULL), SW_OK);
        assert_int_equal(buf.len, 6 + sizes[i]);
        assert_memory_equal(buf.data, "before", 6);
        assert_int_equal(buf.data[buf.len], 0);
        if (sizes[i] > 0) {
            assert_memory_equal(buf.data + 6, made.data, sizes[i]);
        }
    }
}

static void a_file_over_the_limit_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "kept"), SW_OK);
    struct sw_error err = {0};
    assert_int_equal(sw_file_read(in_dir("a"), 9, &buf, &err), SW_E_LIMIT);
    assert_non_null(strstr(err.text, "over the limit of 9"));
    assert_string_equal(sw_buf_cstr(&buf), "kept");
    /* The size is not known beforehand, and the limit is met after more than one read. */
    static char many[200000];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[1], F_SETPIPE_SZ, 1 << 18) >= (int)sizeof(many));
    assert_int_equal(write(ends[1], many, sizeof(many)), sizeof(many));
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(sw_fd_read(ends[0], "pipe", sizeof(many) - 1, &buf, &err), SW_E_LIMIT);
    assert_string_equal(sw_buf_cstr(&buf), "kept");
    assert_int_equal(close(ends[0]), 0);
}

static void the_maximum_of_the_buffer_is_a_limit_too(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    SW_CLEANUP(buf) struct sw_buf buf;
    sw_buf_init(&buf, 9);
    struct sw_error err = {0};
    assert_int_equal(sw_file_read(in_dir("a"), 1000, &buf, &err), SW_E_LIMIT);
    assert_int_equal(err.code, SW_E_LIMIT);
    assert_int_equal(buf.len, 0);
    sw_buf_init(&buf, 10);
    assert_int_equal(sw_file_read(in_dir("a"), 1000, &buf, &err), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "0123456789");
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    assert_int_equal(close(ends[1]), 0);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_fd_read(ends[0], "pipe", UINT64_MAX, &buf, NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "piped");
    assert_int_equal(close(ends[0]), 0);
}

static void reading_begins_at_the_position(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_file_open(in_dir("a"), &fd, NULL), SW_OK);
    assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_fd_read(fd, "a", 3, &buf, NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "789");
}

static void a_file_without_a_size_is_read(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_file_read("/proc/self/status", 1 << 20, &buf, NULL), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&buf), "Pid:"));
    assert_int_equal(sw_file_read("/proc/self/status", 10, &buf, NULL), SW_E_LIMIT);
}

static void only_regular_files_are_opened(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_dir("d"), 0755), 0);
    assert_int_equal(mkfifo(in_dir("fifo"), 0644), 0);
    assert_int_equal(symlink("loop", in_dir("loop")), 0);
    assert_int_equal(symlink("nowhere", in_dir("dangling")), 0);
    temp_tree_write(&dir, "f", "x");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", in_dir("sock"));
    SW_CLEANUP(fd) int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(sock, (const struct sockaddr *)&address, sizeof(address)), 0);
    static const struct {
        const char *name;
        enum sw_code code;
        const char *words;
    } rows[] = {
        {"d", SW_E_IO, "Is a directory"},
        {"fifo", SW_E_IO, "not a regular file"},
        {"sock", SW_E_IO, "No such device or address"},
        {"loop", SW_E_IO, "Too many levels of symbolic links"},
        {"dangling", SW_E_NOENT, "No such file"},
        {"missing", SW_E_NOENT, "No such file"},
        {"f/below", SW_E_IO, "Not a directory"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int fd = -7;
        struct sw_error err = {0};
        assert_int_equal(sw_file_open(in_dir(rows[i].name), &fd, &err), rows[i].code);
        assert_int_equal(fd, -7);
        assert_non_null(strstr(err.text, rows[i].words));
        assert_non_null(strstr(err.text, rows[i].name));
        SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
        assert_int_equal(sw_file_read(in_dir(rows[i].name), 10, &buf, NULL), rows[i].code);
    }
    int fd = -7;
    assert_int_equal(sw_file_open("/dev/zero", &fd, NULL), SW_E_IO);
    assert_int_equal(fd, -7);
}

static void opened_files_are_not_inherited(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "x");
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_file_open(in_dir("a"), &fd, NULL), SW_OK);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

static void exact_reads_stay_in_the_file(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "0123456789");
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_file_open(in_dir("a"), &fd, NULL), SW_OK);
    static const struct {
        uint64_t offset;
        size_t len;
        enum sw_code code;
    } rows[] = {
        {0, 10, SW_OK},
        {3, 4, SW_OK},
        {10, 0, SW_OK},
        {9, 1, SW_OK},
        {9, 2, SW_E_FORMAT},
        {10, 1, SW_E_FORMAT},
        {0, 11, SW_E_FORMAT},
        {1000000, 1, SW_E_FORMAT},
        {INT64_MAX, 1, SW_E_FORMAT},
        {UINT64_MAX, 1, SW_E_FORMAT},
        {UINT64_MAX - 3, 4, SW_E_FORMAT},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char out[16] = {0};
        struct sw_error err = {0};
        assert_int_equal(
            sw_fd_pread(fd, "a", rows[i].offset, out, rows[i].len, &err), rows[i].code);
        if (rows[i].code == SW_OK) {
            assert_memory_equal(out, &"0123456789"[rows[i].offset], rows[i].len);
        } else {
            assert_non_null(strstr(err.text, "'a' ends"));
        }
    }
    char out[1];
    assert_int_equal(sw_fd_pread(-1, "none", 0, out, 1, NULL), SW_E_IO);
}

/* --- writing */

static void a_write_replaces_the_whole_file(void **state)
{
    (void)state;
    assert_int_equal(write_text("a", "a long first content", 0, NULL), SW_OK);
    assert_int_equal(write_text("a", "short", SW_WRITE_SYNC, NULL), SW_OK);
    assert_holds("a", "short");
    assert_int_equal(sw_file_write(in_dir("a"), sw_bytes(NULL, 0), 0644, 0, NULL), SW_OK);
    assert_holds("a", "");
    assert_int_equal(count_entries(dir.path), 1);
}

static void a_reader_of_the_old_file_is_not_disturbed(void **state)
{
    (void)state;
    assert_int_equal(write_text("a", "old", 0, NULL), SW_OK);
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_file_open(in_dir("a"), &fd, NULL), SW_OK);
    assert_int_equal(write_text("a", "new", 0, NULL), SW_OK);
    char out[3];
    assert_int_equal(sw_fd_pread(fd, "a", 0, out, 3, NULL), SW_OK);
    assert_memory_equal(out, "old", 3);
    assert_holds("a", "new");
}

static void the_mode_is_as_asked(void **state)
{
    (void)state;
    mode_t before = umask(022);
    assert_int_equal(sw_file_write(in_dir("key"), sw_bytes("x", 1), 0600, 0, NULL), SW_OK);
    assert_int_equal(sw_file_write(in_dir("pub"), sw_bytes("x", 1), 0666, 0, NULL), SW_OK);
    (void)umask(before);
    struct stat st;
    assert_int_equal(stat(in_dir("key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(in_dir("pub"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
}

static void an_exclusive_write_never_replaces(void **state)
{
    (void)state;
    const enum sw_write_flags flags = SW_WRITE_EXCLUSIVE | SW_WRITE_SYNC;
    assert_int_equal(write_text("a", "first", flags, NULL), SW_OK);
    struct sw_error err = {0};
    assert_int_equal(write_text("a", "second", flags, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "exists already"));
    assert_holds("a", "first");
    assert_int_equal(symlink("nowhere", in_dir("dangling")), 0);
    assert_int_equal(write_text("dangling", "x", flags, NULL), SW_E_REFUSED);
    assert_int_equal(mkdir(in_dir("d"), 0755), 0);
    assert_int_equal(write_text("d", "x", flags, NULL), SW_E_REFUSED);
    assert_int_equal(count_entries(dir.path), 3);
}

static void a_write_replaces_no_pipe_and_no_device(void **state)
{
    (void)state;
    static const char *const names[] = {"pipe", "link"};
    struct stat st;
    assert_int_equal(mkfifo(in_dir("pipe"), 0600), 0);
    assert_int_equal(symlink("/dev/null", in_dir("link")), 0);
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        struct sw_error err = {0};
        assert_int_equal(sw_file_write(in_dir(names[i]), sw_bytes("x", 1), 0644, 0, &err), SW_E_IO);
        assert_non_null(strstr(err.text, "no regular file"));
        assert_int_equal(lstat(in_dir(names[i]), &st), 0);
        assert_false(S_ISREG(st.st_mode));
    }
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_dir("d"), 0755), 0);
    temp_tree_write(&dir, "f", "x");
    struct sw_error err = {0};
    assert_int_equal(write_text("d", "x", 0, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "Is a directory"));
    assert_int_equal(write_text("missing/a", "x", 0, NULL), SW_E_NOENT);
    assert_int_equal(write_text("f/a", "x", 0, NULL), SW_E_IO);
    assert_int_equal(write_text("g/", "x", 0, NULL), SW_E_IO);
    assert_int_equal(sw_file_write("", sw_bytes("x", 1), 0644, 0, NULL), SW_E_NOENT);
    assert_int_equal(count_entries(dir.path), 2);
    assert_holds("f", "x");
}

static void a_name_may_be_as_long_as_the_system_takes(void **state)
{
    (void)state;
    char name[NAME_MAX + 2];
    memset(name, 'n', sizeof(name));
    name[NAME_MAX] = '\0';
    assert_int_equal(write_text(name, "x", SW_WRITE_SYNC, NULL), SW_OK);
    assert_holds(name, "x");
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = '\0';
    assert_int_equal(write_text(name, "x", 0, NULL), SW_E_IO);
    char path[PATH_MAX + 10];
    memset(path, 'p', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(sw_file_write(path, sw_bytes("x", 1), 0644, 0, NULL), SW_E_IO);
    assert_int_equal(count_entries(dir.path), 1);
}

/* Runs `work` in a child; true when it gave true. A failed assertion in the child is no true. */
static bool in_child(bool (*work)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(work() ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool write_with_little_room(void)
{
    const struct rlimit limit = {1000, 1000};
    static char big[5000];
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return false;
    }
    struct sw_error err = {0};
    return sw_file_write(in_dir("a"), sw_bytes(big, sizeof(big)), 0644, 0, &err) == SW_E_IO &&
           strstr(err.text, "File too large") != NULL;
}

static void a_write_that_finds_no_room_keeps_the_old_file(void **state)
{
    (void)state;
    temp_tree_write(&dir, "a", "old");
    assert_true(in_child(write_with_little_room));
    assert_holds("a", "old");
    assert_int_equal(count_entries(dir.path), 1);
    SW_CLEANUP(fd) int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    struct sw_error err = {0};
    assert_int_equal(sw_fd_write(full, "full", sw_bytes("x", 1), &err), SW_E_IO);
    assert_string_equal(err.text, "cannot write 'full': No space left on device");
}

static bool write_as_nobody(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
        return false;
    }
    struct sw_error err = {0};
    return write_text("locked/a", "new", 0, &err) == SW_E_IO &&
           strstr(err.text, "Permission denied") != NULL &&
           write_text("locked/b", "new", SW_WRITE_EXCLUSIVE, &err) == SW_E_IO &&
           sw_dir_make(in_dir("locked/c/d"), 0755, &err) == SW_E_IO &&
           strstr(err.text, "locked/c'") != NULL;
}

/* Else the next one to sign that directory would sign what was left. */
static void a_writer_that_is_killed_leaves_no_name(void **state)
{
    (void)state;
    int probe = open(dir.path, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (probe < 0) {
        print_message("no files without names on this file system\n");
        skip();
    }
    (void)close(probe);
    static uint8_t data[65536];
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = sizeof(data) / 2, .rlim_max = sizeof(data) / 2};
        (void)signal(SIGXFSZ, SIG_DFL);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        (void)!sw_file_write(in_dir("f"), sw_bytes(data, sizeof(data)), 0600, 0, NULL);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    assert_int_equal(count_entries(dir.path), 0);
}

static void a_directory_that_may_not_be_written_says_so(void **state)
{
    (void)state;
    temp_tree_write(&dir, "locked/a", "old");
    assert_int_equal(chmod(dir.path, 0755), 0);
    assert_int_equal(chmod(in_dir("locked"), 0555), 0);
    bool refused = in_child(write_as_nobody);
    assert_int_equal(chmod(in_dir("locked"), 0755), 0);
    assert_true(refused);
    assert_holds("locked/a", "old");
    assert_int_equal(count_entries(in_dir("locked")), 1);
}

static bool write_to_nobody(void)
{
    int ends[2];
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || pipe(ends) != 0 || close(ends[0]) != 0) {
        return false;
    }
    return sw_fd_write(ends[1], "pipe", sw_bytes("x", 1), NULL) == SW_E_IO;
}

static void writes_to_a_descriptor_are_whole_or_fail(void **state)
{
    (void)state;
    assert_true(in_child(write_to_nobody));
    assert_int_equal(sw_fd_write(-1, "none", sw_bytes("x", 1), NULL), SW_E_IO);
    assert_int_equal(sw_fd_write(-1, "none", sw_bytes(NULL, 0), NULL), SW_OK);
    SW_CLEANUP(fd) int fd = open(in_dir("a"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(sw_fd_write(fd, "a", sw_bytes("one ", 4), NULL), SW_OK);
    assert_int_equal(sw_fd_write(fd, "a", sw_bytes("two", 3), NULL), SW_OK);
    assert_holds("a", "one two");
}

/* --- directories and paths */

static void directories_are_made_with_their_parents(void **state)
{
    (void)state;
    assert_int_equal(sw_dir_make(in_dir("a/b/c"), 0755, NULL), SW_OK);
    assert_true(sw_dir_exists(in_dir("a/b/c")));
    assert_int_equal(sw_dir_make(in_dir("a/b/c"), 0755, NULL), SW_OK);
    assert_int_equal(sw_dir_make(in_dir("a//b/d/"), 0755, NULL), SW_OK);
    assert_true(sw_dir_exists(in_dir("a/b/d")));
    assert_int_equal(sw_dir_make("/", 0755, NULL), SW_OK);
    assert_int_equal(symlink("a", in_dir("link")), 0);
    assert_int_equal(sw_dir_make(in_dir("link/e"), 0755, NULL), SW_OK);
    assert_true(sw_dir_exists(in_dir("a/e")));
}

static void a_file_in_the_way_of_a_directory_is_named(void **state)
{
    (void)state;
    temp_tree_write(&dir, "f", "x");
    struct sw_error err = {0};
    assert_int_equal(sw_dir_make(in_dir("f"), 0755, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "Not a directory"));
    assert_int_equal(sw_dir_make(in_dir("f/a/b"), 0755, &err), SW_E_IO);
    assert_int_equal(symlink("nowhere", in_dir("dangling")), 0);
    assert_int_equal(sw_dir_make(in_dir("dangling"), 0755, NULL), SW_E_IO);
    assert_int_equal(sw_dir_make("", 0755, NULL), SW_E_IO);
    char path[PATH_MAX + 10];
    memset(path, 'p', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(sw_dir_make(path, 0755, NULL), SW_E_IO);
}

static void existence_is_of_the_kind_asked_for(void **state)
{
    (void)state;
    temp_tree_write(&dir, "f", "x");
    assert_true(sw_file_exists(in_dir("f")));
    assert_false(sw_dir_exists(in_dir("f")));
    assert_false(sw_file_exists(dir.path));
    assert_true(sw_dir_exists(dir.path));
    assert_false(sw_file_exists(in_dir("missing")));
    assert_false(sw_dir_exists(in_dir("missing")));
    assert_false(sw_file_exists("/dev/null"));
}

static void paths_are_joined_with_one_slash(void **state)
{
    (void)state;
    static const struct {
        const char *dir;
        const char *name;
        const char *joined;
    } rows[] = {
        {"a", "b", "a/b"},
        {"a/", "b", "a/b"},
        {"", "b", "b"},
        {"/", "b", "/b"},
        {"a", "/b", "/b"},
        {"a", "", "a/"},
        {".", "b/c", "./b/c"},
        {"%s", "%n", "%s/%n"},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_string_equal(sw_path_join(&arena, rows[i].dir, rows[i].name), rows[i].joined);
    }
    SW_CLEANUP(arena) struct sw_arena full;
    sw_arena_init(&full, 1);
    assert_null(sw_path_join(&full, "a", "b"));
}

static void paths_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *dir;
        const char *base;
    } rows[] = {
        {"a", ".", "a"},
        {"a/b", "a", "b"},
        {"/a", "/", "a"},
        {"/a/b/", "/a", "b"},
        {"a/b//", "a", "b"},
        {"a//b", "a", "b"},
        {"//a", "/", "a"},
        {"/", "/", "/"},
        {"///", "/", "/"},
        {"", ".", ""},
        {"../x", "..", "x"},
        {"..", ".", ".."},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (!sw_str_is(sw_path_dir(rows[i].path), rows[i].dir) ||
            !sw_str_is(sw_path_base(rows[i].path), rows[i].base)) {
            fail_msg("'%s'", rows[i].path);
        }
    }
}

static void plain_paths_have_one_form(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "a/b", "a b/c", ".hidden", "..a", "a..", "...", "a/...",
        "\xc3\xa4", "a\\b", "C:", "a/.b/c", "-"};
    static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/./b",
        "../a", "a/..", "a/../b", "//", "\xff", "a/\xed\xa0\x80", "\xc0\xae\xc0\xae/a"};
    for (size_t i = 0; i < SW_COUNT(good); i++) {
        if (!sw_path_is_plain(sw_str(good[i]))) {
            fail_msg("'%s' was refused", good[i]);
        }
    }
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        if (sw_path_is_plain(sw_str(bad[i]))) {
            fail_msg("'%s' was accepted", bad[i]);
        }
    }
    assert_false(sw_path_is_plain((struct sw_str){0}));
    assert_false(sw_path_is_plain(sw_str_n("a\0b", 3)));
    char path[4097];
    memset(path, 'a', sizeof(path));
    assert_true(sw_path_is_plain(sw_str_n(path, 4096)));
    assert_false(sw_path_is_plain(sw_str_n(path, 4097)));
}

#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TREE(a_file_is_read_whole),
        IN_TREE(a_file_over_the_limit_is_refused_and_leaves_nothing),
        IN_TREE(the_maximum_of_the_buffer_is_a_limit_too),
        IN_TREE(a_pipe_is_read_to_its_end),
        IN_TREE(reading_begins_at_the_position),
        IN_TREE(a_file_without_a_size_is_read),
        IN_TREE(only_regular_files_are_opened),
        IN_TREE(opened_files_are_not_inherited),
        IN_TREE(exact_reads_stay_in_the_file),
        IN_TREE(a_write_replaces_the_whole_file),
        IN_TREE(a_reader_of_the_old_file_is_not_disturbed),
        IN_TREE(the_mode_is_as_asked),
        IN_TREE(an_exclusive_write_never_replaces),
        IN_TREE(a_write_replaces_no_pipe_and_no_device),
        IN_TREE(a_failed_write_leaves_nothing_behind),
        IN_TREE(a_name_may_be_as_long_as_the_system_takes),
        IN_TREE(a_write_that_finds_no_room_keeps_the_old_file),
        IN_TREE(a_writer_that_is_killed_leaves_no_name),
        IN_TREE(a_directory_that_may_not_be_written_says_so),
        IN_TREE(writes_to_a_descriptor_are_whole_or_fail),
        IN_TREE(directories_are_made_with_their_parents),
        IN_TREE(a_file_in_the_way_of_a_directory_is_named),
        IN_TREE(existence_is_of_the_kind_asked_for),
        IN_TREE(paths_are_joined_with_one_slash),
        IN_TREE(paths_are_taken_apart),
        IN_TREE(plain_paths_have_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
