import FoundationEssentials

/// Random numbers that a seed repeats: SplitMix64 (Steele, Lea, Flood 2014).
///
/// A test that fails prints its generator, hence its seed; `FARTHING_SEED` in the environment
/// then repeats the run.
public struct SeededRandom: RandomNumberGenerator, Sendable, CustomStringConvertible {
    public let seed: UInt64
    private var state: UInt64

    public init(_ seed: UInt64) {
        self.seed = seed
        self.state = seed
    }

    /// A generator with the seed of the environment, or else with a new one.
    public static func fromEnvironment() -> SeededRandom {
        let text = ProcessInfo.processInfo.environment["FARTHING_SEED"]
        return SeededRandom(text.flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    public var description: String { "FARTHING_SEED=\(seed)" }
}
