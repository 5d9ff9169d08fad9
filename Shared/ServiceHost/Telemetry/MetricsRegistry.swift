import Synchronization

/// The values of one time series.
protocol MetricSeries: AnyObject, Sendable {
    /// Appends the series' lines.
    func render(_ name: String, _ labels: [(String, String)], into text: inout PrometheusText)
}

/// Every metric of the process, by name and labels.
final class MetricsRegistry: Sendable {
    /// Metrics of one name: one type, one help text, one series for each set of labels.
    private struct Family {
        let kind: PrometheusText.Kind
        var series: [String: (labels: [(String, String)], series: any MetricSeries)] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var help: [String: String] = [:]
    }

    private let state = Mutex(State())

    /// Says what a metric tells, for its `# HELP` line.
    func describe(_ name: String, help: String) {
        state.withLock { $0.help[name] = help }
    }

    /// Registers a gauge that is read when it is rendered, in place of one of the same name and
    /// labels.
    func sample(
        _ name: String, help: String, labels: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        describe(name, help: help)
        let key = Self.key(labels)
        state.withLock { state in
            state.families[name, default: Family(kind: .gauge)].series[key] =
                (labels, SampledSeries(read: read))
        }
    }

    /// The series of that name and labels, made on first use. A name that is already in use for
    /// another kind of metric gives a series that is counted but not shown.
    func series<Series: MetricSeries>(
        _ name: String, _ labels: [(String, String)], kind: PrometheusText.Kind,
        make: () -> Series
    ) -> Series {
        let name = PrometheusText.name(name)
        let key = Self.key(labels)
        return state.withLock { state in
            let family = state.families[name] ?? Family(kind: kind)
            if let known = family.series[key] { return known.series as? Series ?? make() }
            guard family.kind == kind else { return make() }
            let made = make()
            state.families[name, default: family].series[key] = (labels, made)
            return made
        }
    }

    /// Everything, in Prometheus' text format, sorted by name.
    func render() -> String {
        let (families, help) = state.withLock { ($0.families, $0.help) }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.header(name, kind: family.kind, help: help[name])
            for (_, entry) in family.series.sorted(by: { $0.key < $1.key }) {
                entry.series.render(name, entry.labels, into: &text)
            }
        }
        return text.text
    }

    private static func key(_ labels: [(String, String)]) -> String {
        labels.map { "\($0)\u{1F}\($1)" }.joined(separator: "\u{1E}")
    }
}

/// A gauge that is read when somebody looks.
private final class SampledSeries: MetricSeries {
    private let read: @Sendable () -> Double

    init(read: @escaping @Sendable () -> Double) {
        self.read = read
    }

    func render(_ name: String, _ labels: [(String, String)], into text: inout PrometheusText) {
        text.sample(name, labels, read())
    }
}
