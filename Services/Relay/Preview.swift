import Postgres

/// Prints what a rebuild would publish.
struct Preview {
    let url: String
    let slot: String
    let table: OutboxTable

    /// Calls `print` with a line for each event: its time, topic, key, type and payload. Gives
    /// their number. Throws `PostgresError`, `RelayError`.
    func show(_ print: (String) -> Void) throws -> Int {
        let connection = try Connection(url: url, applicationName: "farthing-relay-preview")
        let below: String = try connection.query(RelayQueries.publishedBelow, slot)[0].read(0)
        let scan = OutboxScan(
            table, where: RelayQueries.isUnpublished(in: table, publishedBelow: below),
            linked: false)
        return try scan.forEach(connection) { row in
            print("\(row.line) \(String(decoding: row.payload, as: UTF8.self))")
        }
    }
}

extension OutboxRow {
    /// Time, topic, key and type, for people.
    var line: String {
        func text(_ bytes: UnsafeRawBufferPointer) -> String {
            String(decoding: bytes, as: UTF8.self)
        }
        return "\(WireText.withTime(createdAt, text)) \(text(topic)) \(text(key)) \(text(type))"
    }
}
