import Money
import Testing

@Suite("Allocation of money")
struct AllocationTests {
    let usd: Currency

    init() throws { usd = try #require(Currency("USD")) }

    @Test(
        "the units left over go to the largest remainders, the earlier of equals first",
        arguments: [
            // amount, weights, parts
            (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]),
            (5, [3, 7], [2, 3]), (1, [1, 1], [1, 0]), (1, [0, 1, 0], [0, 1, 0]),
            (7, [0, 0, 9], [0, 0, 7]), (0, [1, 2], [0, 0]), (10, [50, 30, 20], [5, 3, 2]),
            (101, [50, 30, 20], [51, 30, 20]), (2, [1, 1, 1, 1, 1], [1, 1, 0, 0, 0]),
            (.max, [1, 1], [.max / 2 + 1, .max / 2]), (.min, [1], [.min]),
            (.max, [.max, .max], [.max / 2 + 1, .max / 2]),
        ] as [(Int64, [Int64], [Int64])])
    func table(amount: Int64, weights: [Int64], parts: [Int64]) throws {
        #expect(try Money(amount, usd).allocated(by: weights).map(\.minorUnits) == parts)
    }

    @Test(
        "weights that say nothing are refused",
        arguments: [[], [0], [0, 0], [-1], [2, -1], [.min, .max, .max]] as [[Int64]])
    func invalidWeights(weights: [Int64]) {
        #expect(throws: MoneyError(.invalidWeights)) { try Money(10, usd).allocated(by: weights) }
    }

    @Test("the parts sum to the amount, each within one unit of its exact share")
    func property() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let amount = random.anyInt64()
            let count = Int.random(in: 1...12, using: &random)
            var weights = (0..<count).map { _ in max(0, random.anyInt64()) }
            weights[0] = max(1, weights[0])
            let total = weights.reduce(into: Int128(0)) { $0 += Int128($1) }

            let parts = try Money(amount, usd).allocated(by: weights)

            let sum = parts.reduce(into: Int128(0)) { $0 += Int128($1.minorUnits) }
            #expect(sum == Int128(amount), "\(amount) by \(weights), seed \(seed)")
            for (part, weight) in zip(parts, weights) {
                let product = Int128(amount) * Int128(weight)
                let exact = product.quotientAndRemainder(dividingBy: total)
                let distance = (Int128(part.minorUnits) - exact.quotient).magnitude
                #expect(distance <= (exact.remainder == 0 ? 0 : 1), "seed \(seed)")
            }
        }
    }
}
