import CoreMetrics
import FoundationEssentials
import Logging
import TestSupport
import Testing

@testable import ServiceHost

@Suite("Telemetry", .tags(.unit))
struct TelemetryTests {
    private let registry = MetricsRegistry()
    private var factory: PrometheusFactory { PrometheusFactory(registry: registry) }

    @Test("counters and gauges are rendered with their labels, sorted and escaped")
    func rendersCounters() {
        registry.describe("requests_total", help: "All of\nthem \\ counted.")
        factory.makeCounter(label: "requests.total", dimensions: [("route", "/v1/\"x\"\n\\")])
            .increment(by: 3)
        factory.makeCounter(label: "requests.total", dimensions: []).increment(by: 1)
        factory.makeMeter(label: "lag", dimensions: []).set(1.5)
        factory.makeRecorder(label: "last", dimensions: [], aggregate: false).record(Int64(-2))
        #expect(
            registry.render() == #"""
                # TYPE lag gauge
                lag 1.5
                # TYPE last gauge
                last -2
                # HELP requests_total All of\nthem \\ counted.
                # TYPE requests_total counter
                requests_total 1
                requests_total{route="/v1/\"x\"\n\\"} 3

                """#)
    }

    @Test("a timer is a histogram in seconds, with cumulative buckets")
    func rendersHistograms() {
        let timer = factory.makeTimer(label: "wait_seconds", dimensions: [("to", "a")])
        timer.recordNanoseconds(1_500_000)
        timer.recordNanoseconds(400_000_000)
        timer.recordNanoseconds(60_000_000_000)
        let lines = registry.render().split(separator: "\n").map(String.init)
        #expect(lines.contains("# TYPE wait_seconds histogram"))
        #expect(lines.contains(#"wait_seconds_bucket{to="a",le="0.001"} 0"#))
        #expect(lines.contains(#"wait_seconds_bucket{to="a",le="0.0025"} 1"#))
        #expect(lines.contains(#"wait_seconds_bucket{to="a",le="0.5"} 2"#))
        #expect(lines.contains(#"wait_seconds_bucket{to="a",le="30"} 2"#))
        #expect(lines.contains(#"wait_seconds_bucket{to="a",le="+Inf"} 3"#))
        #expect(lines.contains(#"wait_seconds_count{to="a"} 3"#))
        #expect(lines.contains { $0.hasPrefix(#"wait_seconds_sum{to="a"} 60.4"#) })
    }

    @Test("the same name and labels are one series; another kind of the name is not shown")
    func sharesSeries() {
        factory.makeCounter(label: "n", dimensions: [("a", "1")]).increment(by: 1)
        factory.makeCounter(label: "n", dimensions: [("a", "1")]).increment(by: 1)
        factory.makeMeter(label: "n", dimensions: []).set(Int64(9))
        #expect(registry.render() == "# TYPE n counter\nn{a=\"1\"} 2\n")
    }

    @Test("a sampled gauge is read when it is rendered, and may be replaced")
    func samples() {
        registry.sample("up", help: "Up.") { 1 }
        registry.sample("up", help: "Up.") { 2 }
        #expect(registry.render() == "# HELP up Up.\n# TYPE up gauge\nup 2\n")
    }

    @Test("names that Prometheus does not allow are mended")
    func mendsNames() {
        #expect(PrometheusText.name("saga.ended-ok") == "saga_ended_ok")
        #expect(PrometheusText.name("2fast") == "_2fast")
    }

    @Test("numbers are written as Prometheus reads them")
    func writesNumbers() {
        #expect(PrometheusText.number(3) == "3")
        #expect(PrometheusText.number(0.0025) == "0.0025")
        #expect(PrometheusText.number(.infinity) == "+Inf")
        #expect(PrometheusText.number(.nan) == "NaN")
    }

    @Test("a log event is one logfmt line, whatever is in it")
    func logsLines() {
        var lines = LogLines(service: "ledger", level: .info)
        lines[metadataKey: "request_id"] = "req_1"
        let event = LogEvent(
            level: .info, message: "it \"works\"\nhere", metadata: ["b": "2", "a": "x y"],
            source: nil, file: "", function: "", line: 1)
        let line = lines.line(event, at: Date(timeIntervalSince1970: 0))
        #expect(
            line == #"ts=1970-01-01T00:00:00.000Z level=info service=ledger"#
                + #" msg="it \"works\"\nhere" a="x y" b=2 request_id=req_1"#)
    }
}
