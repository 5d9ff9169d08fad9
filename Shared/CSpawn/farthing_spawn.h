// What glibc's <spawn.h> shows only with _GNU_SOURCE, which Swift's Glibc module is built
// without: a session of its own for the child, its directory, and no descriptor of ours.
#ifndef FARTHING_SPAWN_H
#define FARTHING_SPAWN_H

#include <spawn.h>

#ifndef POSIX_SPAWN_SETSID
#define POSIX_SPAWN_SETSID 0x80
#endif

// glibc 2.29
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
// glibc 2.34
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

#endif
