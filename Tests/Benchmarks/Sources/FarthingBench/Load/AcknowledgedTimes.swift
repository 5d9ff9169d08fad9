import Foundation
import LocalStack

/// How long after their commit transactions were acknowledged by the broker, as the relay itself
/// counts it: from the time in the commit's log record, which lies before the flush that makes it
/// durable, to the delivery report of its last event.
struct AcknowledgedTimes: Sendable {
    /// Upper bounds in seconds, and how many there were up to each.
    private let buckets: [(bound: Double, count: Double)]

    /// All since the relay began, from its metrics. Throws `BenchError` if it has none.
    static func read(port: Int) async throws -> AcknowledgedTimes {
        let answer = try await APIClient(baseURL: "http://127.0.0.1:\(port)").get("/metrics")
        let prefix = "relay_commit_to_acknowledged_seconds_bucket{"
        let buckets = String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix(prefix) }
            .compactMap { line -> (Double, Double)? in
                guard
                    let bound = line.split(separator: "le=\"").last?.prefix(while: { $0 != "\"" }),
                    let count = line.split(separator: " ").last.flatMap({ Double($0) })
                else { return nil }
                return (bound == "+Inf" ? .infinity : Double(bound) ?? .infinity, count)
            }
        guard !buckets.isEmpty else { throw BenchError("the relay does not tell its latencies") }
        return AcknowledgedTimes(buckets: buckets)
    }

    /// Those that came after `earlier`.
    func since(_ earlier: AcknowledgedTimes) -> AcknowledgedTimes {
        AcknowledgedTimes(
            buckets: zip(buckets, earlier.buckets).map { ($0.bound, $0.count - $1.count) })
    }

    func adding(_ other: AcknowledgedTimes?) -> AcknowledgedTimes {
        guard let other else { return self }
        return AcknowledgedTimes(
            buckets: zip(buckets, other.buckets).map { ($0.bound, $0.count + $1.count) })
    }

    var count: Int { Int(buckets.last?.count ?? 0) }

    /// Seconds, between the bounds of the bucket where it lies as if that were evenly filled.
    func percentile(_ percentile: Double) -> Double {
        let wanted = percentile / 100 * (buckets.last?.count ?? 0)
        var below = (bound: 0.0, count: 0.0)
        for bucket in buckets {
            if bucket.count >= wanted {
                let share = (wanted - below.count) / max(1, bucket.count - below.count)
                return bucket.bound.isFinite
                    ? below.bound + share * (bucket.bound - below.bound) : below.bound
            }
            below = bucket
        }
        return below.bound
    }

    func summary(_ who: String, _ condition: String) -> LatencySummary {
        func at(_ percentile: Double) -> UInt64 { UInt64(self.percentile(percentile) * 1_000_000) }
        return LatencySummary(
            who: who, condition: condition, count: UInt64(count), p50: at(50), p90: at(90),
            p99: at(99), p999: at(99.9), max: at(100))
    }
}
