import CSpawn
import Glibc

/// Starts the program in a new session with nothing of ours but the log: no descriptor, no
/// blocked or ignored signal.
func posixSpawn(_ name: String, _ command: ProcessCommand) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
        &actions, 1, command.log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    if let directory = command.workingDirectory {
        posix_spawn_file_actions_addchdir_np(&actions, directory)
    }

    let words = command.words
    var arguments = words.map { strdup($0) } + [nil]
    var environment = command.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid: pid_t = 0
    let result = posix_spawn(
        &pid, words[0], &actions, &attributes, &arguments, &environment)
    guard result == 0 else {
        throw LocalStackError(.died, "\(name): cannot start \(words[0]): \(errorText(result))")
    }
    return pid
}
