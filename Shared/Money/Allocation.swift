extension Money {
    /// Splits the amount in proportion to the weights, to the last minor unit.
    ///
    /// Largest remainder method: every part is first rounded towards zero, and the few minor units
    /// that are left over go, one each, to the parts that lost most by it; of equal losers the
    /// earlier comes first, so that the same split is always the same. The parts sum exactly to the
    /// amount, none is a whole minor unit away from its exact share, and a weight of zero gets
    /// nothing. A negative amount is split like its opposite.
    ///
    /// Throws `.invalidWeights` if there are none, if one is negative, or if all are zero.
    public func allocated(by weights: [Int64]) throws(MoneyError) -> [Money] {
        // At most 2^31 weights of 63 bits: their sum is far within 128 bits.
        let total = weights.reduce(into: Int128(0)) { $0 += Int128($1) }
        guard total > 0, weights.allSatisfy({ $0 >= 0 }) else { throw MoneyError(.invalidWeights) }

        var parts: [Int64] = []
        var remainders: [Int128] = []
        parts.reserveCapacity(weights.count)
        remainders.reserveCapacity(weights.count)
        for weight in weights {
            let exact = Int128(minorUnits) * Int128(weight)
            let (part, remainder) = exact.quotientAndRemainder(dividingBy: total)
            parts.append(Int64(part))  // no larger than the amount itself
            remainders.append(remainder)
        }

        // Each remainder is smaller than the total, so fewer units are left than there are
        // non-zero remainders: a weight of zero is never reached.
        let leftOver = Int(remainders.reduce(0, +).magnitude / total.magnitude)
        if leftOver > 0 {
            let losers = remainders.indices.sorted { left, right in
                let (first, second) = (remainders[left].magnitude, remainders[right].magnitude)
                return first == second ? left < right : first > second
            }
            let unit = minorUnits.signum()
            for index in losers.prefix(leftOver) { parts[index] += unit }
        }
        return parts.map { Money($0, currency) }
    }
}
