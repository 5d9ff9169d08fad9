import FoundationEssentials
import Glibc
import LocalStack
import Postgres
import TestSupport
import Testing

/// The real program, in a folder of its own; the faults are those of its own stack.
@Suite("A chaos run", .serialized, .tags(.database, .kafka, .fault))
struct ChaosTests {
    @Test("violates nothing, and says so by its exit status")
    func sound() async throws {
        let run = try await ChaosProcess.start("--seed", "7", "--seconds", "10", "--rate", "8")
        let status = await run.process.wait()
        #expect(status == .exited(0), "\(run.output)")

        let report = try run.report()
        #expect(report["violations"].elements.isEmpty)
        #expect(report["was_interrupted"] == .boolean(false))
        #expect(!run.hasData, "the data of a sound run are removed")
    }

    @Test("in which money is taken behind everybody's back finds it, and keeps the data")
    func planted() async throws {
        let run = try await ChaosProcess.start("--seed", "8", "--seconds", "8", "--rate", "4")
        try await eventually("there was money to take") {
            let stack = try StackEnvironment(file: run.folder + "/stack.env")
            let ledger = try Connection(url: stack.ledgerDatabase)
            let isThere: Bool = try ledger.query(hasMoney)[0].read(0)
            if isThere { try ledger.execute(theft) }
            return isThere
        }
        #expect(await run.process.wait() == .exited(1), "\(run.output)")

        let kinds = try run.report()["violations"].elements.map { $0["kind"].string }
        #expect(kinds.contains("balance"), "the clients count otherwise: \(kinds)")
        #expect(kinds.contains("books"), "the verifier counts otherwise: \(kinds)")
        #expect(run.hasData)
    }

    @Test("that is interrupted ends early, and judges what was: faults that were got over")
    func interrupted() async throws {
        // A seed that soon kills, freezes and cuts off. Each fault waits until the one before
        // is got over, and nobody knows how long that takes a busy machine.
        let run = try await ChaosProcess.start("--seed", "7", "--minutes", "20", "--rate", "8")
        try await eventually(within: .seconds(600), "three faults were got over") {
            run.output.split(separator: "recovered after").count > 3
        }
        run.process.signal(SIGINT)
        #expect(await run.process.wait() == .exited(0), "\(run.output)")

        let report = try run.report()
        #expect(report["was_interrupted"] == .boolean(true))
        #expect(report["violations"].elements.isEmpty)
        #expect(report["timeline"].elements.count >= 3)
        #expect((report["sagas"]["succeeded"].integer ?? 0) > 50)
        #expect((report["events"]["seen"].integer ?? 0) > 500)
    }

    /// From a wallet that nobody uses up, past the triggers that would refuse it.
    private let theft = """
        ALTER TABLE account DISABLE TRIGGER USER;
        UPDATE account SET posted = posted - 1 WHERE name = 'Suspended';
        ALTER TABLE account ENABLE TRIGGER USER;
        """
    private let hasMoney =
        "SELECT EXISTS (SELECT FROM account WHERE name = 'Suspended' AND posted > 0)"
}

/// `farthing chaos` as a process.
private struct ChaosProcess {
    let folder: String
    let process: ProcessHandle

    static func start(_ arguments: String...) async throws -> ChaosProcess {
        let folder = try TestRun.directory() + "/chaos-\(UInt32.random(in: 0...UInt32.max))"
        let command = ProcessCommand(
            TestRun.binaries + "/farthing", ["chaos", "--folder", folder] + arguments,
            workingDirectory: TestRun.packageRoot, log: folder + ".log",
            parentDeathSignal: .kill)
        return ChaosProcess(
            folder: folder, process: try await ProcessHandle.spawn("chaos", command))
    }

    var output: String {
        (try? String(contentsOfFile: folder + ".log", encoding: .utf8)) ?? ""
    }

    func report() throws -> JSON {
        let bytes = try Data(contentsOf: URL(filePath: folder + "/report.json"))
        return try JSONDecoder().decode(JSON.self, from: bytes)
    }

    /// Whether PostgreSQL's data are still there.
    var hasData: Bool { FileManager.default.fileExists(atPath: folder + "/postgres-ledger") }
}
