import Glibc

/// How transfers spread over accounts.
enum Spread: String, CaseIterable, Sendable {
    /// Every account as often as every other.
    case uniform
    /// The n-th account 1/n as often as the first, nearly: pgbench wants an exponent above 1.
    case zipf = "Zipf 1.001"
    /// Every transfer credits the first account, as every payment credits the operator's fees.
    case hot = "one hot account"

    static let exponent = 1.001

    /// pgbench's way of choosing two accounts that differ, `:debtor` and `:creditor`, from 1 on.
    func drawTwo(of accounts: Int) -> String {
        let draw =
            switch self {
            case .uniform:
                """
                \\set debtor random(1, \(accounts))
                \\set other random(1, \(accounts))
                """
            case .zipf:
                """
                \\set debtor random_zipfian(1, \(accounts), \(Self.exponent))
                \\set other random_zipfian(1, \(accounts), \(Self.exponent))
                """
            case .hot:
                """
                \\set debtor random(2, \(accounts))
                \\set other 1
                """
            }
        return """
            \(draw)
            \\set creditor CASE WHEN :other = :debtor THEN :debtor % \(accounts) + 1 ELSE :other END
            """
    }
}

/// Chooses the two accounts of the n-th transfer, always the same for the same number.
struct Chooser: Sendable {
    private let spread: Spread
    private let count: Int
    /// Of Zipf's law: the probability of this account or one before it.
    private let cumulative: [Double]

    init(_ spread: Spread, among count: Int) {
        self.spread = spread
        self.count = count
        guard spread == .zipf else {
            cumulative = []
            return
        }
        var sum = 0.0
        let sums = (1...count).map { rank in
            sum += 1 / Self.power(Double(rank), Spread.exponent)
            return sum
        }
        cumulative = sums.map { $0 / sum }
    }

    /// Debtor and creditor, which differ.
    func pair(_ number: Int) -> (from: Int, to: Int) {
        var random = SplitMix(seed: UInt64(number))
        let to = spread == .hot ? 0 : choose(&random)
        var from = spread == .hot ? Int.random(in: 0..<count, using: &random) : choose(&random)
        if from == to { from = (to + 1) % count }
        return (from, to)
    }

    private func choose(_ random: inout SplitMix) -> Int {
        guard spread == .zipf else { return Int.random(in: 0..<count, using: &random) }
        let wanted = Double.random(in: 0..<1, using: &random)
        var low = 0
        var high = count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        exp(exponent * log(base))
    }
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
