import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// A part of an account's entries: oldest first on one axis, from `from` until before `to`.
struct EntryRange: Sendable {
    let account: AccountID
    let axis: TimeAxis
    let from: Date?
    let to: Date?

    /// Throws 400 for an interval that ends before it begins.
    init(_ account: AccountID, _ scope: RequestScope) throws(Problem) {
        self.account = account
        axis = try scope.axis()
        from = try scope.time("from")
        to = try scope.time("to")
        if let from, let to, to < from {
            throw .invalidParameter("to", "'to' must not lie before 'from'.")
        }
    }

    /// At most `limit` entries after a cursor. Throws 400 for a cursor that is not one of ours, 422
    /// for a running balance that cannot be counted.
    func entries(
        after cursor: String?, limit: Int, in tx: borrowing Transaction
    ) throws -> [EntryView] {
        let after = try EntryCursor(cursor, on: axis)
        let rows: Rows
        do throws(PostgresError) {
            switch axis {
            case .known:
                rows = try tx.query(
                    EntryQueries.known, account.uuid, from, to, after.count, Int64(limit))
            case .effective:
                rows = try tx.query(
                    EntryQueries.effective, account.uuid, after.moment?.date ?? from, to,
                    after.count, Int64(limit))
            }
        } catch {
            throw error.ofBalances
        }
        return try rows.map(EntryView.init(row:))
    }

    /// The balances right before `from` and right before `to`. Throws 422 for one that cannot be
    /// counted.
    func bounds(in tx: borrowing Transaction) throws -> (opening: Int64, closing: Int64) {
        let rows: Rows
        do throws(PostgresError) {
            rows = try tx.query(EntryQueries.bounds, account.uuid, from, to, axis.rawValue)
        } catch {
            throw error.ofBalances
        }
        guard let row = rows.first else { throw Problem.notFound }
        return (try row.read(0), try row.read(1))
    }
}
