#include "cli/child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool same_variable(const char *a, const char *b)
{
    size_t n = strcspn(a, "=");
    return strncmp(a, b, n + 1) == 0;
}

/* Ours, with what is new in place of what has its name. */
static sw_result make_environment(struct sw_cli *cli, const char *const *added, char ***out)
{
    size_t ours = 0;
    size_t more = 0;
    while (environ[ours] != NULL) {
        ours++;
    }
    while (added[more] != NULL) {
        more++;
    }
    char **list = SW_ARENA_ARRAY(&cli->arena, char *, ours + more + 1);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < ours; i++) {
        bool replaced = false;
        for (size_t k = 0; k < more && !replaced; k++) {
            replaced = same_variable(added[k], environ[i]);
        }
        if (!replaced) {
            list[n++] = environ[i];
        }
    }
    for (size_t k = 0; k < more; k++) {
        list[n] = sw_arena_strdup(&cli->arena, added[k]);
        SW_TRY_PTR(list[n]);
        n++;
    }
    *out = list;
    return SW_OK;
}

/* The signals that are ignored while it runs, and what they did before. */
static const int ignored[] = {SIGINT, SIGQUIT};

static void ignore_signals(struct sigaction before[SW_COUNT(ignored)], sigset_t *usual)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigemptyset(usual);
    for (size_t i = 0; i < SW_COUNT(ignored); i++) {
        (void)sigaction(ignored[i], &ignore, &before[i]);
        if (before[i].sa_handler != SIG_IGN) {
            (void)sigaddset(usual, ignored[i]); /* the command answers it as usual */
        }
    }
}

static int spawn(struct sw_cli *cli, const struct sw_child *child, char **environment,
    const sigset_t *usual, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    (void)posix_spawnattr_setsigdefault(&attributes, usual);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (cli->json) {
        code = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    }
    if (code == 0) {
        /* posix_spawn does not write to the words; its type is older than const. */
        char *const *words = (char *const *)(uintptr_t)child->words;
        code = posix_spawnp(pid, child->words[0], &actions, &attributes, words, environment);
    }
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

static sw_result judge(const char *name, int status, struct sw_error *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return SW_OK;
    }
    if (WIFSIGNALED(status)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' was ended by signal %d (%s)", name,
            WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    return sw_fail(err, SW_E_REFUSED, "'%s' ended with exit status %d", name, WEXITSTATUS(status));
}

static sw_result wait_for(pid_t pid, const char *name, struct sw_error *err)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return sw_fail_errno(err, errno, "cannot tell how '%s' ended", name);
        }
    }
    return judge(name, status, err);
}

sw_result sw_child_run(struct sw_cli *cli, const struct sw_child *child, struct sw_error *err)
{
    const char *name = child->words[0];
    char **environment = NULL;
    struct sigaction before[SW_COUNT(ignored)];
    sigset_t usual;
    pid_t pid = 0;
    SW_TRY(make_environment(cli, child->environment, &environment));
    (void)fflush(stdout);
    ignore_signals(before, &usual);
    /* The signing key is in memory meanwhile: nobody traces this process or reads its memory, the
     * command least of all. */
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    int code = spawn(cli, child, environment, &usual, &pid);
    enum sw_code result =
        code != 0 ? sw_fail_errno(err, code, "cannot run '%s'", name) : wait_for(pid, name, err);
    (void)prctl(PR_SET_DUMPABLE, dumpable == 1 ? 1 : 0, 0, 0, 0);
    for (size_t i = 0; i < SW_COUNT(ignored); i++) {
        (void)sigaction(ignored[i], &before[i], NULL);
    }
    return result;
}
