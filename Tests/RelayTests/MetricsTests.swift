import LocalStack
import TestSupport
import Testing

@testable import Relay

@Suite("What a relay tells of its lag", .serialized, .tags(.database, .kafka, .fault))
struct MetricsTests {
    private static let lags = [
        "relay_lag_events", "relay_lag_bytes", "relay_lag_seconds", "relay_undelivered_events",
        "relay_slot_retained_bytes",
    ]

    /// What the process at that port says of each metric.
    private func values(_ port: Int) async throws -> [String: String] {
        let answer = try await APIClient(baseURL: "http://127.0.0.1:\(port)").get("/metrics")
        let lines = String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n")
        return Dictionary(
            lines.compactMap { line -> (String, String)? in
                let words = line.split(separator: " ")
                guard words.count == 2, let name = words[0].split(separator: "{").first else {
                    return nil
                }
                let state = words[0].firstMatch(of: /state="(\w+)"/).map { ".\($0.1)" }
                return ("\(name)\(state ?? "")", String(words[1]))
            }
        ) { $1 }
    }

    private func eventually(_ port: Int, is state: String, knows: Bool) async throws {
        try await TestSupport.eventually("\(state), lag known: \(knows)") {
            let values = try await values(port)
            return values["relay_state.\(state)"] == "1"
                && Self.lags.allSatisfy { values[$0].map { ($0 != "NaN") == knows } ?? false }
        }
    }

    @Test("is a number while it reads the slot, and none that was true once in any other state")
    func notStale() async throws {
        let rig = try await RelayRig.make()
        let (first, second) = (try Port.free(), try Port.free())
        let active = try await rig.process(port: first)
        try await eventually(first, is: "active", knows: true)
        let standby = try await rig.process(port: second)
        try await eventually(second, is: "standby", knows: false)
        active.signal(9)
        try await eventually(second, is: "active", knows: true)
        try rig.superuser("ALTER PUBLICATION farthing_outbox DROP TABLE outbox")
        try await eventually(second, is: "connecting", knows: false)
        await standby.stop()
    }

    @Test("counts what is on its way, which is no more than it may be while Kafka takes nothing")
    func bounded() async throws {
        let rig = try await RelayRig.make(ownBroker: true)
        let port = try Port.free()
        let relay = try await rig.process(
            port: port, environment: ["KAFKA_PRODUCER_QUEUE_BUFFERING_MAX_KBYTES": "10"])
        try await rig.write(key: 0)
        try await rig.verify()
        try await rig.broker.proxy.cut()
        for _ in 0..<50 { try await rig.write(key: 0, padding: 1000) }
        // The eleventh is the first beyond the bound, and the last that is read.
        try await TestSupport.eventually("11 events on their way for long") {
            let values = try await values(port)
            let seconds = values["relay_lag_seconds"].flatMap { Double($0) } ?? 0
            return seconds > 3 && values["relay_undelivered_events"] == "11"
        }
        try await rig.broker.proxy.resume()
        try await rig.verify()
        await relay.stop()
        await rig.broker.stop()
    }
}
