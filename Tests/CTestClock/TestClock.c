// Preloaded into a process, tells it another time of day than the machine does: TEST_CLOCK names a
// file with the seconds by which it is ahead, as a 64-bit integer, which may change at any time.
//
// PostgreSQL reads the clock in signal handlers too. libfaketime takes a lock for that and reads its
// file anew, and a server under load stood still in it; here a reading is one load from memory.
// What measures durations (CLOCK_MONOTONIC, timers, sleeps) is left alone, as it is on a machine
// whose clock is set. Waiting until a time of day is not: PostgreSQL never does.

#define _GNU_SOURCE
#include "TestClock.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void find_clock(void) {
    const char *path = getenv("TEST_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) ahead = page;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
    if (ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *seconds) {
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    if (seconds) *seconds = exact.tv_sec;
    return exact.tv_sec;
}
