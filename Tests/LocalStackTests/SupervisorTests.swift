import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import LocalStack

@Suite("Supervisor", .tags(.fault))
struct SupervisorTests {
    private let directory: String
    private let events = Events()
    private let supervisor: Supervisor

    init() throws {
        directory = try Scratch.directory()
        let events = events
        supervisor = Supervisor(
            pids: PidDirectory("\(directory)/pids"),
            backoff: Supervisor.Backoff(first: .milliseconds(10), most: .milliseconds(40))
        ) { events.add($0) }
    }

    @Test("starts again what dies, under a new pid, and says so")
    func restarts() async throws {
        try await supervisor.start(sleeper("sleeper"))
        let first = await supervisor.pid("sleeper")
        await supervisor.kill("sleeper")
        try await eventually { await supervisor.restarts("sleeper") == 1 }
        let second = await supervisor.pid("sleeper")
        #expect(second != nil && second != first)
        #expect(PidDirectory("\(directory)/pids").pid("sleeper") == second)
        #expect(
            events.all.contains(.died("sleeper", .signalled(9), restartIn: .milliseconds(10))))
        await supervisor.stopAll()
        #expect(await supervisor.pid("sleeper") == nil)
        #expect(PidDirectory("\(directory)/pids").names.isEmpty)
    }

    @Test("leaves dead what it is told to, and restarts it when asked")
    func leavesDead() async throws {
        try await supervisor.start(sleeper("sleeper"))
        await supervisor.setRestarting(false, "sleeper")
        await supervisor.kill("sleeper")
        try await eventually {
            events.all.contains(.died("sleeper", .signalled(9), restartIn: nil))
        }
        #expect(await supervisor.pid("sleeper") == nil)
        await supervisor.setRestarting(true, "sleeper")
        try await supervisor.restart("sleeper")
        await supervisor.kill("sleeper")
        try await eventually { await supervisor.restarts("sleeper") == 1 }
        await supervisor.stopAll()
    }

    @Test("a process that dies at once is started less and less often")
    func backsOff() async throws {
        let pauses: [Duration] = [.milliseconds(10), .milliseconds(20), .milliseconds(40)]
        var dying = sleeper("dying")
        dying.command.arguments = ["-c", "test -e \(directory)/once && exit 3; sleep 1000"]
        try await supervisor.start(dying)
        try Data().write(to: URL(filePath: "\(directory)/once"))
        await supervisor.kill("dying")
        try await eventually {
            events.pauses.starts(with: pauses + [.milliseconds(40)])
        }
        await supervisor.stopAll()
    }

    @Test("a first start that fails is an error with the program's last words")
    func failsAtFirst() async throws {
        var failing = sleeper("failing")
        failing.command.arguments = ["-c", "echo no such luck; exit 3"]
        failing.isReady = { false }
        let error = await #expect(throws: LocalStackError.self) {
            try await supervisor.start(failing)
        }
        #expect(error?.code == .died)
        #expect(error?.message.contains("exit status 3") == true)
        #expect(error?.message.contains("no such luck") == true)
        await supervisor.stopAll()
    }

    @Test("stops in reverse order, also what ignores SIGTERM")
    func stops() async throws {
        try await supervisor.start(sleeper("first"))
        var deaf = sleeper("deaf")
        deaf.command.arguments = ["-c", "trap '' TERM; sleep 1000 & wait; sleep 1000"]
        try await supervisor.start(deaf)
        await supervisor.stopAll(grace: .milliseconds(300))
        #expect(events.all.suffix(2) == [.stopped("deaf"), .stopped("first")])
    }

    private func sleeper(_ name: String) -> SupervisedProcess {
        let command = ProcessCommand(
            "/bin/sh", ["-c", "exec sleep 1000"], log: "\(directory)/\(name).log",
            parentDeathSignal: .kill)
        return SupervisedProcess(name, command, isReady: { true })
    }
}

/// What a supervisor reported so far.
private final class Events: Sendable {
    private let list = Mutex<[SupervisorEvent]>([])

    func add(_ event: SupervisorEvent) { list.withLock { $0.append(event) } }
    var all: [SupervisorEvent] { list.withLock { $0 } }

    var pauses: [Duration] {
        all.compactMap { event in
            if case .died(_, _, let pause) = event { pause } else { nil }
        }
    }
}
