import Contracts
import FoundationEssentials
import Money
import Postgres

/// Transfers that were decided, and what they make of the accounts they move, for the database to
/// look at once more and to write.
struct PostedRows {
    /// An account as it was locked, and as it becomes.
    struct Move {
        var before: Account
        var after: Account

        /// Whose it is; `nil` if it has entries, which say so.
        fileprivate var tenant: String? {
            after.version == before.version ? before.tenant : nil
        }

        fileprivate var changedStatus: String? {
            after.status == before.status ? nil : after.status.rawValue
        }
    }

    var accounts: [Move]
    var transfers: [Transfer]
    var metadata: [TransferID: JSONText]
    /// When all of it is recorded.
    var moment: Moment

    /// Queues them. What the database refuses surfaces with the next query: `.checkViolation`,
    /// with the name of the rule.
    func write(in tx: borrowing Transaction) throws(PostgresError) {
        let entries = transfers.flatMap { transfer in
            transfer.entries.enumerated().map { (transfer: transfer.id.uuid, line: $0, entry: $1) }
        }
        try tx.execute(
            BookQueries.post,
            accounts.map(\.before.id.uuid), accounts.map { $0.before.place.flatMap(TupleID.init) },
            accounts.map(\.tenant), accounts.map(\.before.version), accounts.map(\.before.posted),
            accounts.map(\.before.chainAt.date), accounts.map(\.before.displaced),
            accounts.map(\.after.version), accounts.map(\.after.posted),
            accounts.map(\.after.chainAt.date), accounts.map(\.after.displaced),
            accounts.map(\.after.held), accounts.map(\.changedStatus),
            transfers.map(\.id.uuid), transfers.map(\.tenant), transfers.map(\.draft.reference),
            transfers.map(\.draft.payment?.uuid), transfers.map(\.cause.saga?.uuid),
            transfers.map(\.draft.hold?.uuid), transfers.map(\.time.effectiveAt.date),
            transfers.map { metadata[$0.id] }, transfers.map(\.draft.reverses?.uuid),
            transfers.map(\.cause.actor), transfers.map(\.cause.requestID),
            entries.map(\.entry.line.account.uuid), entries.map(\.entry.version),
            entries.map(\.transfer), entries.map { Int64($0.line) },
            entries.map { $0.entry.line.side == .debit },
            entries.map(\.entry.line.amount.minorUnits), entries.map(\.entry.balanceAfter),
            entries.map(\.entry.chainAt.date), entries.map(\.entry.displaced), moment.date)
    }
}
