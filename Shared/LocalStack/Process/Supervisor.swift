public import Glibc

/// A process that the supervisor keeps alive.
public struct SupervisedProcess: Sendable {
    public var name: String
    public var command: ProcessCommand
    /// What asks it to end in good order.
    public var stopSignal: Int32
    /// Runs before each start.
    public var prepare: @Sendable () async throws -> Void
    /// Asked again and again after each start until it says yes.
    public var isReady: @Sendable () async -> Bool
    /// Runs each time it has become ready.
    public var becameReady: @Sendable () async throws -> Void

    public init(
        _ name: String, _ command: ProcessCommand, stopSignal: Int32 = SIGTERM,
        prepare: @escaping @Sendable () async throws -> Void = {},
        isReady: @escaping @Sendable () async -> Bool,
        becameReady: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.name = name
        self.command = command
        self.stopSignal = stopSignal
        self.prepare = prepare
        self.isReady = isReady
        self.becameReady = becameReady
    }
}

/// Something that the supervisor did or saw.
public enum SupervisorEvent: Sendable, Equatable {
    case started(String, pid: pid_t)
    case ready(String, after: Duration)
    case died(String, ExitStatus, restartIn: Duration?)
    case failed(String, reason: String)
    case stopped(String)
}

/// Starts processes in order, starts again what dies, stops them in reverse order.
public actor Supervisor {
    /// How long a process that died waits before it is started again: doubled by each death that
    /// follows quickly, forgotten after ten seconds of life.
    public struct Backoff: Sendable {
        public var first: Duration
        public var most: Duration
        public init(first: Duration = .milliseconds(100), most: Duration = .seconds(5)) {
            self.first = first
            self.most = most
        }

        func pause(afterDeaths deaths: Int) -> Duration {
            min(most, first * (1 << min(deaths - 1, 16)))
        }
    }

    private struct Entry {
        var process: SupervisedProcess
        var handle: ProcessHandle
        var wanted = true
        var restarts = 0
    }

    private let pids: PidDirectory
    private let backoff: Backoff
    private let report: @Sendable (SupervisorEvent) -> Void
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var left: Set<String> = []

    public init(
        pids: PidDirectory, backoff: Backoff = Backoff(),
        report: @escaping @Sendable (SupervisorEvent) -> Void = { _ in }
    ) {
        self.pids = pids
        self.backoff = backoff
        self.report = report
    }

    /// Starts a process and waits until it is ready; from then on it is started again when it
    /// dies. Throws `LocalStackError` if it dies first or is not ready within the limit.
    public func start(_ process: SupervisedProcess, within limit: Duration = .seconds(30))
        async throws
    {
        let handle = try await launch(process)
        entries[process.name] = Entry(process: process, handle: handle)
        if !order.contains(process.name) { order.append(process.name) }
        try await untilReady(process, handle, limit)
        Task { await watch(process.name) }
    }

    /// Stops one process for good.
    public func stop(_ name: String, grace: Duration = .seconds(10)) async {
        await halt(name, grace: grace)
        order.removeAll { $0 == name }
    }

    /// Stops everything, last started first.
    public func stopAll(grace: Duration = .seconds(10)) async {
        for name in order { entries[name]?.wanted = false }
        for name in order.reversed() { await stop(name, grace: grace) }
    }

    /// Sends a signal to one process: SIGSTOP, SIGCONT …
    public func signal(_ name: String, _ signal: Int32) {
        entries[name]?.handle.signal(signal)
    }

    /// Kills one process and waits until it is gone. The supervisor then starts it again, unless
    /// it was told to leave it dead.
    public func kill(_ name: String) async {
        guard let handle = entries[name]?.handle else { return }
        handle.signal(SIGKILL)
        _ = await handle.wait()
    }

    /// Whether a process that dies is started again.
    public func setRestarting(_ restarting: Bool, _ name: String) {
        if restarting { left.remove(name) } else { left.insert(name) }
    }

    /// Stops a process if it runs, starts it again, with a changed command if one is given, and
    /// waits until it is ready.
    public func restart(
        _ name: String, changing change: @Sendable (inout ProcessCommand) -> Void = { _ in },
        within limit: Duration = .seconds(30)
    ) async throws {
        guard var process = entries[name]?.process else {
            throw LocalStackError(.invalid, "there is no process called \(name)")
        }
        change(&process.command)
        await halt(name, grace: .seconds(10))
        try await start(process, within: limit)
    }

    /// What it looks after, in the order in which it was started.
    public var names: [String] { order }

    /// The pid of a process, `nil` while it is dead.
    public func pid(_ name: String) -> pid_t? {
        entries[name].flatMap { $0.handle.status == nil ? $0.handle.pid : nil }
    }

    /// How often a process was started again after it had died.
    public func restarts(_ name: String) -> Int { entries[name]?.restarts ?? 0 }

    private func halt(_ name: String, grace: Duration) async {
        guard let entry = entries[name] else { return }
        entries[name]?.wanted = false
        await entry.handle.stop(entry.process.stopSignal, grace: grace)
        entries[name] = nil
        pids.remove(name)
        report(.stopped(name))
    }

    private func watch(_ name: String) async {
        var deaths = 0
        var lastStart = ContinuousClock.now
        while let handle = entries[name]?.handle {
            let status = await handle.wait()
            guard isCurrent(handle, name) else { return }
            guard !left.contains(name) else {
                report(.died(name, status, restartIn: nil))
                return
            }
            deaths = lastStart.duration(to: .now) > .seconds(10) ? 1 : deaths + 1
            let pause = backoff.pause(afterDeaths: deaths)
            report(.died(name, status, restartIn: pause))
            try? await Task.sleep(for: pause)
            guard isCurrent(handle, name), let process = entries[name]?.process else { return }
            lastStart = .now
            do {
                let next = try await launch(process)
                guard isCurrent(handle, name) else {
                    await next.stop(SIGKILL)
                    pids.remove(name)
                    return
                }
                entries[name]?.handle = next
                entries[name]?.restarts += 1
                try await untilReady(process, next, .seconds(60))
            } catch {
                report(.failed(name, reason: "\(error)"))
            }
        }
    }

    private func isCurrent(_ handle: ProcessHandle, _ name: String) -> Bool {
        guard let entry = entries[name] else { return false }
        return entry.wanted && entry.handle === handle
    }

    private func launch(_ process: SupervisedProcess) async throws -> ProcessHandle {
        try await process.prepare()
        var command = process.command
        let mark = pids.mark(process.name)
        command.environment[mark.name] = mark.value
        let handle = try await ProcessHandle.spawn(process.name, command)
        try pids.write(process.name, handle.pid)
        report(.started(process.name, pid: handle.pid))
        return handle
    }

    private func untilReady(
        _ process: SupervisedProcess, _ handle: ProcessHandle, _ limit: Duration
    ) async throws {
        let deadline = handle.started + limit
        while await !process.isReady() {
            if let status = handle.status {
                throw LocalStackError(
                    .died, "\(process.name) ended (\(status)): \(process.command.lastWords())")
            }
            if ContinuousClock.now > deadline {
                throw LocalStackError(
                    .notReady,
                    "\(process.name) is not ready after \(limit): \(process.command.lastWords())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await process.becameReady()
        report(.ready(process.name, after: handle.started.duration(to: .now)))
    }
}
