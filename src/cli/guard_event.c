/* What happens to a command that runs under guard, told while it happens. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

sw_result sw_guard_log_open(struct sw_guard_log *log, const char *path, struct sw_error *err)
{
    log->fd = -1;
    if (path == NULL) {
        return SW_OK;
    }
    log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
    return log->fd < 0 ? sw_fail_errno(err, errno, "cannot write to '%s'", path) : SW_OK;
}

void sw_guard_log_close(struct sw_guard_log *log)
{
    sw_cleanup_fd(&log->fd);
}

static void write_line(struct sw_guard_log *log, int fd, const struct sw_buf *line)
{
    struct sw_error ignored = {0};
    /* One write each, so that lines of others who append do not come in between. */
    log->trouble = sw_fd_write(fd, "events", sw_buf_bytes(line), &ignored) != SW_OK || log->trouble;
}

static void write_json(struct sw_guard_log *log, const char *event, const char *path,
    const char *detail, const int *status)
{
    SW_CLEANUP(buf) struct sw_buf line = SW_BUF_INIT;
    struct sw_json_writer w;
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(sw_time_now(), time);
    sw_jw_init(&w, &line, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "event", event);
    sw_jw_text(&w, "time", time);
    sw_json_text_or_null(&w, "path", sw_str(path));
    sw_jw_text(&w, "detail", detail);
    if (status != NULL) {
        sw_jw_u64(&w, "status", (uint64_t)*status);
    }
    sw_jw_object_end(&w);
    if (sw_jw_finish(&w) != SW_OK || sw_buf_putc(&line, '\n') != SW_OK) {
        log->trouble = true;
        return;
    }
    if (log->fd >= 0) {
        write_line(log, log->fd, &line);
    }
    if (log->cli->json) {
        write_line(log, STDERR_FILENO, &line);
    }
}

/* What nobody should miss is said with --quiet, too. */
static bool is_alarm(const char *event)
{
    return strcmp(event, "denied") == 0 || strcmp(event, "tampered") == 0 ||
           strcmp(event, "moved") == 0;
}

static void tell(struct sw_guard_log *log, const char *event, const char *path, const char *detail,
    const int *status)
{
    write_json(log, event, path, detail, status);
    if (log->cli->json || strcmp(event, "ended") == 0 || strcmp(event, "refused") == 0) {
        return;
    }
    struct sw_cli loud = *log->cli;
    loud.quiet = loud.quiet && !is_alarm(event);
    sw_note(&loud, "%s%s%s", path, path[0] == '\0' ? "" : ": ", detail);
}

void sw_guard_tell(
    struct sw_guard_log *log, const char *event, const char *path, const char *detail)
{
    tell(log, event, path, detail, NULL);
}

void sw_guard_tell_status(
    struct sw_guard_log *log, const char *event, const char *detail, int status)
{
    tell(log, event, "", detail, &status);
}
