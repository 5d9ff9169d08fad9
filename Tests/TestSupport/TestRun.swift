import FoundationEssentials
import Glibc
import LocalStack
import Synchronization

/// The place where this test process keeps its files, `.farthing/test/<pid>-<random>`.
///
/// Everything that a test starts dies with the test process, by the kernel's hand, so only files
/// can be left behind: they are removed at exit, and those of a crashed run at the next start.
public enum TestRun {
    /// The package's directory.
    public static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path.trimmingSuffix("/")

    /// The directory with this build's programs: the test bundle lies beside them.
    public static let binaries = URL(
        filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? ProcessInfo.processInfo.arguments[0]
    ).deletingLastPathComponent().path.trimmingSuffix("/")

    /// Where other things of the package live: `.farthing`.
    static let farthing = packageRoot + "/.farthing"

    /// This process's own directory. Throws what the file system says.
    public static func directory() throws -> String {
        try once.withLock { path in
            if let path { return path }
            sweep()
            let made = try make()
            path = made
            return made
        }
    }

    private static let once = Mutex<String?>(nil)
    /// Below `.farthing`, unless PostgreSQL's user cannot get there: a clone below /root.
    private static let root =
        (PostgresDirectory.isReachable(packageRoot) ? farthing : PostgresDirectory.refuge) + "/test"

    private static func make() throws -> String {
        let path = "\(root)/\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let files = FileManager.default
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        for directory in [URL(filePath: root).deletingLastPathComponent().path, root, path] {
            chmod(directory, 0o755)
        }
        // Held, by the descriptor that stays open, for as long as this process lives.
        let lock = open("\(path)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        flock(lock, LOCK_EX)
        atexit { TestRun.removeOwn() }
        return path
    }

    private static func removeOwn() {
        // A crash of the cleaner must not fail a run that has passed: what is left is swept later.
        guard let path = once.withLockIfAvailable({ $0 }) ?? nil else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    private static func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for name in names {
            let path = "\(root)/\(name)"
            let lock = open("\(path)/lock", O_RDWR | O_CLOEXEC)
            defer { if lock >= 0 { close(lock) } }
            if lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
