import Foundation

/// PostgreSQL's own load generator with a script of ours, its statements prepared.
struct PgBench: Sendable {
    /// libpq URL.
    let url: String
    let script: Script
    /// How long, besides the time that connecting takes.
    let seconds: Int

    /// On a busy machine dozens of password exchanges take a while, which pgbench counts as time
    /// but not in its rate.
    private static let connecting = 3

    /// Runs it; gives transactions (runs of the script) a second.
    func run(clients: Int, _ place: Place) async throws -> Double {
        let file = try place.folder("pgbench") + "/script.sql"
        try script.text.write(toFile: file, atomically: false, encoding: .utf8)
        let output = try await Program(
            try PostgresProgram.locate("pgbench"),
            [
                "--no-vacuum", "--protocol", "prepared", "--client", "\(clients)", "--jobs", "1",
                "--time", "\(seconds + Self.connecting)", "--file", file, url,
            ]
        ).run(in: place)
        for line in output.split(separator: "\n") where line.hasPrefix("tps = ") {
            if let rate = line.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) }) {
                return rate
            }
        }
        throw BenchError("pgbench said no figure: \(output)")
    }
}
