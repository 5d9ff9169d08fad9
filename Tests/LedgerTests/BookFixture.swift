import Contracts
import Money

@testable import Ledger

/// Short words for the pure tests: accounts `a`, `b` … of one tenant, in one currency.
enum Fixture {
    static let usd = Currency("USD")!
    static let eur = Currency("EUR")!
    static let tenant = "acme"
    static let cause = Cause(tenant: tenant, actor: "tester", requestID: "req-1")

    static func account(
        _ kind: AccountKind = .liability, posted: Int64 = 0, limit: Int64 = 0,
        status: AccountStatus = .active, currency: Currency = usd, tenant: String = tenant,
        role: OperatorAccount.Role? = nil
    ) -> Account {
        Account(
            id: AccountID(), tenant: tenant, kind: kind, currency: currency, role: role,
            overdraftLimit: limit, status: status, posted: posted, held: 0,
            version: posted == 0 ? 0 : 1)
    }

    static func hold(_ amount: Int64, on account: Account, to: Account? = nil) -> Hold {
        Hold(
            id: HoldID(), tenant: account.tenant, account: account.id, to: to?.id,
            amount: Money(amount, account.currency), payment: nil, saga: nil)
    }

    static func transfer(
        _ lines: (Side, Account, Int64)..., reference: String? = nil
    ) -> TransferDraft {
        TransferDraft(
            id: TransferID(),
            lines: lines.map {
                Line(account: $0.1.id, side: $0.0, amount: Money($0.2, $0.1.currency))
            },
            reference: reference)
    }

    static func posting(
        _ hold: Hold, to: Account, _ amount: Int64, fee: Int64 = 0, tax: Int64 = 0
    ) -> HoldPosting {
        let currency = hold.amount.currency
        return HoldPosting(
            hold: hold.id, transfer: TransferID(), to: to.id, amount: Money(amount, currency),
            fee: Money(fee, currency), tax: Money(tax, currency))
    }
}

extension Book {
    /// Runs a decision; gives the code of the refusal, and `nil` if it was not refused.
    mutating func refusal(
        _ decide: (inout Book) throws(LedgerRefusal) -> Void
    ) -> LedgerRefusal.Code? {
        do throws(LedgerRefusal) {
            try decide(&self)
            return nil
        } catch {
            return error.code
        }
    }

    func posted(_ account: Account) -> Int64? { accounts[account.id]?.posted }
    func held(_ account: Account) -> Int64? { accounts[account.id]?.held }
}
