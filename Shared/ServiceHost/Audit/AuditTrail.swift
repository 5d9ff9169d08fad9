import Contracts
public import Postgres

/// One line of the audit trail: who did what to what.
public struct AuditRow: Sendable {
    public let tenant: String
    /// The token's `sub`, or what acted on its own: `saga`, `ledger`.
    public let actor: String
    /// What was done, in the service's words: `account.opened`.
    public let action: String
    /// The id of what it was done to.
    public let subject: String
    /// The HTTP request that asked for it, if one did.
    public let requestID: String?
    /// What else is worth knowing, written as JSON.
    public let detail: any Encodable & Sendable

    public init(
        tenant: String, actor: String, action: String, subject: String, requestID: String? = nil,
        detail: some Encodable & Sendable = [String: String]()
    ) {
        self.tenant = tenant
        self.actor = actor
        self.action = action
        self.subject = subject
        self.requestID = requestID
        self.detail = detail
    }

    /// A row about what an HTTP request did.
    public init(
        _ scope: RequestScope, action: String, subject: String,
        detail: some Encodable & Sendable = [String: String]()
    ) {
        self.init(
            tenant: scope.tenant, actor: scope.actor, action: action, subject: subject,
            requestID: scope.requestID, detail: detail)
    }
}

/// The append-only record of every change, written in the change's own transaction.
public enum AuditTrail {
    /// Queues the rows; they are written no later than at commit. Throws `EncodingError` if a
    /// detail cannot be written as JSON.
    public static func append(_ rows: [AuditRow], in tx: borrowing Transaction) throws {
        guard !rows.isEmpty else { return }
        try tx.execute(
            HostQueries.appendAudit,
            rows.map(\.tenant), rows.map(\.actor), rows.map(\.action), rows.map(\.subject),
            rows.map(\.requestID), rows.map { try WireJSON.text($0.detail) })
    }
}

extension WireJSON {
    /// Writes a value as text. Throws `EncodingError`.
    static func text(_ value: some Encodable) throws -> String {
        String(decoding: try encode(value), as: UTF8.self)
    }
}
