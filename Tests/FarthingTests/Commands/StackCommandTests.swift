import FoundationEssentials
import Glibc
import LocalStack
import TestSupport
import Testing

@Suite("What looks after a stack")
struct StackCommandTests {
    @Test("status fails while a process that a stack needs has not started", .tags(.unit))
    func incomplete() async throws {
        let home = try Home()
        let supervisor = try await home.pretend("supervisor", in: "")
        let postgres = try await home.pretend("postgres-ledger", in: "/pids")
        let shown = try await home.farthing("status")
        #expect(shown.status == .exited(1), "\(shown.output)")
        #expect(shown.output.contains("no stack.env"), "\(shown.output)")
        for name in ["payment", "billing", "ledger", "relay"] {
            let line = shown.output.split(separator: "\n").first { $0.hasPrefix(name) }
            #expect(line?.contains("missing") == true, "\(shown.output)")
        }
        for process in [supervisor, postgres] { await process.stop() }
    }

    @Test("up --demo-only fails where a stack runs, for nothing was demonstrated", .tags(.unit))
    func demonstratedNothing() async throws {
        let home = try Home()
        let supervisor = try await home.pretend("supervisor", in: "")
        let refused = try await home.farthing("up", "--demo-only")
        #expect(refused.status == .exited(1))
        #expect(refused.output.split(separator: "\n").count == 1, "\(refused.output)")
        #expect(refused.output.contains("nothing was demonstrated"), "\(refused.output)")
        #expect(try await home.farthing("up").status == .exited(0))
        await supervisor.stop()
    }

    @Test("up stops what is left if its supervisor is killed", .tags(.fault))
    func orphans() async throws {
        let home = try Home()
        let broker = try await TestBroker.start()
        let (up, log) = try await home.start(["up", "--kafka", broker.bootstrapServers])
        do {
            try await eventually(within: .seconds(120), "up waits for Ctrl-C") {
                try String(contentsOfFile: log, encoding: .utf8).contains("Ctrl-C stops it.")
            }
            let shown = try await home.farthing("status")
            #expect(shown.status == .exited(0), "\(shown.output)")
            let supervisor = try #require(PidDirectory(home.folder).pid("supervisor"))
            kill(supervisor, SIGKILL)
            #expect(await up.wait() == .exited(1))
            #expect(PidDirectory("\(home.folder)/pids").names.isEmpty)
        } catch {
            _ = try await home.farthing("down")
            throw error
        }
        await broker.stop()
    }
}

/// A directory with a `.farthing` of its own, in which the real `farthing` is run.
private struct Home {
    let directory: String
    var folder: String { "\(directory)/.farthing" }

    init() throws {
        directory = try TestRun.directory() + "/home-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(
            atPath: "\(directory)/.farthing", withIntermediateDirectories: true)
    }

    /// A process that does nothing and counts as the one of this name.
    func pretend(_ name: String, in place: String) async throws -> ProcessHandle {
        let pids = PidDirectory(folder + place)
        var command = ProcessCommand(
            "/usr/bin/sleep", ["600"], log: "\(directory)/\(name).log", parentDeathSignal: .kill)
        let mark = pids.mark(name)
        command.environment[mark.name] = mark.value
        let handle = try await ProcessHandle.spawn(name, command)
        try pids.write(name, handle.pid)
        return handle
    }

    func start(_ words: [String]) async throws -> (process: ProcessHandle, log: String) {
        let log = "\(directory)/\(UInt32.random(in: 0...UInt32.max)).log"
        let command = ProcessCommand(
            TestRun.binaries + "/farthing", words, workingDirectory: directory, log: log,
            parentDeathSignal: .kill)
        return (try await ProcessHandle.spawn("farthing", command), log)
    }

    func farthing(
        _ words: String...
    ) async throws -> (status: LocalStack.ExitStatus, output: String) {
        let (process, log) = try await start(words)
        return (await process.wait(), try String(contentsOfFile: log, encoding: .utf8))
    }
}
