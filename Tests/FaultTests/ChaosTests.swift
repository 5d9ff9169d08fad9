import FoundationEssentials
import Glibc
import LocalStack
import Postgres
import TestSupport
import Testing

extension Faults {
    /// The real program, in a folder of its own; the faults are those of its own stack.
    @Suite("A chaos run")
    struct ChaosTests {
        @Test("violates nothing, and says so by its exit status")
        func sound() async throws {
            // A seed that soon kills, freezes and cuts off. Each waits until the one before is got
            // over, which takes a slow machine most of a quarter of a minute.
            let run = try await ChaosProcess.start("--seed", "7", "--seconds", "45", "--rate", "8")
            let status = await run.process.wait()
            #expect(status == .exited(0), "\(run.output)")

            let report = try run.report()
            #expect(report["violations"].elements.isEmpty)
            #expect((report["sagas"]["succeeded"].integer ?? 0) > 100)
            #expect((report["events"]["seen"].integer ?? 0) > 1000)
            #expect(report["timeline"].elements.count >= 3)
            #expect(!run.hasData, "the data of a sound run are removed")
        }

        @Test("in which money is taken behind everybody's back finds it, and keeps the data")
        func planted() async throws {
            let run = try await ChaosProcess.start("--seed", "8", "--seconds", "8", "--rate", "4")
            try await eventually(within: .seconds(60), "there was money to take") {
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

        @Test("that is interrupted ends early, and judges what was")
        func interrupted() async throws {
            let run = try await ChaosProcess.start(
                "--seed", "9", "--minutes", "10", "--rate", "4")
            try await eventually(within: .seconds(60), "the load had begun") {
                run.output.contains(" acknowledged, ")
            }
            run.process.signal(SIGINT)
            #expect(await run.process.wait() == .exited(0), "\(run.output)")
            #expect(try run.report()["was_interrupted"] == .boolean(true))
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
            let folder = try TestRun.directory() + "/chaos-\(arguments[1])"
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
        var hasData: Bool { FileManager.default.fileExists(atPath: folder + "/postgres") }
    }
}
