import TestSupport
import Testing

@testable import Billing

@Suite("What a refund takes from each part of a payment", .tags(.unit))
struct CreditSplitTests {
    @Test(
        "is in proportion, as nearly as whole units allow",
        arguments: [
            // fee, tax, net, refund → fee, tax
            (60, 12, 978, 1050, 60, 12),
            (60, 12, 978, 525, 30, 6),
            (60, 12, 978, 1, 0, 0),
            (60, 12, 978, 1049, 60, 12),
            (0, 0, 500, 250, 0, 0),
            (500, 0, 0, 250, 250, 0),
            (
                2_900_000_000_030, 551_000_000_006, 96_548_999_999_963, 50_000_000_000_000,
                1_450_000_000_015, 275_500_000_003
            ),
        ] as [(Int64, Int64, Int64, Int64, Int64, Int64)])
    func proportion(
        fee: Int64, tax: Int64, net: Int64, refund: Int64, feeBack: Int64, taxBack: Int64
    ) {
        let parts = PaymentParts(fee: fee, tax: tax, net: net)
        let split = parts.giving(back: refund, after: PaymentParts())
        #expect(split == PaymentParts(fee: feeBack, tax: taxBack, net: refund - feeBack - taxBack))
    }

    @Test(
        "never more than the part has, whatever was refunded and given up before, and in the end all"
    )
    func anyOrder() {
        var random = SeededRandom.fromEnvironment()
        for _ in 0..<2_000 {
            let whole = PaymentParts(
                fee: .random(in: 0...40, using: &random), tax: .random(in: 0...9, using: &random),
                net: .random(in: 0...200, using: &random))
            var live: [PaymentParts] = []
            func given() -> PaymentParts { live.reduce(PaymentParts(), +) }
            while given().amount < whole.amount {
                if !live.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
                    live.remove(at: .random(in: live.indices, using: &random))
                    continue
                }
                let left = whole.amount - given().amount
                let amount = Int64.random(in: 1...left, using: &random)
                let split = whole.giving(back: amount, after: given())
                #expect(split.amount == amount, "\(random)")
                let isWhole = split.fee >= 0 && split.tax >= 0 && split.net >= 0
                #expect(isWhole, "\(split) of \(whole) after \(live), \(random)")
                live.append(split)
                let rest = whole - given()
                let isEnough = rest.fee >= 0 && rest.tax >= 0 && rest.net >= 0
                #expect(isEnough, "\(live) of \(whole), \(random)")
            }
            #expect(given() == whole, "\(live), \(random)")
        }
    }
}
