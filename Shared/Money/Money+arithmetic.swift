extension Money {
    /// The sum. Throws `.currencyMismatch` or `.overflow`.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        try requireSameCurrency(as: other)
        let (sum, overflow) = minorUnits.addingReportingOverflow(other.minorUnits)
        if overflow { throw MoneyError(.overflow) }
        return Money(sum, currency)
    }

    /// The difference. Throws `.currencyMismatch` or `.overflow`.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try requireSameCurrency(as: other)
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        if overflow { throw MoneyError(.overflow) }
        return Money(difference, currency)
    }

    /// The same amount the other way round. Throws `.overflow` for the one amount that has no
    /// opposite in 64 bits.
    public func negated() throws(MoneyError) -> Money {
        let (opposite, overflow) = Int64(0).subtractingReportingOverflow(minorUnits)
        if overflow { throw MoneyError(.overflow) }
        return Money(opposite, currency)
    }

    /// This many basis points (hundredths of a percent) of the amount, rounded half to even.
    ///
    /// Half to even, because always rounding halves up would lean to one side over many small
    /// fees. The product is worked out in 128 bits; throws `.overflow` if the result, which is
    /// larger than the amount only beyond 10,000 basis points, does not fit in 64.
    public func fraction(basisPoints: Int64) throws(MoneyError) -> Money {
        let whole: Int128 = 10_000
        let product = Int128(minorUnits) * Int128(basisPoints)
        var (quotient, remainder) = product.quotientAndRemainder(dividingBy: whole)
        let doubled = 2 * remainder.magnitude
        if doubled > whole.magnitude || (doubled == whole.magnitude && quotient % 2 != 0) {
            quotient += product.signum()
        }
        guard let rounded = Int64(exactly: quotient) else { throw MoneyError(.overflow) }
        return Money(rounded, currency)
    }

    private func requireSameCurrency(as other: Money) throws(MoneyError) {
        if currency != other.currency { throw MoneyError(.currencyMismatch) }
    }
}
