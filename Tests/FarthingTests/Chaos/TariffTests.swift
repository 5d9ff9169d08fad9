import TestSupport
import Testing

@testable import Farthing

@Suite("The client's arithmetic", .tags(.unit))
struct TariffTests {
    @Test(
        "charges 2.90 % and 0.30, and 10 % tax on that, halves to even",
        arguments: [
            // amount, fee, tax
            (1000, 59, 6), (100, 33, 3), (10_000, 320, 32), (1050, 60, 6), (500, 44, 4),
            (1500, 74, 7),
        ] as [(Int64, Int64, Int64)])
    func charge(amount: Int64, fee: Int64, tax: Int64) {
        #expect(Tariff.charge(amount) == (fee, tax))
    }

    @Test("gives back with a full refund exactly what was charged")
    func fullRefund() {
        for amount in stride(from: Int64(100), through: 20_000, by: 37) {
            #expect(Tariff.parts(of: amount, refundedOf: amount) == Tariff.charge(amount))
        }
    }

    @Test(
        "gives back with a part of a payment of 10.00 its part of 0.59 and 0.06",
        arguments: [
            // refund, fee, tax
            (1, 0, 0), (9, 1, 0), (500, 30, 3), (999, 59, 6), (1000, 59, 6),
        ] as [(Int64, Int64, Int64)])
    func part(refund: Int64, fee: Int64, tax: Int64) {
        #expect(Tariff.parts(of: refund, refundedOf: 1000) == (fee, tax))
    }

    @Test("never gives back more than was charged, nor has the payee give more than it got")
    func bounds() {
        var random = SeededRandom.fromEnvironment()
        for _ in 0..<2000 {
            let amount = Int64.random(in: 100...20_000, using: &random)
            let refund = Int64.random(in: 1...amount, using: &random)
            let charge = Tariff.charge(amount)
            let parts = Tariff.parts(of: refund, refundedOf: amount)
            let fromPayee = refund - parts.fee - parts.tax
            #expect((0...charge.fee).contains(parts.fee), "\(random)")
            #expect((0...charge.tax).contains(parts.tax), "\(random)")
            #expect((0...amount - charge.fee - charge.tax).contains(fromPayee), "\(random)")
        }
    }
}
