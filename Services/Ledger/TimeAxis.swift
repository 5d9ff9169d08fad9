import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// What a moment of the past means.
enum TimeAxis: String, CaseIterable, Codable, Sendable {
    /// When things took effect for their parties; what is dated back changes it.
    case effective
    /// When the ledger recorded them; what was known at a moment never changes.
    case known
}

extension RequestScope {
    /// `?axis=`; effective, if not given. Throws 400.
    func axis() throws(Problem) -> TimeAxis {
        try queryWord("axis", as: TimeAxis.self) ?? .effective
    }

    /// A time among the query parameters, moved to the nearest that the ledger keeps. Throws 400
    /// for what RFC 3339 would not write.
    func time(_ name: String) throws(Problem) -> Date? {
        guard let text = query(name) else { return nil }
        guard let time = RFC3339.parse(text) else {
            throw .invalidParameter(name, "'\(name)' must be a time as RFC 3339 has it.")
        }
        return LedgerTime.clamped(time)
    }
}

extension PostgresError {
    /// The answer to a question about balances over time. What was dated back or ahead adds up in
    /// another order than that in which it was recorded, and may come to more than a balance can be.
    var ofBalances: any Error {
        code == .numericValueOutOfRange ? LedgerRefusal.overflowAtMoment.problem : self
    }
}

/// What was known at a moment must not change after it was told. A transaction that is under way may
/// yet record something before a moment of just now, so such a question waits for it.
enum Settling {
    /// Of one account: its row is locked against writers until the answer is read.
    static func settle(
        _ account: AccountView, until moment: Date?, in tx: borrowing Transaction
    ) throws {
        try tx.query(LedgerQueries.lockAgainstWriters, account.id.uuid, moment)
    }

    /// Of all accounts: what writes by now has ended, and what begins later is recorded later.
    /// Throws 400 for a moment that is yet to come.
    static func settleAll(until moment: Date, in tx: borrowing Transaction) throws {
        guard try tx.query(LedgerQueries.hasCome, moment)[0].read(0, as: Bool.self) else {
            throw Problem.invalidParameter("at", "What will be known is not known yet.")
        }
        try tx.query(LedgerQueries.awaitWriters, moment)
    }
}
