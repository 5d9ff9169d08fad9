import Foundation

/// PostgreSQL's own load generator with a script of ours, its statements prepared.
struct PgBench: Sendable {
    /// As the services' own connections: compiling a statement's plan takes longer than it saves.
    private static let settings = "?options=-c%20jit%3Doff"

    /// libpq URL, without parameters.
    let url: String
    let script: Script
    let seconds: Int

    /// What a session needs until its plans are made, its catalogue is read and its functions are
    /// compiled. Ours have been running for a while, too: with 64 sessions this alone is more than
    /// a second of two cores.
    private static func warmUp(_ clients: Int) -> Int { clients > 16 ? 2 : 1 }

    /// Runs it; gives transactions (runs of the script) a second, once it is warm.
    func run(clients: Int, _ place: Place) async throws -> Double {
        let file = try place.folder("pgbench") + "/script.sql"
        try script.text.write(toFile: file, atomically: false, encoding: .utf8)
        let output = try await Program(
            try PostgresProgram.locate("pgbench"),
            [
                "--no-vacuum", "--protocol", "prepared", "--client", "\(clients)", "--jobs", "1",
                "--time", "\(Self.warmUp(clients) + seconds)", "--progress", "1", "--file", file,
                url + Self.settings,
            ]
        ).run(in: place)
        // "progress: 3.0 s, 4211.9 tps, lat 3.725 ms stddev 1.201, 0 failed", once a second.
        let rates = output.split(separator: "\n").filter { $0.hasPrefix("progress: ") }
            .dropFirst(Self.warmUp(clients))
            .compactMap { $0.split(separator: " ").dropFirst(3).first.flatMap { Double($0) } }
        guard !rates.isEmpty else { throw BenchError("pgbench -c \(clients) told no rate") }
        return rates.reduce(0, +) / Double(rates.count)
    }
}
