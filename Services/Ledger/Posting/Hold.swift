import Contracts
import Money

/// How a hold stands: it begins open and is resolved once.
enum HoldStatus: String, Codable, Sendable { case open, posted, voided, expired }

/// Funds of an account that are set aside until they are posted or given back.
struct Hold: Equatable, Sendable {
    let id: HoldID
    let tenant: String
    /// Whose funds are set aside.
    let account: AccountID
    /// Whom they are for; a payment's hold learns it only when it is posted.
    let to: AccountID?
    let amount: Money
    let payment: PaymentID?
    /// The saga that placed it; a person cannot resolve such a hold.
    let saga: SagaID?
    /// Seconds from being placed until it runs out; known only while it is being placed.
    var expiresIn: Int64?
    /// The hold of which this one is what was left; it runs out when that one would have.
    var follows: HoldID?
    /// Whether its time is up, by the database's clock when it was loaded.
    var isOverdue = false
    var status = HoldStatus.open
    /// What it was posted by.
    var transfer: TransferID?
}

extension Hold {
    /// What is left of it once an amount was posted, as a hold of its own.
    func rest(after posted: Money, as id: HoldID) -> Hold {
        Hold(
            id: id, tenant: tenant, account: account, to: to,
            amount: Money(amount.minorUnits - posted.minorUnits, amount.currency),
            payment: payment, saga: nil, follows: self.id)
    }
}
