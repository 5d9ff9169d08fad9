public import Postgres

/// A kind of fact that a service seals: where its rows are, and what they say.
///
/// The host knows nothing of what the rows mean. Rows are never changed or deleted, and have a
/// column `xid xid8 NOT NULL DEFAULT pg_current_xact_id()`.
public struct SealedKind: Sendable {
    /// What leaves call it: `transfer`.
    let name: String
    /// A key below that of every row.
    let lowestKey: String
    let isKey: @Sendable (String) -> Bool
    let following: Statement
    let contents: Statement
    let trail: Trail?

    /// How rows are read as lines of the audit trail, newest first: columns xid, key, time, actor,
    /// action, subject, request id or NULL, detail (JSON, as text) and the index of the row's leaf
    /// or NULL.
    public struct Trail: Sendable {
        let list: Statement
        let ofSubject: Statement
        let isSubject: @Sendable (String) -> Bool

        /// - Parameters:
        ///   - list: $1 tenant, $2 actor or NULL, $3 action or NULL, $4 and $5 the xid (text) and
        ///     the key below which it begins, $6 limit.
        ///   - ofSubject: the same, and $7 the subject.
        ///   - isSubject: whether a text can be the subject of one of these lines.
        public init(
            list: Statement, ofSubject: Statement,
            isSubject: @escaping @Sendable (String) -> Bool
        ) {
            self.list = list
            self.ofSubject = ofSubject
            self.isSubject = isSubject
        }
    }

    /// - Parameters:
    ///   - isKey: whether a text can be the key of a row: what a tampered leaf says may not.
    ///   - following: the rows that come after one, in the order (xid, id): columns xid, key (text,
    ///     as leaves have it) and the time at which the row was written down, in microseconds
    ///     since 1970. $1 the other's xid (text), $2 its key, $3 limit.
    ///   - contents: columns key, that time and the content: everything that the row says, as one
    ///     canonical text. A column that is added later goes into it only where it is not NULL, so
    ///     that rows from before still say what was sealed. $1 keys.
    ///   - trail: given if the rows are lines of the audit trail themselves.
    public init(
        name: String, lowestKey: String, isKey: @escaping @Sendable (String) -> Bool,
        following: Statement, contents: Statement, trail: Trail? = nil
    ) {
        self.name = name
        self.lowestKey = lowestKey
        self.isKey = isKey
        self.following = following
        self.contents = contents
        self.trail = trail
    }
}

extension AuditTrail {
    /// The audit trail's own rows.
    static let sealedKind = SealedKind(
        name: "audit", lowestKey: key(.min), isKey: { id($0) != nil },
        following: SealingQueries.followingAudit, contents: SealingQueries.auditContents,
        trail: .init(
            list: AuditListingQueries.list, ofSubject: AuditListingQueries.ofSubject,
            isSubject: { _ in true }))

    /// As leaves call an audit row.
    static func key(_ id: Int64) -> String { "aud_\(id)" }

    /// The audit row that has that key; `nil` for what is no such key.
    static func id(_ key: String) -> Int64? {
        guard key.hasPrefix("aud_"), let id = Int64(key.dropFirst(4)), key == Self.key(id) else {
            return nil
        }
        return id
    }
}

/// A row that may be sealed.
struct SealableRow: Sendable {
    /// How far the sealer has come in a kind.
    struct Place: Codable, Equatable, Sendable {
        let xid: Int64
        let key: String

        /// After all rows.
        static let end = Place(xid: .max, key: "")
    }

    let place: Place
    /// Microseconds since 1970.
    let at: Int64
}

extension SealableRow {
    init(_ row: Row) throws(PostgresError) {
        self.init(
            place: Place(xid: try row.read(0), key: try row.read(1)), at: try row.read(2))
    }
}

extension SealedKind {
    var start: SealableRow.Place { SealableRow.Place(xid: 0, key: lowestKey) }

    /// Rows after a place, in order. Throws `PostgresError`.
    func rows(
        after place: SealableRow.Place, limit: Int, _ tx: borrowing Transaction
    ) throws(PostgresError) -> [SealableRow] {
        let rows = try tx.query(following, "\(place.xid)", place.key, Int64(limit))
        var sealable: [SealableRow] = []
        for row in rows { sealable.append(try SealableRow(row)) }
        return sealable
    }
}
