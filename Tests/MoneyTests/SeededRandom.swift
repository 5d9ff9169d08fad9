/// A small repeatable source of randomness (SplitMix64), so that a failing property names the
/// seed that replays it.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number of any size: as often a small one as one near the limits of 64 bits.
    mutating func anyInt64() -> Int64 {
        let bits = Int64(bitPattern: next())
        switch Int.random(in: 0..<8, using: &self) {
        case 0: return bits % 10
        case 1: return [.min, .min + 1, -1, 0, 1, .max - 1, .max][Int(bits.magnitude % 7)]
        default: return bits >> Int64.random(in: 0..<63, using: &self)
        }
    }
}
