import Contracts
import Money

/// The two sides of an entry.
enum Side: String, Codable, Sendable { case debit, credit }

/// The five kinds of account, which decide the direction that a balance is shown in.
enum AccountKind: String, Codable, Sendable, CaseIterable {
    case asset, liability, equity, revenue, expense

    /// The side that adds to the balance.
    var normalSide: Side {
        switch self {
        case .asset, .expense: .debit
        case .liability, .equity, .revenue: .credit
        }
    }
}

/// What may happen to an account: everything, only the release of holds, or nothing any more.
enum AccountStatus: String, Codable, Sendable, CaseIterable { case active, frozen, closed }

/// One of the operator's own accounts of a tenant, which the ledger opens on first need.
struct OperatorAccount: Hashable, Sendable {
    enum Role: String, Sendable { case fees, tax }

    let role: Role
    let currency: Currency

    /// Fees are the operator's revenue; tax is owed to the authority.
    var kind: AccountKind { role == .fees ? .revenue : .liability }
    /// For people: `Fees USD`.
    var name: String { (role == .fees ? "Fees " : "Tax ") + currency.code }
}

/// An account as the rules of posting see it.
///
/// Amounts are minor units of `currency` in the account's normal direction. `held` and
/// `overdraftLimit` are never negative, and the balance of a loaded account is within its limit:
/// the database's checks say so. Therefore `available` cannot overflow.
struct Account: Equatable, Sendable {
    let id: AccountID
    let tenant: String
    let kind: AccountKind
    let currency: Currency
    let role: OperatorAccount.Role?
    var overdraftLimit: Int64
    var status: AccountStatus
    /// Sum of the entries.
    var posted: Int64
    /// Sum of the open holds.
    var held: Int64
    /// Number of entries.
    var version: Int64
    /// When the row last changed; nothing later is recorded before it.
    var recordedAt = Moment.earliest
    /// When the latest entry that took effect in the order of recording did so.
    var chainAt = Moment.earliest
    /// Sum of the other entries: dated back behind that time, or ahead of their recording.
    var displaced: Int64 = 0
    /// Where its row stands until it is changed; the rules do not look at it.
    var place: UInt64?

    /// What may still go out, before the overdraft limit is counted.
    var available: Int64 { posted - held }

    /// available ≥ −limit, written so that it cannot overflow.
    var isWithinLimit: Bool { posted >= held - overdraftLimit }

    /// Adds one entry to the balance, which continues the chain of entries that take effect in the
    /// order of recording, or is displaced. Throws `.currencyMismatch` or `.balanceOverflow`.
    mutating func post(_ line: Line, _ time: PostingTime) throws(LedgerRefusal) {
        guard line.amount.currency == currency else {
            throw .currencyMismatch(of: id, currency, against: line.amount.currency)
        }
        let amount = line.amount.minorUnits
        let change = line.side == kind.normalSide ? amount : -amount
        posted = try adding(change, to: posted)
        version += 1
        if time.effectiveAt >= chainAt && time.effectiveAt <= time.recordedAt {
            chainAt = time.effectiveAt
        } else {
            displaced = try adding(change, to: displaced)
        }
    }

    private func adding(_ change: Int64, to sum: Int64) throws(LedgerRefusal) -> Int64 {
        let (sum, overflow) = sum.addingReportingOverflow(change)
        guard !overflow else { throw .balanceOverflow(of: id) }
        return sum
    }
}
