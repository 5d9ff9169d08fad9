import Money
import Testing

@Suite("Arithmetic of money")
struct ArithmeticTests {
    let usd: Currency
    let jpy: Currency

    init() throws {
        usd = try #require(Currency("USD"))
        jpy = try #require(Currency("JPY"))
    }

    @Test("sums and differences are exact")
    func sums() throws {
        #expect(try Money(1050, usd).adding(Money(-50, usd)) == Money(1000, usd))
        #expect(try Money(1050, usd).subtracting(Money(2000, usd)) == Money(-950, usd))
        #expect(try Money(1050, usd).negated() == Money(-1050, usd))
    }

    @Test("two currencies never meet")
    func currencies() {
        #expect(throws: MoneyError(.currencyMismatch)) {
            try Money(1, usd).adding(Money(1, jpy))
        }
        #expect(throws: MoneyError(.currencyMismatch)) {
            try Money(1, usd).subtracting(Money(1, jpy))
        }
    }

    @Test("a result beyond 64 bits is an error, never a wrapped number")
    func overflow() {
        let (least, most, one) = (Money(.min, usd), Money(.max, usd), Money(1, usd))
        #expect(throws: MoneyError(.overflow)) { try most.adding(one) }
        #expect(throws: MoneyError(.overflow)) { try least.subtracting(one) }
        #expect(throws: MoneyError(.overflow)) { try least.negated() }
        #expect(throws: MoneyError(.overflow)) { try most.fraction(basisPoints: 10_001) }
        #expect(throws: MoneyError(.overflow)) { try least.fraction(basisPoints: -10_000) }
    }

    @Test(
        "a fraction rounds halves to the even neighbour, and all else to the nearest",
        arguments: [
            // amount, basis points, result
            (1, 5_000, 0), (3, 5_000, 2), (5, 5_000, 2), (7, 5_000, 4),
            (-1, 5_000, 0), (-3, 5_000, -2), (-5, 5_000, -2), (-7, 5_000, -4),
            (3, -5_000, -2), (100, 250, 2), (300, 250, 8), (100, 251, 3), (100, 249, 2),
            (1050, 290, 30), (0, 290, 0), (1050, 0, 0), (1050, 10_000, 1050),
            (99_999_999_999_999, 290, 2_900_000_000_000), (Int64.max, 10_000, .max),
            (Int64.min, 10_000, .min), (Int64.max, 1, 922_337_203_685_478),
        ] as [(Int64, Int64, Int64)])
    func fraction(amount: Int64, basisPoints: Int64, result: Int64) throws {
        #expect(
            try Money(amount, usd).fraction(basisPoints: basisPoints) == Money(result, usd))
    }

    @Test("a fraction is never more than half a minor unit from the exact value")
    func fractionProperty() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let amount = random.anyInt64()
            let basisPoints = Int64.random(in: 0...10_000, using: &random)
            let result = try Money(amount, usd).fraction(basisPoints: basisPoints).minorUnits
            let error = Int128(result) * 10_000 - Int128(amount) * Int128(basisPoints)
            #expect(error.magnitude <= 5_000, "\(amount) × \(basisPoints), seed \(seed)")
            if error.magnitude == 5_000 {
                #expect(result % 2 == 0, "\(amount) × \(basisPoints), seed \(seed)")
            }
        }
    }
}
