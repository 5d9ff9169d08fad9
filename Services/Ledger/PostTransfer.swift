import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// `POST /v1/transfers`: several debits and credits, all of them or none.
struct PostTransfer: Codable, Sendable {
    struct EntryInput: Codable, Sendable {
        let account: AccountID
        let side: Side
        let amount: Amount
    }

    let entries: [EntryInput]
    let currency: Currency
    let reference: ShortText?
    let effectiveAt: Date?
    /// Decides, and records nothing.
    let dryRun: Bool?
    let metadata: Metadata?

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        try LedgerTime.check(effectiveAt, "effective_at")
        let draft = TransferDraft(
            id: TransferID(),
            lines: entries.map {
                Line(
                    account: $0.account, side: $0.side,
                    amount: Money($0.amount.minorUnits, currency))
            },
            reference: reference?.text)
        var named = WorkingSet()
        for entry in entries { named.name(entry.account, of: scope.tenant) }
        if let reference { named.name(reference: reference.text, of: scope.tenant) }

        if dryRun == true { return try rehearse(draft, naming: named, scope, tx) }
        let details = TransferDetails(
            effectiveAt: effectiveAt,
            metadata: try metadata.map { JSONText(try WireJSON.encode($0)) })
        return try Self.claiming(reference) {
            let refused = try Book.change(
                naming: named, details: [draft.id: details], in: tx
            ) { book throws(LedgerRefusal) in
                try book.post(draft, for: Cause(scope))
            }
            if let refused { return .problem(refused) }
            return .created(
                try TransferView(draft.id, of: scope.tenant, in: tx),
                location: "/v1/transfers/\(draft.id)")
        }
    }

    /// Says `duplicate-reference` where another transfer took the reference after this one had
    /// looked.
    static func claiming(_ reference: ShortText?, _ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let error as PostgresError
            where error.code == .uniqueViolation && error.constraint == "transfer_reference"
        {
            throw LedgerRefusal.duplicateReference(reference?.text ?? "").problem
        }
    }

    private func rehearse(
        _ draft: TransferDraft, naming named: WorkingSet, _ scope: RequestScope,
        _ tx: borrowing Transaction
    ) throws -> Answer {
        var book = try Book.load(named, in: tx)
        do throws(LedgerRefusal) {
            let transfer = try book.post(draft, for: Cause(scope))
            return .ok(
                TransferView(
                    dryRun: transfer, currency: currency, metadata: metadata ?? Metadata(),
                    effectiveAt: effectiveAt))
        } catch {
            return .problem(error.problem)
        }
    }
}

/// `GET /v1/transfers/{id}`.
enum GetTransfer {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try TransferView(scope.id(), of: scope.tenant, in: tx))
    }
}
