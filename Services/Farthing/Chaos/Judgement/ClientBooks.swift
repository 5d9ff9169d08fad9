/// The balances that the clients work out from what became of their payments. Pure.
struct ClientBooks: Sendable {
    /// By account, of the wallets.
    private(set) var balances: [String: Int64] = [:]
    /// The operator's accounts.
    private(set) var fees: Int64 = 0
    private(set) var tax: Int64 = 0

    init(_ facts: Facts) {
        for wallet in facts.market.payers + [facts.market.suspended] {
            balances[wallet.account] = Marketplace.funds
        }
        var givenBack: [String: Int64] = [:]
        for refund in facts.refunds.values.joined() where refund.status == "succeeded" {
            givenBack[refund.payment, default: 0] += refund.amount
        }
        for payment in facts.payments.values.joined() where payment.status == "succeeded" {
            pay(payment)
            if let amount = givenBack[payment.id] { giveBack(amount, of: payment) }
        }
    }

    private mutating func pay(_ payment: Facts.Payment) {
        let charge = Tariff.charge(payment.amount)
        balances[payment.source, default: 0] -= payment.amount
        balances[payment.destination, default: 0] += payment.amount - charge.fee - charge.tax
        fees += charge.fee
        tax += charge.tax
    }

    private mutating func giveBack(_ amount: Int64, of payment: Facts.Payment) {
        let parts = Tariff.parts(of: amount, refundedOf: payment.amount)
        balances[payment.source, default: 0] += amount
        balances[payment.destination, default: 0] -= amount - parts.fee - parts.tax
        fees -= parts.fee
        tax -= parts.tax
    }
}
