import ServiceHost

/// What one client wants, all of it drawn from the seed and the client's number. Pure.
struct Order: Equatable, Sendable {
    /// The course that it should take.
    enum Nature: String, CaseIterable, Codable, Sendable {
        /// Money moves.
        case payment
        /// From a wallet that has nothing: the hold is refused.
        case unaffordable
        /// To a frozen wallet: the pivot is refused.
        case toFrozen = "to-frozen"
        /// By a suspended customer: the invoice is refused.
        case bySuspended = "by-suspended"
        /// Cancelled as soon as it is accepted: it may be too late for that.
        case cancelled
        /// Given back, all at once.
        case refunded
        /// Given back in part, and then the rest.
        case refundedInParts = "refunded-in-parts"
        /// Given back by three who know nothing of each other: only one may succeed.
        case refundedTooOften = "refunded-too-often"
    }

    let number: Int
    let nature: Nature
    /// Which of the wallets pays, and which is paid.
    let payer: Int
    let payee: Int
    /// Minor units.
    let amount: Int64
    /// What is given back first, of a payment that is given back in parts.
    let firstPart: Int64
    /// Milliseconds after which a hasty client hangs up, never to learn what became of it; `nil`
    /// for one who asks until there is an answer.
    let haste: Int?
    /// Seconds for which the answer may be held back until the payment ends.
    let waits: Int?

    static let payers = 6
    static let payees = 4

    /// What client number `number` wants.
    init(_ number: Int, seed: UInt64) {
        var random = SplitMix64(state: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        self.init(number, Self.nature(&random), &random)
    }

    /// A plain payment by which one measures whether the system works.
    static func probe(_ number: Int, seed: UInt64) -> Order {
        var random = SplitMix64(state: seed &- UInt64(number))
        return Order(number, .payment, &random, isProbe: true)
    }

    private init(
        _ number: Int, _ nature: Nature, _ random: inout SplitMix64, isProbe: Bool = false
    ) {
        self.number = number
        self.nature = nature
        payer = Int.random(in: 0..<Self.payers, using: &random)
        payee = Int.random(in: 0..<Self.payees, using: &random)
        amount = Int64.random(in: 100...20_000, using: &random)
        firstPart = Int64.random(in: 1..<amount, using: &random)
        let mood = Int.random(in: 0..<100, using: &random)
        haste = !isProbe && mood < 8 ? Int.random(in: 1...40, using: &random) : nil
        waits = !isProbe && mood >= 85 ? Int.random(in: 1...5, using: &random) : nil
    }

    private static func nature(_ random: inout SplitMix64) -> Nature {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<54: .payment
        case 54..<61: .unaffordable
        case 61..<67: .toFrozen
        case 67..<73: .bySuspended
        case 73..<80: .cancelled
        case 80..<88: .refunded
        case 88..<96: .refundedInParts
        default: .refundedTooOften
        }
    }
}
