import Outbox
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("What is remembered as published", .tags(.database))
struct CheckpointTests {
    @Test("only grows, but gives way if it is of another cluster")
    func remember() async throws {
        let database = try await TestDatabase.make([OutboxSchema.migrations])
        let connection = try Connection(url: database.relayURL)
        func remember(_ below: String) throws -> String {
            try connection.query(RelayQueries.remember, "slot", below, "a publication")
            return try connection.query(
                "SELECT published_below::text FROM relay_checkpoint")[0].read(0)
        }
        #expect(try remember("10") == "10")
        #expect(try remember("9") == "10")
        #expect(try remember("11") == "11")
        // As a dump brings it of a cluster that has seen more transactions.
        try connection.query("UPDATE relay_checkpoint SET published_below = '4000000000'")
        #expect(try remember("9") == "9")
    }

    /// The rows' transactions, as `xmin` tells them, that a rebuild publishes of a table without a
    /// column that does.
    private func unpublished(below: String) async throws -> [Int] {
        let database = try await TestDatabase.make()
        let connection = try Connection(url: database.relayURL)
        let condition = RelayQueries.isUnpublished(
            in: try OutboxTable(named: "shop.messages"), publishedBelow: below)
        return try connection.query(
            """
            SELECT xmin::bigint
            FROM (VALUES ('3'), ('1000'), ('2147483647'), ('2147483648'), ('4294967295'))
                AS messages (xmin)
            WHERE \(condition)
            """
        ).map { try $0.read(0, as: Int.self) }
    }

    @Test("as nothing: every row is unpublished, however far the transactions have come")
    func nothing() async throws {
        #expect(
            try await unpublished(below: RelayQueries.nothingPublished)
                == [3, 1000, 2_147_483_647, 2_147_483_648, 4_294_967_295])
    }

    @Test("is compared with 32 bits of a row's transaction, round a circle")
    func circle() async throws {
        #expect(try await unpublished(below: "1000") == [1000, 2_147_483_647, 2_147_483_648])
        // The fourth time round.
        #expect(
            try await unpublished(below: "\((4 << 32) - 1)") == [3, 1000, 4_294_967_295])
    }
}
