/// Which table holds the outbox, and what its columns are to the relay.
///
/// By default Farthing's own. Another has the columns that its owner names; what it lacks is done
/// without: no headers, the commit's time for its own, no links between events.
struct OutboxTable: Equatable, Sendable {
    /// What a column is to the relay.
    enum Role: String, CaseIterable, Sendable {
        case id, key, type, payload, headers, time, position

        /// Whether there is nothing to publish without it.
        var isNeeded: Bool { self == .id || self == .payload }
    }

    var schema = "public"
    var name = "outbox"
    var publication = "farthing_outbox"
    var columns: [Role: String] = [
        .id: "id", .key: "aggregateid", .type: "type", .payload: "payload", .headers: "headers",
        .time: "created_at", .position: "position",
    ]
    var topic = TopicTemplate.topicColumn
    /// The column with the transaction that inserted the row, which a rebuild selects by. Without
    /// one the system column `xmin` stands in.
    var transactionColumn: String? = "xid"

    /// Farthing's own outbox.
    static let farthing = OutboxTable()

    init() {}

    /// A table of somebody else's, `schema.table` or `table`, which the source of that name has to
    /// itself. Throws `RelayError` `.configuration`.
    init(named text: String, source: String = "outbox") throws(RelayError) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard let last = parts.last else {
            throw RelayError(.configuration, "'\(text)' names no table")
        }
        schema = parts.count == 2 ? parts[0] : "public"
        name = last
        publication = "farthing_\(source)"
        transactionColumn = nil
    }

    /// As SQL names it.
    var quoted: String { "\(Self.quote(schema)).\(Self.quote(name))" }

    /// The columns of the order in which rows are read from the table: that of `position` where there
    /// is one; else of the time where there is one, and the id. What that order is worth is
    /// `TableOrder`'s to say.
    var order: [String] {
        let roles: [Role] = columns[.position] == nil ? [.time, .id] : [.position]
        return roles.compactMap { columns[$0] }
    }

    /// Whether a column is of any use to the relay.
    func uses(_ column: String) -> Bool {
        columns.values.contains(column) || topic.columns.contains(column)
    }

    static func quote(_ identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }
}
