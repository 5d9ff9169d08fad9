import Contracts

/// What a payment, or a refund of it, is made of: the operator's fee, the tax on it, and the rest,
/// which is the payee's. Minor units of one currency. Pure.
struct PaymentParts: Equatable, Sendable {
    var fee: Int64 = 0
    var tax: Int64 = 0
    var net: Int64 = 0

    /// All parts together.
    var amount: Int64 { fee + tax + net }

    static func + (one: PaymentParts, other: PaymentParts) -> PaymentParts {
        PaymentParts(
            fee: one.fee + other.fee, tax: one.tax + other.tax, net: one.net + other.net)
    }

    static func - (one: PaymentParts, other: PaymentParts) -> PaymentParts {
        PaymentParts(
            fee: one.fee - other.fee, tax: one.tax - other.tax, net: one.net - other.net)
    }
}

extension PaymentParts {
    /// Splits a refund among the parts of a payment of which some was given back already.
    ///
    /// Each part gives back what keeps it in proportion to all that was refunded so far, as nearly
    /// as whole units allow. Where refunds that failed have left the parts out of proportion, a
    /// part gives more or less, but never more than it has left, and never so little that another
    /// would have to: so whatever the order of refunds, the last one takes exactly what remains.
    ///
    /// `amount` is at most what is left of the payment.
    func giving(back amount: Int64, after given: PaymentParts) -> PaymentParts {
        let left = self - given
        let refunded = given.amount + amount
        let fee = min(
            max(share(of: self.fee, refunded) - given.fee, 0, amount - left.net - left.tax),
            left.fee, amount)
        let tax = min(
            max(share(of: self.tax, refunded) - given.tax, 0, amount - fee - left.net),
            left.tax, amount - fee)
        return PaymentParts(fee: fee, tax: tax, net: amount - fee - tax)
    }

    /// A part in proportion to what was refunded of the whole, rounded half up.
    private func share(of part: Int64, _ refunded: Int64) -> Int64 {
        let whole = Int128(amount)
        return Int64((Int128(part) * Int128(refunded) * 2 + whole) / (whole * 2))
    }
}
