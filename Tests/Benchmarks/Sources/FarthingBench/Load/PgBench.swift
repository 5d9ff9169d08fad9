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
        // "progress: 3.0 s, 4211.9 tps, lat 3.725 ms stddev 1.201, 0 failed", once a second.
        let rates = try await output(clients, place).filter { $0.hasPrefix("progress: ") }
            .dropFirst(Self.warmUp(clients))
            .compactMap { $0.split(separator: " ").dropFirst(3).first.flatMap { Double($0) } }
        guard !rates.isEmpty else { throw BenchError("pgbench -c \(clients) told no rate") }
        return rates.reduce(0, +) / Double(rates.count)
    }

    /// Runs it; gives transactions a second from the first one's beginning to the last one's end.
    ///
    /// For those of which hardly one ends in a second: what getting warm takes is little of them.
    func runLong(clients: Int, _ place: Place) async throws -> Double {
        // "tps = 2.920201 (without initial connection time)"
        let line = try await output(clients, place).first { $0.hasPrefix("tps = ") }
        guard let rate = line?.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) })
        else { throw BenchError("pgbench -c \(clients) told no rate") }
        return rate
    }

    private func output(_ clients: Int, _ place: Place) async throws -> [Substring] {
        let file = try place.folder("pgbench") + "/script.sql"
        try script.text.write(toFile: file, atomically: false, encoding: .utf8)
        return try await Program(
            try PostgresProgram.locate("pgbench"),
            [
                "--no-vacuum", "--protocol", "prepared", "--client", "\(clients)", "--jobs", "1",
                "--time", "\(Self.warmUp(clients) + seconds)", "--progress", "1", "--file", file,
                url + Self.settings,
            ]
        ).run(in: place).split(separator: "\n")
    }
}
