import Audit
import Contracts
import FoundationEssentials
import Postgres

/// `/v1/audit`: who did what to what, for operators.
struct AuditDesk: Sendable {
    private let listing: AuditListing

    init(_ kinds: [SealedKind]) { listing = AuditListing(kinds: kinds) }

    func add(to routes: inout Routes) {
        routes.get("/v1/audit", scope: .operator) { scope, tx in try list(scope, tx) }
        routes.get("/v1/audit/checkpoint", scope: .operator, handler: Self.checkpoint)
    }

    /// Newest first.
    private func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let cursor = try page.cursor.map { text throws(Problem) in
            guard let cursor = listing.cursor(text) else {
                throw .invalidParameter("cursor", "'cursor' is not one of this list.")
            }
            return cursor
        }
        let lines = try listing.lines(
            AuditListing.Filter(
                tenant: scope.tenant, subject: scope.query("subject"),
                actor: scope.query("actor"), action: scope.query("action")),
            below: cursor, limit: page.fetch, tx)
        return .ok(page.answer(lines, id: \.cursor) { AuditLineView($0) })
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

    init(_ line: AuditLine) {
        id = line.place.key
        at = line.at
        actor = line.actor
        action = line.action
        subject = line.subject
        _requestId = Nullable(wrappedValue: line.requestID)
        detail = line.detail
        _leaf = Nullable(wrappedValue: line.leaf)
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
    static let checkpoint = Statement(
        "SELECT tree_size, at, note FROM audit_checkpoint ORDER BY tree_size DESC LIMIT 1")
}
