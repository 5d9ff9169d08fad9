import Contracts
import Postgres

/// Accounts that were locked, and read as they stood then.
struct LockedAccounts {
    private(set) var accounts: [Account] = []
    /// When all were locked; `nil` if there were none.
    private(set) var at: Moment?

    /// From how many accounts on those that are free are locked ahead.
    private static let many = 500

    /// Reads the columns of `BookQueries.lockAccounts`.
    init(_ rows: Rows) throws {
        try add(rows)
    }

    /// Locks accounts that are named themselves: in the order of their ids, as everybody does who
    /// waits for some while it has others; many of them ahead, if that can be done.
    init(named asked: [Owned<AccountID>], in tx: borrowing Transaction) throws {
        let isLarge = asked.count >= Self.many && asked.tenants.count == 1
        if isLarge, let ahead = try Self.lockAhead(asked, in: tx) {
            self = ahead
            return
        }
        try self.init(
            tx.query(BookQueries.lockNamed, asked.map(\.name.uuid), asked.tenants))
        if isLarge { try tx.execute(BookQueries.awaitTurn, asked[0].tenant) }
    }

    /// Locks what is free while the large request before this one still has the rest, and the rest
    /// when that one is done. Two large requests nearly always name some of the same accounts: one
    /// that waited for the first of these would lock all behind it only afterwards, while everybody
    /// waits (a fourteenth more batches of 1,000 a second, 2026-11).
    ///
    /// Who has locks out of order waits for its turn only, and whoever has the turn waits for no
    /// account: nobody waits in a circle. What is not free then makes all be given back, and `nil`
    /// be returned.
    private static func lockAhead(
        _ asked: [Owned<AccountID>], in tx: borrowing Transaction
    ) throws -> LockedAccounts? {
        try tx.execute(BookQueries.beginAhead)
        var ahead = try LockedAccounts(
            tx.query(BookQueries.lockFree, asked.map(\.name.uuid), asked.tenants))
        let locked = Set(ahead.accounts.map(\.id))
        let rest = asked.filter { !locked.contains($0.name) }
        try tx.execute(BookQueries.awaitTurn, asked[0].tenant)
        guard !rest.isEmpty else { return ahead }
        try ahead.add(tx.query(BookQueries.lockFree, rest.map(\.name.uuid), rest.tenants))
        if ahead.accounts.count == asked.count { return ahead }
        try tx.execute(BookQueries.giveBack)
        return nil
    }

    private mutating func add(_ rows: Rows) throws {
        accounts.reserveCapacity(accounts.count + rows.count)
        for row in rows {
            accounts.append(try Account(row: row))
            let moment = Moment(try row.read(14))
            at = at.map { max($0, moment) } ?? moment
        }
    }
}
