import FoundationEssentials
import Contracts
import Postgres

/// The audit trail as one list, newest first: its own rows, and facts that tell themselves who
/// brought them about. In the reverse order of their sealing, which is that of transactions, then
/// of kinds, then of keys.
struct AuditListing: Sendable {
    /// What is asked for; `nil` is anything.
    struct Filter: Sendable {
        let tenant: String
        let subject: String?
        let actor: String?
        let action: String?
    }

    /// The line at which a page ended.
    struct Cursor: Sendable {
        let place: SealableRow.Place
        /// Of the line's kind, in the order of the kinds.
        fileprivate let rank: Int
    }

    let kinds: [SealedKind]

    /// `nil` for what no page ended with.
    func cursor(_ text: String) -> Cursor? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let xid = Int64(parts[0]), (1..<Int64.max).contains(xid),
            let rank = kinds.firstIndex(where: { $0.isKey(parts[1]) })
        else { return nil }
        return Cursor(place: SealableRow.Place(xid: xid, key: parts[1]), rank: rank)
    }

    /// At most `limit` lines. Throws `PostgresError`, and `DecodingError` for a detail that is no
    /// JSON.
    func lines(
        _ filter: Filter, below cursor: Cursor?, limit: Int, _ tx: borrowing Transaction
    ) throws -> [AuditLine] {
        var queues: [ArraySlice<AuditLine>] = []
        for (rank, kind) in kinds.enumerated() {
            let beginning = beginning(of: kind, rank, below: cursor)
            queues.append(try lines(of: kind, filter, below: beginning, limit, tx)[...])
        }
        var merged: [AuditLine] = []
        while merged.count < limit {
            // Of those of one transaction, the later kind comes first.
            let next = queues.indices.reversed().max { one, other in
                (queues[one].first?.place.xid ?? -1) < (queues[other].first?.place.xid ?? -1)
            }
            guard let next, let line = queues[next].popFirst() else { break }
            merged.append(line)
        }
        return merged
    }

    /// The place below which a kind's lines are asked for.
    private func beginning(
        of kind: SealedKind, _ rank: Int, below cursor: Cursor?
    ) -> SealableRow.Place {
        guard let cursor else { return SealableRow.Place(xid: .max, key: kind.lowestKey) }
        let (xid, key) = (cursor.place.xid, cursor.place.key)
        if rank == cursor.rank { return SealableRow.Place(xid: xid, key: key) }
        // Of the cursor's own transaction, either all are to come or all have been.
        return SealableRow.Place(xid: rank < cursor.rank ? xid + 1 : xid, key: kind.lowestKey)
    }

    private func lines(
        of kind: SealedKind, _ filter: Filter, below place: SealableRow.Place, _ limit: Int,
        _ tx: borrowing Transaction
    ) throws -> [AuditLine] {
        guard let trail = kind.trail else { return [] }
        guard let subject = filter.subject else {
            return try tx.query(
                trail.list, filter.tenant, filter.actor, filter.action, "\(place.xid)", place.key,
                limit
            ).map(AuditLine.init)
        }
        guard trail.isSubject(subject) else { return [] }
        return try tx.query(
            trail.ofSubject, filter.tenant, filter.actor, filter.action, "\(place.xid)", place.key,
            limit, subject
        ).map(AuditLine.init)
    }
}

/// One line of the list.
struct AuditLine: Sendable {
    let place: SealableRow.Place
    let at: Date
    let actor: String
    let action: String
    let subject: String
    let requestID: String?
    let detail: StoredJSON
    let leaf: Int64?

    /// As a page ends with it.
    var cursor: String { "\(place.xid):\(place.key)" }

    /// Reads the columns of a `SealedKind.Trail`.
    init(_ row: Row) throws {
        place = SealableRow.Place(xid: try row.read(0), key: try row.read(1))
        at = try row.read(2)
        actor = try row.read(3)
        action = try row.read(4)
        subject = try row.read(5)
        requestID = try row.read(6)
        detail = try WireJSON.decode(from: try row.read(7, as: String.self).utf8)
        leaf = try row.read(8)
    }
}

/// The trail's own rows as lines. See `SealedKind.Trail`.
enum AuditListingQueries {
    static let list = Statement(
        """
        SELECT xid, 'aud_' || audit.id, at, actor, action, subject, request_id, detail::text,
               leaf.index
        FROM audit
        LEFT JOIN audit_leaf AS leaf
            ON leaf.kind = 'audit' AND leaf.row_key = 'aud_' || audit.id
        WHERE tenant = $1
          AND ($2::text IS NULL OR actor = $2)
          AND ($3::text IS NULL OR action = $3)
          AND (xid, audit.id) < ($4::text::xid8, substr($5::text, 5)::bigint)
        ORDER BY xid DESC, audit.id DESC
        LIMIT $6
        """)

    static let ofSubject = Statement(
        """
        SELECT xid, 'aud_' || audit.id, at, actor, action, subject, request_id, detail::text,
               leaf.index
        FROM audit
        LEFT JOIN audit_leaf AS leaf
            ON leaf.kind = 'audit' AND leaf.row_key = 'aud_' || audit.id
        WHERE tenant = $1 AND subject = $7
          AND ($2::text IS NULL OR actor = $2)
          AND ($3::text IS NULL OR action = $3)
          AND (xid, audit.id) < ($4::text::xid8, substr($5::text, 5)::bigint)
        ORDER BY xid DESC, audit.id DESC
        LIMIT $6
        """)
}
