/* Ctrl-C and `kill` while long work runs: it is asked to stop, so that the bar is cleared and one
 * line says what became of it; then the process dies by the signal as if nobody had caught it,
 * since shells look at that to end a loop. */
#include "cli/cli.h"

#include <signal.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM};

/* What a handler touches must be lock-free (C17 7.14.1.1). */
static _Atomic(struct sw_progress *) watched;
static volatile sig_atomic_t caught;
static struct sigaction before[SW_COUNT(signals)];
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
    action.sa_flags = (int)SA_RESETHAND | (progress != NULL ? SA_RESTART : 0);
    (void)sigemptyset(&action.sa_mask);
    atomic_store(&watched, progress);
    for (size_t i = 0; i < SW_COUNT(signals); i++) {
        (void)sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
    watching = true;
}

void sw_interrupt_release(void)
{
    for (size_t i = 0; watching && i < SW_COUNT(signals); i++) {
        (void)sigaction(signals[i], &before[i], NULL);
    }
    watching = false;
    atomic_store(&watched, NULL);
}

int sw_interrupt_caught(void)
{
    return caught;
}

void sw_interrupt_die(void)
{
    if (caught != 0) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        (void)sigaction(caught, &action, NULL);
        (void)raise(caught);
    }
}
