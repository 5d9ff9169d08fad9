import ArgumentParser
import Foundation

/// Runs the benchmarks and prints what they measured.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the benchmarks.",
        discussion: Self.benchmarks
            .map { "\(type(of: $0).name): \(type(of: $0).abstract)" }.joined(separator: "\n"))

    static let benchmarks: [any Benchmark] = [
        RelayDrain(), RelayLatency(), Consuming(), CreatePayments(), LedgerTransfers(), Sagas(),
        Memory(),
    ]

    @Flag(exclusivity: .exclusive, help: "How long it all may take: under 5 minutes, or as needed.")
    var effort = Effort.short

    @Option(name: .customLong("only"), help: "Run this benchmark only; may be repeated.")
    var names: [String] = []

    @Option(name: .customLong("json"), help: "Write the results to this file too.")
    var jsonFile: String?

    @Option(help: "The programs under test; those beside this one unless given.")
    var binaries: String?

    func validate() throws {
        let known = Self.benchmarks.map { type(of: $0).name }
        for name in names where !known.contains(name) {
            throw ValidationError("no benchmark '\(name)': \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let place = try Place(binaries: binaries)
        defer { place.remove() }
        let machine = try await Machine.describe(on: place)
        Self.say(machine)
        var reports: [Report] = []
        for benchmark in Self.benchmarks {
            let name = type(of: benchmark).name
            guard names.isEmpty || names.contains(name) else { continue }
            let bench = Bench(name: name, effort: effort, place: place)
            let report = try await benchmark.run(bench)
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
