import Money

/// What one payment is charged, and what that is made of.
struct Charge: Equatable, Sendable {
    /// One line of the invoice.
    struct Line: Equatable, Sendable {
        let description: String
        let amount: Money
    }

    /// Before tax.
    let fee: Money
    /// Tax on the fee.
    let tax: Money
    /// Sum exactly to `total`; parts of the plan that come to nothing have none.
    let lines: [Line]
    /// Fee and tax together.
    let total: Money
}

/// The arithmetic of fee plans. Pure.
enum Fees {
    /// Charges a payment: a percentage of the amount and a fixed part are the fee, the tax is a
    /// percentage of the fee; both percentages are rounded half to even.
    ///
    /// Each line is one of the rounded parts that the fee and the tax are sums of, so that no minor
    /// unit can get lost between the lines and the total. Throws `MoneyError` for amounts beyond
    /// what a payment may be.
    static func charge(for amount: Money, by plan: FeePlan) throws(MoneyError) -> Charge {
        let percentage = try amount.fraction(basisPoints: plan.percentBp)
        let fixed = Money(plan.fixed, amount.currency)
        let fee = try percentage.adding(fixed)
        let tax = try fee.fraction(basisPoints: plan.taxBp)
        let lines = [
            Charge.Line(
                description: "Fee, \(percent(plan.percentBp)) of the payment", amount: percentage),
            Charge.Line(description: "Fixed fee", amount: fixed),
            Charge.Line(description: "Tax, \(percent(plan.taxBp)) of the fee", amount: tax),
        ]
        return Charge(
            fee: fee, tax: tax, lines: lines.filter { $0.amount.minorUnits != 0 },
            total: try fee.adding(tax))
    }

    /// `290` as `2.90 %`, without floating point.
    private static func percent(_ basisPoints: Int64) -> String {
        let hundredths = basisPoints % 100
        return "\(basisPoints / 100).\(hundredths < 10 ? "0" : "")\(hundredths) %"
    }
}
