/* Ctrl-C and `kill` while long work runs: it is asked to stop, so that the bar is cleared and one
 * line says what became of it; then the process dies by the signal as if nobody had caught it,
 * since shells look at that to end a loop. */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

static const int signals[] = {SIGINT, SIGTERM};

/* What a handler touches must be lock-free (C17 7.14.1.1). */
static _Atomic(struct sw_progress *) watched;
static volatile sig_atomic_t caught;
static struct sigaction before[SW_COUNT(signals)];
static sigset_t mask_before;
static bool watching;

static void ask_to_stop(int number)
{
    struct sw_progress *progress = atomic_load(&watched);
    caught = number;
    if (progress != NULL) {
        atomic_store(&progress->cancel, true);
    }
}

/* The second signal finds no handler and ends the process at once: whoever insists is obeyed, and
 * the store stands that. A signal that was ignored from the start, as by nohup, stays so. */
void sw_interrupt_watch(struct sw_progress *progress)
{
    struct sigaction action = {.sa_handler = ask_to_stop};
    sigset_t mask;
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&mask);
    atomic_store(&watched, progress);
    for (size_t i = 0; i < SW_COUNT(signals); i++) {
        (void)sigaddset(&mask, signals[i]);
        (void)sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
    /* Without work to stop they are kept for sw_interrupt_wait(): one that came just before a read
     * would not end it. */
    (void)pthread_sigmask(SIG_BLOCK, progress == NULL ? &mask : NULL, &mask_before);
    watching = true;
}

bool sw_interrupt_wait(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    sigset_t mask;
    sigset_t mask_now;
    int n = -1;
    (void)sigemptyset(&mask);
    for (size_t i = 0; i < SW_COUNT(signals); i++) {
        (void)sigaddset(&mask, signals[i]);
    }
    /* with work to stop they are not kept yet */
    (void)pthread_sigmask(SIG_BLOCK, &mask, &mask_now);
    do {
        n = caught != 0 ? -1 : ppoll(&wanted, 1, NULL, &mask_before);
    } while (n < 0 && errno == EINTR && caught == 0);
    (void)pthread_sigmask(SIG_SETMASK, &mask_now, NULL);
    return caught == 0;
}

void sw_interrupt_release(void)
{
    if (!watching) {
        return;
    }
    (void)pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
    for (size_t i = 0; i < SW_COUNT(signals); i++) {
        (void)sigaction(signals[i], &before[i], NULL);
    }
    watching = false;
    atomic_store(&watched, NULL);
}

int sw_interrupt_caught(void)
{
    return caught;
}

void sw_interrupt_forget(void)
{
    caught = 0;
}

void sw_interrupt_die(void)
{
    if (caught != 0) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        (void)sigaction(caught, &action, NULL);
        (void)raise(caught);
    }
}
