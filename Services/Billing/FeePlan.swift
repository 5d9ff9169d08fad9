import Contracts
import FoundationEssentials
import Money

/// What a payment in one currency costs; also how a fee plan is answered.
struct FeePlan: Encodable, Equatable, Sendable {
    let id: FeePlanID
    let currency: Currency
    /// Basis points of the amount: 290 is 2.90 %.
    let percentBp: Int64
    /// Minor units added to every fee.
    let fixed: Int64
    /// Basis points of tax on the fee.
    let taxBp: Int64
    let createdAt: Date
}
