import Contracts
import Money
import Postgres
import ServiceHost

/// `GET /v1/trial-balance?at=&axis=`: the books of a tenant are right if every difference is zero.
///
/// Without `at` it is of now, on either axis: everything that was recorded.
struct GetTrialBalance: Encodable, Sendable {
    /// Sums of the balances of one currency's accounts, in minor units.
    struct Line: Encodable, Sendable {
        let currency: Currency
        /// Balances per kind, each in its normal direction.
        var kinds: [AccountKind.RawValue: Int64] = [:]
        /// Of assets and expenses.
        var debits: Int64 = 0
        /// Of all other kinds.
        var credits: Int64 = 0
        /// Zero, or there is something to look into.
        var difference: Int64 = 0
    }

    let data: [Line]

    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        var lines: [Line] = []
        let rows = try tx.query(
            LedgerQueries.trialBalance, scope.tenant, try scope.time("at"),
            try scope.axis().rawValue)
        for row in rows {
            let currency = try row.currency(0)
            let kind: AccountKind = try row.word(1)
            if lines.last?.currency != currency { lines.append(Line(currency: currency)) }
            lines[lines.count - 1].add(try row.read(2), of: kind)
        }
        return .ok(GetTrialBalance(data: lines))
    }
}

extension GetTrialBalance.Line {
    fileprivate mutating func add(_ sum: Int64, of kind: AccountKind) {
        kinds[kind.rawValue] = sum
        switch kind.normalSide {
        case .debit: debits += sum
        case .credit: credits += sum
        }
        difference = debits - credits
    }
}
