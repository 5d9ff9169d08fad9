/// PostgreSQL's own client that reads the same log as a relay, and throws everything away.
enum LogReceiver {
    static let name = "pg_recvlogical to /dev/null"
    private static let slot = "bench_receiver"

    /// Events a second, from the start of the client to the end of the backlog.
    static func rate(_ backlog: Backlog, _ bench: Bench) async throws -> Double {
        try backlog.makeSlot(slot)
        let start = ContinuousClock.now
        _ = try await Program(
            try PostgresProgram.locate("pg_recvlogical"),
            [
                "--dbname", backlog.url, "--slot", slot, "--start", "--file", "/dev/null",
                "--option", "proto_version=1", "--option", "publication_names=farthing_outbox",
                "--endpos", backlog.end, "--no-loop",
            ]
        ).run(in: bench.place)
        let elapsed = ContinuousClock.now - start
        try backlog.dropSlot(slot)
        return Double(backlog.rows) / (elapsed / .seconds(1))
    }
}
