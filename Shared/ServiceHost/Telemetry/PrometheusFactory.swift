import CoreMetrics
import Synchronization

/// The swift-metrics backend: counters, gauges, and histograms for timers and recorders.
///
/// Timers are rendered in seconds, as Prometheus' conventions want them.
struct PrometheusFactory: MetricsFactory {
    let registry: MetricsRegistry

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.series(label, dimensions, kind: .counter) { CounterSeries() }
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        registry.series(label, dimensions, kind: .counter) { NumberSeries() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        registry.series(label, dimensions, kind: .gauge) { NumberSeries() }
    }

    func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            registry.series(label, dimensions, kind: .histogram) {
                HistogramSeries(bounds: HistogramSeries.counts)
            }
        } else {
            registry.series(label, dimensions, kind: .gauge) { NumberSeries() }
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.series(label, dimensions, kind: .histogram) {
            HistogramSeries(bounds: HistogramSeries.seconds)
        }
    }

    // A series lives as long as the process: a scrape must not see a counter begin again.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

/// Counts up.
private final class CounterSeries: MetricSeries, CounterHandler {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }

    func render(_ name: String, _ labels: [(String, String)], into text: inout PrometheusText) {
        text.sample(name, labels, Double(count.load(ordering: .relaxed)))
    }
}

/// Holds a number that is set, or added to.
private final class NumberSeries: MetricSeries, MeterHandler, FloatingPointCounterHandler,
    RecorderHandler
{
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func reset() { set(0.0) }

    func render(_ name: String, _ labels: [(String, String)], into text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}

/// Counts values by size, in buckets that are fixed once and for all.
private final class HistogramSeries: MetricSeries, TimerHandler, RecorderHandler {
    /// 0.5 ms…30 s: from one statement to the longest `Prefer: wait`.
    static let seconds = [
        0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1,
        0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// Sizes of batches and the like.
    static let counts = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000]

    private struct State {
        var buckets: [UInt64]
        var count: UInt64 = 0
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            if let bucket { state.buckets[bucket] += 1 }
            state.count += 1
            state.sum += value
        }
    }

    func render(_ name: String, _ labels: [(String, String)], into text: inout PrometheusText) {
        let state = state.withLock { $0 }
        var below: UInt64 = 0
        for (bound, count) in zip(bounds, state.buckets) {
            below += count
            text.sample(
                "\(name)_bucket", labels + [("le", PrometheusText.number(bound))], Double(below))
        }
        text.sample("\(name)_bucket", labels + [("le", "+Inf")], Double(state.count))
        text.sample("\(name)_sum", labels, state.sum)
        text.sample("\(name)_count", labels, Double(state.count))
    }
}
