public import Glibc
import Postgres
import Synchronization

/// A child process in a session of its own, reaped as soon as it ends.
///
/// A thread of its own starts the child and waits for it. The kernel counts that thread as the
/// parent, so `ProcessCommand.parentDeathSignal` fires when our process dies and not earlier.
public final class ProcessHandle: Sendable {
    public let name: String
    public let pid: pid_t
    public let started = ContinuousClock.now

    private struct State {
        var status: ExitStatus?
        var waiters: [CheckedContinuation<ExitStatus, Never>] = []
    }
    private let state = Mutex(State())

    private init(name: String, pid: pid_t) {
        self.name = name
        self.pid = pid
    }

    /// Starts the program. Throws `LocalStackError.missing` if there is none at that path, `.died`
    /// if the system refuses.
    public static func spawn(_ name: String, _ command: ProcessCommand) async throws
        -> ProcessHandle
    {
        guard access(command.executable, X_OK) == 0 else {
            throw LocalStackError(.missing, "\(name): no program at \(command.executable)")
        }
        return try await withCheckedThrowingContinuation { continuation in
            do throws(PostgresError) {
                try BlockingThread.start {
                    do {
                        let handle = ProcessHandle(name: name, pid: try posixSpawn(name, command))
                        continuation.resume(returning: handle)
                        handle.reap()
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            } catch {
                continuation.resume(throwing: LocalStackError(.died, "\(name): \(error.message)"))
            }
        }
    }

    /// How it ended; `nil` while it runs.
    public var status: ExitStatus? { state.withLock { $0.status } }

    /// Waits until it has ended.
    public func wait() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Sends a signal; does nothing once it has ended, so a pid that the system has given to
    /// somebody else is never hit.
    public func signal(_ signal: Int32) {
        state.withLock { state in
            if state.status == nil { _ = kill(pid, signal) }
        }
    }

    /// Asks it to end and waits; after `grace` kills it.
    @discardableResult
    public func stop(_ signal: Int32 = SIGTERM, grace: Duration = .seconds(10)) async
        -> ExitStatus
    {
        self.signal(signal)
        self.signal(SIGCONT)
        let reminder = Task {
            try await Task.sleep(for: grace)
            self.signal(SIGKILL)
        }
        defer { reminder.cancel() }
        return await wait()
    }

    /// Waits for the end without reaping, then reaps under the lock that guards `signal`.
    private func reap() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let (status, waiters) = state.withLock { state in
            var word: Int32 = 0
            while waitpid(pid, &word, 0) == -1, errno == EINTR {}
            let status = ExitStatus(waitStatus: word)
            state.status = status
            defer { state.waiters = [] }
            return (status, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }
}
