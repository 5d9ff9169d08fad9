import Contracts
import Postgres

/// Accounts that were locked, and read as they stood then.
struct LockedAccounts {
    private(set) var accounts: [Account] = []
    /// When all were locked; `nil` if there were none.
    private(set) var at: Moment?

    /// Reads the columns of `BookQueries.lockAccounts`.
    init(_ rows: Rows) throws {
        accounts.reserveCapacity(rows.count)
        for row in rows {
            accounts.append(try Account(row: row))
            let moment = Moment(try row.read(14))
            at = at.map { max($0, moment) } ?? moment
        }
    }
}
