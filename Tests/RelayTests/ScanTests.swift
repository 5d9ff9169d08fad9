import Kafka
import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("A scan of the outbox's table", .tags(.database, .kafka))
struct ScanTests {
    /// Two partitions whose times say the opposite of the positions, as after a clock that was set
    /// back, and rows that lie in them in another order than they have.
    private func scatter(_ rig: RelayRig) throws {
        try Connection(url: rig.database.ownerURL).execute(
            """
            CREATE TABLE early PARTITION OF outbox FOR VALUES FROM ('2001-01-01') TO ('2002-01-01');
            CREATE TABLE late PARTITION OF outbox FOR VALUES FROM ('2002-01-01') TO ('2003-01-01');
            INSERT INTO outbox (position, id, topic, aggregatetype, aggregateid, type, payload,
                                headers, created_at)
            OVERRIDING SYSTEM VALUE
            SELECT n, gen_random_uuid(), '\(rig.topic)', 'a', 'k', 't', convert_to(n::text, 'UTF8'),
                   '{}', CASE n % 3 WHEN 0 THEN timestamptz '2003-06-01'
                                    WHEN 1 THEN timestamptz '2002-06-01'
                                    ELSE timestamptz '2001-06-01' END
            FROM generate_series(1, 3000) AS n ORDER BY md5(n::text);
            """)
    }

    private func payloads(_ rig: RelayRig, where condition: String) throws -> [Int] {
        let connection = try Connection(url: rig.database.relayURL)
        var numbers: [Int] = []
        let scan = OutboxScan(.farthing, where: condition, linked: true)
        let count = try scan.forEach(connection) { row in
            let number = try #require(Int(String(decoding: row.payload, as: UTF8.self)))
            #expect(row.position == Int64(number))
            numbers.append(number)
        }
        #expect(count == numbers.count)
        return numbers
    }

    @Test("gives every row once, in order, whatever partition it lies in")
    func order() async throws {
        let rig = try await RelayRig.make()
        try scatter(rig)
        #expect(try payloads(rig, where: "true") == Array(1...3000))
        #expect(try payloads(rig, where: "position > 2000") == Array(2001...3000))
        #expect(try payloads(rig, where: "false") == [])
    }

    @Test("sorts places, fetches rows by them, and looks into no other partition")
    func plan() async throws {
        let rig = try await RelayRig.make()
        try scatter(rig)
        let connection = try Connection(url: rig.database.relayURL)
        let key = try connection.query(RelayQueries.partitionKey, OutboxTable.farthing.quoted)[0]
            .read(0, as: String.self)
        #expect(key == "created_at")
        try connection.execute(RelayQueries.beginScan(partitionKey: key))
        let select = RelayQueries.scan(
            .farthing, ["id", "payload"], where: "created_at < '2002-01-01'", partitionKey: key)
        let plan = try connection.query("EXPLAIN (ANALYZE, TIMING off) \(select)").map {
            try $0.read(0, as: String.self)
        }
        let text = plan.joined(separator: "\n")
        let looks = plan.filter { $0.contains(" on late ") || $0.contains(" on early ") }
        #expect(text.contains("Tid Scan on early"), "\(text)")
        let idle = looks.filter { $0.contains("never executed") && $0.contains(" late ") }
        #expect(idle.count == 1, "\(text)")
    }
}
