/// One contestant's figures, a value a round.
struct Measurement: Codable, Sendable {
    let who: String
    let values: [Double]

    /// The value in the middle; of an even number the mean of the two.
    var median: Double { Self.median(of: values) }
    var min: Double { values.min() ?? 0 }
    var max: Double { values.max() ?? 0 }

    /// How this one's values compare with another's, pair by pair: what both met in one round.
    func ratios(to other: Measurement) -> [Double] {
        zip(values, other.values).map { $1 == 0 ? 0 : $0 / $1 }
    }

    static func median(of values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Contestants that did the same thing; the first is ours.
struct Contest: Codable, Sendable {
    /// Under which conditions: "64 connections".
    let condition: String
    /// What the values count: "payments/s".
    let unit: String
    let measurements: [Measurement]

    /// Ours to the other, pair by pair.
    func ratios(to other: Measurement) -> [Double] {
        measurements.first.map { $0.ratios(to: other) } ?? []
    }
}
