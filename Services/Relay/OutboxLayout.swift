import Postgres

/// Where the outbox's columns stand in what the log, or a query, tells of a row.
struct OutboxLayout {
    private struct Column {
        var role: OutboxTable.Role?
        /// Its place among the columns that make the topic.
        var topicPlace: Int?
        let type: UInt32
        let name: String
    }

    /// Types by their object ids, which never change (`pg_type.dat`).
    private enum PostgresType {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let int4: UInt32 = 23
        static let json: UInt32 = 114
        static let timestamp: UInt32 = 1114
        static let timestamptz: UInt32 = 1184
        static let uuid: UInt32 = 2950
        static let jsonb: UInt32 = 3802
        /// `text`, `bpchar`, `varchar`.
        static let texts: Set<UInt32> = [25, 1042, 1043]
    }

    private let columns: [Column]
    private let topicColumns: Int
    private let names: TopicNames
    /// Whether rows are told apart by a number, which a sequence counts up.
    let hasNumberedIDs: Bool

    /// Throws `.malformedOutbox` that names what is missing, or of a type that cannot be used.
    init(_ relation: [PgOutput.Relation.Column], of table: OutboxTable) throws(RelayError) {
        var columns = relation.map { Column(type: $0.type, name: $0.name) }
        for role in OutboxTable.Role.allCases {
            guard let name = table.columns[role] else { continue }
            guard let index = columns.firstIndex(where: { $0.name == name }) else {
                throw RelayError(.malformedOutbox, "\(table.quoted) has no column \(name)")
            }
            columns[index].role = role
            try Self.check(columns[index], Self.types(of: role), table)
        }
        for (place, name) in table.topic.columns.enumerated() {
            guard let index = columns.firstIndex(where: { $0.name == name }) else {
                throw RelayError(.malformedOutbox, "\(table.quoted) has no column \(name)")
            }
            columns[index].topicPlace = place
            try Self.check(columns[index], PostgresType.texts, table)
        }
        self.columns = columns
        hasNumberedIDs = columns.contains {
            $0.role == .id && ($0.type == PostgresType.int8 || $0.type == PostgresType.int4)
        }
        topicColumns = table.topic.columns.count
        names = TopicNames(table.topic)
    }

    private static func types(of role: OutboxTable.Role) -> Set<UInt32> {
        switch role {
        case .id:
            PostgresType.texts.union([PostgresType.uuid, PostgresType.int8, PostgresType.int4])
        case .key, .type: PostgresType.texts
        case .payload:
            PostgresType.texts.union([PostgresType.bytea, PostgresType.json, PostgresType.jsonb])
        case .headers: PostgresType.texts.union([PostgresType.json, PostgresType.jsonb])
        case .time: [PostgresType.timestamp, PostgresType.timestamptz]
        case .position: [PostgresType.int8]
        }
    }

    private static func check(
        _ column: Column, _ types: Set<UInt32>, _ table: OutboxTable
    ) throws(RelayError) {
        if types.contains(column.type) { return }
        throw RelayError(
            .malformedOutbox,
            "\(table.quoted): column \(column.name) has a type that the relay cannot use")
    }

    /// The row that was inserted by a transaction of that time. Throws `.malformedOutbox`.
    func row(_ insert: PgOutput.Insert, committedAt: Int64) throws(RelayError) -> OutboxRow {
        guard insert.count == columns.count else {
            throw RelayError(.malformedOutbox, "a row has not the columns of its table")
        }
        var draft = Draft(topicColumns: topicColumns)
        insert.forEach { index, value in
            if case .binary(let bytes) = value { draft.take(bytes, columns[index]) }
        }
        return draft.row(names, time: committedAt)
    }

    /// The row that was copied from the table, valid while it is; linked to the one before it, or
    /// not. Throws `PostgresError` `.malformedMessage`, `RelayError` `.malformedOutbox`.
    func row(_ row: CopiedRow, linked: Bool) throws -> OutboxRow {
        guard row.count == columns.count else {
            throw RelayError(.malformedOutbox, "a row has not the columns of its table")
        }
        var draft = Draft(topicColumns: topicColumns)
        try row.forEach { index, bytes in
            if columns[index].role == .position, !linked { return }
            if let bytes { draft.take(bytes, columns[index]) }
        }
        return draft.row(names, time: 0)
    }

    /// What was found of a row so far.
    private struct Draft {
        private static var none: UnsafeRawBufferPointer { .init(start: nil, count: 0) }

        private var id = OutboxRow.ID.text(Draft.none)
        private var key = Draft.none
        private var type = Draft.none
        private var payload = Draft.none
        private var headers = Draft.none
        private var time: Int64?
        private var position: Int64?
        private var topic = Draft.none
        private var topicValues: [UnsafeRawBufferPointer] = []
        private let topicColumns: Int

        init(topicColumns: Int) {
            self.topicColumns = topicColumns
            if topicColumns != 1 {
                topicValues = Array(repeating: Self.none, count: topicColumns)
            }
        }

        mutating func take(_ bytes: UnsafeRawBufferPointer, _ column: Column) {
            if let place = column.topicPlace {
                if topicColumns == 1 { topic = bytes } else { topicValues[place] = bytes }
            }
            switch column.role {
            case .id: id = Self.id(bytes, column.type)
            case .key: key = bytes
            case .type: type = bytes
            case .payload: payload = Self.text(bytes, column.type)
            case .headers: headers = Self.text(bytes, column.type)
            case .time: time = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case .position: position = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case nil: break
            }
        }

        private static func id(_ bytes: UnsafeRawBufferPointer, _ type: UInt32) -> OutboxRow.ID {
            switch type {
            case PostgresType.uuid: .uuid(bytes)
            case PostgresType.int8:
                .number(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
            case PostgresType.int4:
                .number(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
            default: .text(bytes)
            }
        }

        /// The binary form of jsonb is its version, 1, and the text.
        private static func text(
            _ bytes: UnsafeRawBufferPointer, _ type: UInt32
        ) -> UnsafeRawBufferPointer {
            type == PostgresType.jsonb
                ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes
        }

        func row(_ names: TopicNames, time: Int64) -> OutboxRow {
            OutboxRow(
                id: id,
                topic: topicColumns == 1 ? names.topic(topic) : names.topic(topicValues), key: key,
                type: type, payload: payload, headers: headers, createdAt: self.time ?? time,
                position: position)
        }
    }
}
