import Foundation

/// PostgreSQL's own load generator with a script of ours, its statements prepared.
struct PgBench: Sendable {
    /// As the services' own connections: compiling a statement's plan takes longer than it saves.
    private static let settings = "?options=-c%20jit%3Doff"

    /// libpq URL, without parameters.
    let url: String
    let script: Script
    let seconds: Int

    /// Runs it; gives transactions (runs of the script) a second.
    func run(clients: Int, _ place: Place) async throws -> Double {
        if let rate = try await rate(clients: clients, seconds: seconds, place) { return rate }
        // On a busy machine dozens of password exchanges take all of the time.
        if let rate = try await rate(clients: clients, seconds: seconds + 10, place) { return rate }
        throw BenchError("pgbench -c \(clients) did nothing in \(seconds + 10) seconds")
    }

    private func rate(clients: Int, seconds: Int, _ place: Place) async throws -> Double? {
        let file = try place.folder("pgbench") + "/script.sql"
        try script.text.write(toFile: file, atomically: false, encoding: .utf8)
        let output = try await Program(
            try PostgresProgram.locate("pgbench"),
            [
                "--no-vacuum", "--protocol", "prepared", "--client", "\(clients)", "--jobs", "1",
                "--time", "\(seconds)", "--file", file, url + Self.settings,
            ]
        ).run(in: place)
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        return line?.split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
    }
}
