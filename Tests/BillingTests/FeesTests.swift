import Contracts
import Money
import TestSupport
import Testing

@testable import Billing

@Suite("Fees", .tags(.unit))
struct FeesTests {
    @Test(
        "fee and tax are worked out by the plan, halves going to the even neighbour",
        arguments: [
            // amount, percent, fixed, tax → fee, tax, lines
            (1050, 290, 30, 2_000, 60, 12, [30, 30, 12]),
            (1000, 290, 30, 0, 59, 0, [29, 30]),
            (1000, 0, 0, 2_000, 0, 0, []),
            (100, 250, 0, 0, 2, 0, [2]),  // 2.5
            (300, 250, 0, 0, 8, 0, [8]),  // 7.5
            (100, 0, 25, 1_000, 25, 2, [25, 2]),  // tax 2.5
            (100, 0, 35, 1_000, 35, 4, [35, 4]),  // tax 3.5
            (1, 290, 0, 0, 0, 0, []),
            (500, 10_000, 0, 0, 500, 0, [500]),
            (
                99_999_999_999_999, 290, 30, 1_900, 2_900_000_000_030, 551_000_000_006,
                [
                    2_900_000_000_000, 30, 551_000_000_006,
                ]
            ),
        ] as [(Int64, Int64, Int64, Int64, Int64, Int64, [Int64])])
    func table(
        amount: Int64, percent: Int64, fixed: Int64, taxBp: Int64, fee: Int64, tax: Int64,
        lines: [Int64]
    ) throws {
        let plan = try Samples.plan(percentBp: percent, fixed: fixed, taxBp: taxBp)

        let charge = try Fees.charge(for: try Samples.usd(amount), by: plan)

        #expect(charge.fee == (try Samples.usd(fee)))
        #expect(charge.tax == (try Samples.usd(tax)))
        #expect(charge.lines.map(\.amount.minorUnits) == lines)
    }

    @Test("lines name what they are for")
    func descriptions() throws {
        let charge = try Fees.charge(
            for: try Samples.usd(10_000), by: try Samples.plan(percentBp: 205, taxBp: 1_950))
        #expect(
            charge.lines.map(\.description)
                == ["Fee, 2.05 % of the payment", "Fixed fee", "Tax, 19.50 % of the fee"])
    }

    @Test("the lines sum to the total and the total to fee and tax, whatever the plan")
    func sums() throws {
        var random = SeededRandom.fromEnvironment()
        for _ in 0..<1_000 {
            let plan = try Samples.plan(
                percentBp: .random(in: 0...10_000, using: &random),
                fixed: .random(in: 0...Money.maximumAmount, using: &random),
                taxBp: .random(in: 0...10_000, using: &random))
            let amount = Int64.random(in: 1...Money.maximumAmount, using: &random)

            let charge = try Fees.charge(for: try Samples.usd(amount), by: plan)

            let lines = charge.lines.map(\.amount.minorUnits).reduce(0, +)
            #expect(lines == charge.total.minorUnits, "\(random)")
            #expect(try charge.fee.adding(charge.tax) == charge.total, "\(random)")
        }
    }
}
