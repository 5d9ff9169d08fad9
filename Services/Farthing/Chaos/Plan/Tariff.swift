/// The client's own arithmetic of what a payment costs, by which the ledger's books are judged.
///
/// Deliberately not billing's code: a mistake there must not excuse itself here.
enum Tariff {
    /// Hundredths of a percent of the amount.
    static let percentBp: Int64 = 290
    /// Minor units.
    static let fixed: Int64 = 30
    /// Hundredths of a percent of the fee.
    static let taxBp: Int64 = 1000

    static func charge(_ amount: Int64) -> (fee: Int64, tax: Int64) {
        let fee = share(amount, percentBp, of: 10_000) + fixed
        return (fee, share(fee, taxBp, of: 10_000))
    }

    /// `amount · part / whole`, rounded half to even.
    static func share(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        let (quotient, remainder) = (amount * part).quotientAndRemainder(dividingBy: whole)
        let isUp = 2 * remainder > whole || (2 * remainder == whole && quotient % 2 != 0)
        return quotient + (isUp ? 1 : 0)
    }
}

extension Tariff {
    /// What of a payment's charge goes back to the payer once that much of it was given back: in
    /// proportion, halves rounded up, but never so little that the payee would have to give more
    /// than it got.
    static func parts(of refunded: Int64, refundedOf amount: Int64) -> (fee: Int64, tax: Int64) {
        let charge = charge(amount)
        let net = amount - charge.fee - charge.tax
        func proportion(_ part: Int64) -> Int64 { (2 * part * refunded + amount) / (2 * amount) }
        let fee = min(
            max(proportion(charge.fee), refunded - net - charge.tax), charge.fee, refunded)
        let tax = min(max(proportion(charge.tax), refunded - fee - net), charge.tax, refunded - fee)
        return (fee, tax)
    }
}
