import FoundationEssentials
import Glibc
import LocalStack

/// The `.farthing` directory of a local stack, and what is known of the stack from it.
struct StackFolder: Sendable {
    let path: String

    /// `.farthing` in the nearest directory, from the current one upwards, that has one or is a
    /// package; else in the current one.
    static func nearest() -> StackFolder {
        let files = FileManager.default
        let current = URL(filePath: files.currentDirectoryPath)
        var directory = current
        while directory.path.count > 1 {
            for sign in [".farthing", "Package.swift"]
            where files.fileExists(atPath: directory.appending(path: sign).path) {
                return StackFolder(path: directory.appending(path: ".farthing").path)
            }
            directory.deleteLastPathComponent()
        }
        return StackFolder(path: current.appending(path: ".farthing").path)
    }

    /// One file per supervised process.
    var pids: PidDirectory { PidDirectory("\(path)/pids") }
    /// The supervisor's own pid file lies apart from those of the processes it restarts, so that
    /// whoever kills at random in `FARTHING_PIDS` does not kill the one that heals.
    var supervisorPids: PidDirectory { PidDirectory(path) }
    static let supervisor = "supervisor"

    var environmentFile: String { "\(path)/stack.env" }
    var secretFile: String { "\(path)/secret" }
    var log: String { "\(path)/log/supervisor.log" }
    var lock: String { "\(path)/supervisor.lock" }

    /// The pid of the supervisor, `nil` if none runs.
    var supervisorPid: pid_t? { supervisorPids.pid(Self.supervisor) }

    /// Creates the directory, open to be passed through by PostgreSQL's user.
    func create() throws {
        try FileManager.default.createDirectory(
            atPath: "\(path)/log", withIntermediateDirectories: true)
        chmod(path, 0o755)
    }

    /// Stops whatever runs, the supervisor first, so that it does not start again what we end.
    /// Returns whether there was anything.
    func stopEverything() async -> Bool {
        let supervised = await supervisorPids.end(Self.supervisor, grace: .seconds(60))
        let left = await pids.sweep(first: Stack.stopOrder, signals: Stack.stopSignals)
        unlink(environmentFile)
        return supervised || !left.isEmpty
    }
}
