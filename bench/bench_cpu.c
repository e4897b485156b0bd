/* Measures commands: bench-cpu [-n RUNS] [-p PREPARE] CMD ARG… [:: CMD ARG…]…
 *
 * Runs each command RUNS times in turn (so that what disturbs one disturbs all) and prints, per
 * command, one line with the minimum over its runs: CPU seconds (user + system, of the command and
 * of the children it waited for), wall seconds, and the largest resident set in kB. PREPARE is a
 * shell line that runs before each run and is not counted. The commands' output goes to /dev/null;
 * the first that does not exit 0 ends the measurement with exit status 1. */
#include "base/base.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS_MAX 16

struct measured {
    char **argv;
    double cpu;
    double wall;
    long rss_kb;
};

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static _Noreturn void run_child(char **argv)
{
    int null_fd = open("/dev/null", O_RDWR);
    if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0) {
        _exit(126);
    }
    (void)execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

static bool run_once(char **argv, struct measured *out)
{
    uint64_t start = sw_time_monotonic_ns();
    pid_t pid = fork();
    if (pid == 0) {
        run_child(argv);
    }
    int status;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        perror("bench-cpu");
        return false;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "bench-cpu: '%s' ended with status 0x%x\n", argv[0], status);
        return false;
    }
    out->wall = (double)(sw_time_monotonic_ns() - start) / 1e9;
    out->cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    out->rss_kb = usage.ru_maxrss;
    return true;
}

static bool measure_once(struct measured *m, char *prepare, bool first)
{
    struct measured now = {0};
    char *shell[] = {(char[]){"sh"}, (char[]){"-c"}, prepare, NULL};
    if ((prepare != NULL && !run_once(shell, &now)) || !run_once(m->argv, &now)) {
        return false;
    }
    m->cpu = first || now.cpu < m->cpu ? now.cpu : m->cpu;
    m->wall = first || now.wall < m->wall ? now.wall : m->wall;
    m->rss_kb = first || now.rss_kb < m->rss_kb ? now.rss_kb : m->rss_kb;
    return true;
}

/* Cuts the words at "::"; 0 when a command is empty or there are too many. */
static size_t split_commands(char **words, struct measured *commands)
{
    size_t count = 0;
    bool open_command = false;
    for (; *words != NULL; words++) {
        if (strcmp(*words, "::") == 0) {
            *words = NULL;
            open_command = false;
        } else if (!open_command) {
            if (count == COMMANDS_MAX) {
                return 0;
            }
            commands[count++] = (struct measured){.argv = words};
            open_command = true;
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t runs = 5;
    char *prepare = NULL;
    int opt;
    while ((opt = getopt(argc, argv, "+n:p:")) != -1) {
        if (opt == 'p') {
            prepare = optarg;
        } else if (opt != 'n' || !sw_parse_u64(sw_str(optarg), &runs) || runs == 0) {
            return 2;
        }
    }
    struct measured commands[COMMANDS_MAX];
    size_t count = split_commands(argv + optind, commands);
    if (count == 0) {
        (void)fprintf(
            stderr, "usage: %s [-n RUNS] [-p PREPARE] CMD ARG... [:: CMD ARG...]\n", argv[0]);
        return 2;
    }
    for (uint64_t run = 0; run < runs; run++) {
        for (size_t i = 0; i < count; i++) {
            if (!measure_once(&commands[i], prepare, run == 0)) {
                return 1;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        (void)printf("%.6f %.6f %ld\n", commands[i].cpu, commands[i].wall, commands[i].rss_kb);
    }
    return 0;
}
