import Contracts
import Postgres

/// The accounts of a request that names many of one tenant.
///
/// Two such requests nearly always name some of the same accounts. One that waited for the first of
/// these would lock and post everything else only afterwards, while everybody waits. So it locks
/// what is free, posts what needs no more than that, and takes the rest when its turn has come: one
/// large request of a tenant at a time has all its accounts (a fifth more batches of 1,000 a
/// second, 2026-11).
///
/// Who has locks out of order waits for its turn only, and who has the turn waits for no account:
/// nobody waits in a circle. If somebody small has one of the rest then, everything is undone.
struct LargeRequest {
    /// What was free, and what nobody had asked for.
    let locked: LockedAccounts
    /// What was not, or is not there.
    let awaited: Set<AccountID>

    private let tenant: String

    /// From how many accounts on a request is large.
    private static let least = 500
    /// More than so many are not asked for: each takes a place in a table that all share.
    private static let mostAsked = 200

    /// `nil` if the request is not large: then nothing was done.
    init?(_ named: Set<Owned<AccountID>>, in tx: borrowing Transaction) throws {
        guard named.count >= Self.least else { return nil }
        let asked = Array(named)
        guard asked.tenants.count == 1 else { return nil }
        tenant = asked[0].tenant
        try tx.execute(BookQueries.beginAhead)
        locked = try LockedAccounts(
            tx.query(BookQueries.lockUnasked, asked.map(\.name.uuid), [tenant]))
        awaited = Set(asked.map(\.name)).subtracting(locked.accounts.map(\.id))
        if isAsked { try tx.query(BookQueries.ask, awaited.map(\.uuid)) }
    }

    /// Whether others leave the rest to this one. If not, it should wait for its turn at once:
    /// the more is written before, the more may have to be undone.
    var isAsked: Bool { awaited.count <= Self.mostAsked }

    /// Waits for the turn, and locks the rest. Returns `nil` if somebody small has some of it: then
    /// all that was locked and written since `init` is undone.
    func lockRest(in tx: borrowing Transaction) throws -> LockedAccounts? {
        try tx.execute(BookQueries.awaitTurn, tenant)
        let rest = try LockedAccounts(
            tx.query(BookQueries.lockFree, awaited.map(\.uuid), [tenant]))
        let missing = awaited.subtracting(rest.accounts.map(\.id))
        guard !missing.isEmpty,
            try tx.query(BookQueries.areThere, missing.map(\.uuid), [tenant])[0].read(0)
        else { return rest }
        try tx.execute(BookQueries.giveBack)
        return nil
    }

    /// For one that was undone and has locked its accounts in the order of their ids, as everybody
    /// does who waits for some while it has others: the next one waits until it is done.
    func takeTurn(in tx: borrowing Transaction) throws {
        try tx.execute(BookQueries.awaitTurn, tenant)
    }
}
