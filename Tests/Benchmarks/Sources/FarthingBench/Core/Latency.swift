import Histogram

/// How long something took, as a distribution, in microseconds.
///
/// Each time is counted from when the thing was meant to begin, not from when it began: what had to
/// wait because something before it was slow counts as slow too (coordinated omission).
struct Latency: Sendable {
    private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

    mutating func record(_ time: Duration) {
        histogram.record(UInt64(max(0, time / .microseconds(1))))
    }

    mutating func add(_ other: Latency) { histogram.add(other.histogram) }

    var count: UInt64 { histogram.totalCount }

    func summary(_ who: String, _ condition: String) -> LatencySummary {
        func at(_ percentile: Double) -> UInt64 { histogram.valueAtPercentile(percentile) }
        return LatencySummary(
            who: who, condition: condition, count: histogram.totalCount, p50: at(50), p90: at(90),
            p99: at(99), p999: at(99.9), max: histogram.max)
    }
}

/// The percentiles that are reported, in microseconds.
struct LatencySummary: Codable, Sendable {
    let who: String
    let condition: String
    let count: UInt64
    let p50: UInt64
    let p90: UInt64
    let p99: UInt64
    let p999: UInt64
    let max: UInt64
}
