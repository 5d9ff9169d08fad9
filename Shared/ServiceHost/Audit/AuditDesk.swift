import Audit
import Contracts
import FoundationEssentials
import Postgres

/// `/v1/audit`: who did what to what, for operators.
enum AuditDesk {
    static func add(to routes: inout Routes) {
        routes.get("/v1/audit", scope: .operator, handler: list)
        routes.get("/v1/audit/checkpoint", scope: .operator, handler: checkpoint)
    }

    /// Newest first.
    @Sendable private static func list(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let page = try scope.page()
        let below = try page.cursor.map { text throws(Problem) in
            guard let id = AuditTrail.id(text) else {
                throw .invalidParameter("cursor", "'cursor' is not one of this list.")
            }
            return id
        }
        let lines = try tx.query(
            AuditDeskQueries.list, scope.tenant, scope.query("subject"), scope.query("actor"),
            scope.query("action"), below ?? .max, page.fetch
        ).map(AuditLineView.init)
        return .ok(page.answer(lines, id: \.id) { $0 })
    }

    /// The last one that was signed.
    @Sendable private static func checkpoint(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        guard let row = try tx.query(AuditDeskQueries.checkpoint).first else {
            throw Problem.notFound(
                code: HostCode.nothingSealed,
                detail: "There is no checkpoint: nothing is sealed yet.")
        }
        return .ok(
            CheckpointView(
                treeSize: try row.read(0), at: try row.read(1), note: try row.read(2)))
    }
}

/// A line of the audit trail as operators see it.
struct AuditLineView: Encodable, Sendable {
    let id: String
    let at: Date
    let actor: String
    let action: String
    let subject: String
    @Nullable var requestId: String?
    let detail: StoredJSON
    /// Its place in the sealed log; null for the moment until it is sealed.
    @Nullable var leaf: Int64?

    init(_ row: Row) throws {
        id = AuditTrail.key(try row.read(0))
        at = try row.read(1)
        actor = try row.read(2)
        action = try row.read(3)
        subject = try row.read(4)
        requestId = try row.read(5)
        detail = try WireJSON.decode(from: try row.read(6, as: String.self).utf8)
        leaf = try row.read(7)
    }
}

/// A checkpoint as operators see it.
struct CheckpointView: Encodable, Sendable {
    let treeSize: Int64
    let at: Date
    /// The signed note, as `farthing audit verify --checkpoint` takes it.
    let note: String
}

enum AuditDeskQueries {
    /// $1 tenant, $2 subject, $3 actor, $4 action, $5 below this id, $6 limit.
    static let list = Statement(
        """
        SELECT audit.id, at, actor, action, subject, request_id, detail::text, leaf.index
        FROM audit
        LEFT JOIN audit_leaf AS leaf
            ON leaf.kind = 'audit' AND leaf.row_key = 'aud_' || audit.id
        WHERE tenant = $1
          AND ($2::text IS NULL OR subject = $2)
          AND ($3::text IS NULL OR actor = $3)
          AND ($4::text IS NULL OR action = $4)
          AND audit.id < $5
        ORDER BY audit.id DESC
        LIMIT $6
        """)

    static let checkpoint = Statement(
        "SELECT tree_size, at, note FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1")
}
