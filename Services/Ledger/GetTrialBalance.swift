import Contracts
import Money
import Postgres
import ServiceHost

/// `GET /v1/trial-balance?at=&axis=`: the books of a tenant are right if every difference is zero.
///
/// Without `at` it is of now, on either axis: everything that was recorded, also what takes effect
/// later.
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
        let (moment, axis) = (try scope.time("at"), try scope.axis())
        if axis == .known, let moment { try Settling.settleAll(until: moment, in: tx) }
        let rows: Rows
        do throws(PostgresError) {
            rows = try tx.query(LedgerQueries.trialBalance, scope.tenant, moment, axis.rawValue)
        } catch {
            throw error.ofBalances
        }
        var lines: [Line] = []
        for row in rows {
            let currency = try row.currency(0)
            let kind: AccountKind = try row.word(1)
            if lines.last?.currency != currency { lines.append(Line(currency: currency)) }
            let sum = Int64(try row.read(2, as: String.self))
            do throws(LedgerRefusal) {
                guard let sum else { throw .sumOverflow(in: currency) }
                try lines[lines.count - 1].add(sum, of: kind)
            } catch {
                return .problem(error.problem)
            }
        }
        return .ok(GetTrialBalance(data: lines))
    }
}

extension GetTrialBalance.Line {
    /// Many balances may sum to more than each of them can be. Throws `.balanceOverflow`.
    fileprivate mutating func add(_ sum: Int64, of kind: AccountKind) throws(LedgerRefusal) {
        kinds[kind.rawValue] = sum
        let isDebit = kind.normalSide == .debit
        let (total, isTooMuch) = (isDebit ? debits : credits).addingReportingOverflow(sum)
        if isDebit { debits = total } else { credits = total }
        let (left, isTooFar) = debits.subtractingReportingOverflow(credits)
        difference = left
        guard !isTooMuch, !isTooFar else { throw .sumOverflow(in: currency) }
    }
}
