import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

extension Book {
    /// Queues everything that happened to the book: rows, events and the audit trail. It goes out
    /// with the next query or the commit, and that is where its errors surface.
    ///
    /// The order matters: holds are there before the transfers that resolve them, and the outbox is
    /// written after every account that it tells of is locked.
    func record(
        metadata: [TransferID: JSONText] = [:], in tx: borrowing Transaction
    ) throws {
        guard !changes.isEmpty else { return }
        try insertHolds(in: tx)
        let transfers = changes.compactMap { change in
            if case .transfer(let transfer) = change.kind { transfer } else { nil }
        }
        if transfers.isEmpty {
            try updateAccounts(in: tx)
        } else {
            try post(transfers, metadata, in: tx)
        }
        try resolveHolds(in: tx)
        try Journal.append(changes, in: tx)
    }

    private func updateAccounts(in tx: borrowing Transaction) throws {
        let changed = changedAccounts.keys.compactMap { accounts[$0] }
        guard !changed.isEmpty else { return }
        try tx.execute(
            BookQueries.updateAccounts,
            changed.map(\.id.uuid), changed.map(\.tenant), changed.map(\.status.rawValue),
            changed.map(\.held))
    }

    private func insertHolds(in tx: borrowing Transaction) throws {
        let placed = holds(that: .placed)
        guard !placed.isEmpty else { return }
        try tx.execute(
            BookQueries.insertHolds,
            placed.map(\.id.uuid), placed.map(\.tenant), placed.map(\.account.uuid),
            placed.map(\.to?.uuid), placed.map(\.amount.minorUnits),
            placed.map(\.amount.currency.code), placed.map(\.payment?.uuid),
            placed.map(\.saga?.uuid), placed.map(\.expiresIn), placed.map(\.follows?.uuid))
    }

    private func resolveHolds(in tx: borrowing Transaction) throws {
        let resolved = holds(that: .posted, .voided, .expired)
        guard !resolved.isEmpty else { return }
        try tx.execute(
            BookQueries.resolveHolds,
            resolved.map(\.id.uuid), resolved.map(\.tenant), resolved.map(\.status.rawValue),
            resolved.map(\.transfer?.uuid))
    }

    /// The database refuses what is recorded too far ahead of its clock. That is no refusal of the
    /// transfers: they can be posted as soon as the clock has come nearer, and not before.
    private func checkClock() throws(Problem) {
        let lead = (now.microseconds - lockedAt.microseconds) / 1_000_000 - Self.longestLead
        guard lead >= 0 else { return }
        throw .unavailable(
            code: HostCode.clockBehind,
            detail: "An account was recorded at a time that the database's clock has yet to reach.",
            retryAfter: Int(min(lead + 1, 3600)))
    }

    /// In seconds; the database has the same limit, see `post_transfers`.
    private static let longestLead: Int64 = 3600

    private func post(
        _ transfers: [Transfer], _ metadata: [TransferID: JSONText], in tx: borrowing Transaction
    ) throws {
        try checkClock()
        let moves = changedAccounts.compactMap { id, before in
            accounts[id].map { PostedRows.Move(before: before, after: $0) }
        }
        try PostedRows(accounts: moves, transfers: transfers, metadata: metadata, moment: now)
            .write(in: tx)
    }

    /// The holds that this happened to, as they stood right after it.
    private func holds(that happened: HoldChanged.Change...) -> [Hold] {
        changes.compactMap { change in
            guard case .hold(let hold, let what) = change.kind, happened.contains(what) else {
                return nil
            }
            return hold
        }
    }
}
