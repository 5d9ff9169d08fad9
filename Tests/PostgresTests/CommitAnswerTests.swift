import Postgres
import TestSupport
import Testing

@Suite("The answer to COMMIT", .tags(.database, .fault))
struct CommitAnswerTests {
    private static let insert = Statement("INSERT INTO note (text) VALUES ($1)")

    @Test(
        "came before the connection broke: the transaction stands, and is not run again",
        arguments: [CommitEater.Answer.commit, .commitAndTermination])
    func brokenAfterCommit(answer: CommitEater.Answer) async throws {
        let fixture = try await Fixture()
        try fixture.execute("CREATE TABLE note (text text)")
        let port = try fixture.number("SELECT inet_server_port()")
        let eater = try CommitEater(target: UInt16(port), letsThrough: answer)
        let database = try fixture.pool(connections: 1) {
            $0.url = $0.url.replacing(":\(port)/", with: ":\(eater.port)/")
        }
        let runs = Counter()
        let failed = await code {
            try await database.transaction { tx in
                _ = runs.next()
                try tx.execute(Self.insert, "stands")
            }
        }
        #expect(failed == nil)
        #expect(runs.count == 1)
        #expect(try fixture.number("SELECT count(*) FROM note") == 1)
        #expect(database.statistics().connections == 0, "the connection is given up")
    }
}
