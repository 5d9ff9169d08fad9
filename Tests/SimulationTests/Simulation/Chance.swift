import TestSupport

/// All that is left to chance in a simulation, by its seed.
struct Chance {
    private var random: SeededRandom

    init(_ seed: UInt64) { random = SeededRandom(seed) }

    /// True as often as `perMille` in a thousand.
    mutating func happens(_ perMille: Int) -> Bool {
        perMille > 0 && Int.random(in: 0..<1000, using: &random) < perMille
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func milliseconds(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &random)
    }
}

/// How often something goes wrong, in a thousand times.
struct Faults {
    var messageLost = 10
    var messageRepeated = 20
    /// Held up for seconds, while others of its key pass it: by a relay that was cut off and
    /// publishes when another has taken over.
    var messageLate = 15
    var crashBeforeCommit = 8
    var crashAfterCommit = 8
    var answerToClientLost = 30
    /// Each second, some weather: an outage, an empty broker, a relay that begins again.
    var weather = 200

    static let none = Faults(
        messageLost: 0, messageRepeated: 0, messageLate: 0, crashBeforeCommit: 0,
        crashAfterCommit: 0,
        answerToClientLost: 0, weather: 0)
}
