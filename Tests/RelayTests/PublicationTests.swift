import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A publication changed under the relay", .serialized, .tags(.database, .kafka, .fault))
struct PublicationTests {
    private static let create = """
        CREATE PUBLICATION farthing_outbox FOR TABLE outbox
            WITH (publish = 'insert', publish_via_partition_root = true)
        """

    /// What is written while the outbox is published by nobody, or not in full, is published once it
    /// is again.
    private func nothingIsLost(
        _ break: String, _ mend: String, says message: String = "publication farthing_outbox"
    ) async throws {
        let rig = try await RelayRig.make()
        let source = rig.source()
        try await relaying(source) {
            try await rig.write(writers: 2, each: 20)
            try await rig.verify()
            try Connection(url: rig.database.superuserURL).execute(`break`)
            try await rig.write(writers: 2, each: 20)
            try await eventually("the relay says what is missing") {
                source.metrics.trouble?.contains(message) == true
            }
            try Connection(url: rig.database.superuserURL).execute(mend)
            try await rig.write(writers: 2, each: 20)
            try await rig.verify()
        }
    }

    @Test("dropped, and made again: nothing is lost")
    func dropped() async throws {
        try await nothingIsLost("DROP PUBLICATION farthing_outbox", Self.create)
    }

    @Test("without the outbox for a while: nothing is lost")
    func without() async throws {
        try await nothingIsLost(
            "ALTER PUBLICATION farthing_outbox DROP TABLE outbox",
            "ALTER PUBLICATION farthing_outbox ADD TABLE outbox")
    }

    @Test("of the outbox's partitions instead of itself for a while: nothing is lost")
    func partitions() async throws {
        try await nothingIsLost(
            "ALTER PUBLICATION farthing_outbox SET (publish_via_partition_root = false)",
            "ALTER PUBLICATION farthing_outbox SET (publish_via_partition_root = true)")
    }

    @Test("of no inserts for a while: it is said, nothing is lost")
    func inserts() async throws {
        try await nothingIsLost(
            "ALTER PUBLICATION farthing_outbox SET (publish = 'delete')",
            "ALTER PUBLICATION farthing_outbox SET (publish = 'insert')",
            says: "publishes no inserts")
    }

    @Test("of some rows for a while: it is said, nothing is lost")
    func rows() async throws {
        try await nothingIsLost(
            "ALTER PUBLICATION farthing_outbox SET TABLE outbox WHERE (aggregateid <> '1')",
            "ALTER PUBLICATION farthing_outbox SET TABLE outbox",
            says: "leaves out rows of \"public\".\"outbox\", WHERE (aggregateid <> '1'::text)")
    }

    @Test("without columns that are needed for a while: they are named, nothing is lost")
    func columns() async throws {
        try await nothingIsLost(
            """
            ALTER PUBLICATION farthing_outbox
                SET TABLE outbox (id, position, topic, aggregateid, type, created_at)
            """,
            "ALTER PUBLICATION farthing_outbox SET TABLE outbox",
            says: "leaves out columns of \"public\".\"outbox\", headers, payload")
    }
}
