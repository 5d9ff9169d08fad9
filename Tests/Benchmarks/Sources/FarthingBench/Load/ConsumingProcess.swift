import Foundation
import LocalStack

/// A running `ConsumeCommand`, and how far it is.
struct ConsumingProcess: Sendable {
    static let name = "consumer"

    private let stores: Stores
    private let client: APIClient

    /// Starts one that reads a topic from its beginning into an empty inbox.
    static func start(
        _ topic: String, into url: String, _ stores: Stores, _ place: Place
    ) async throws -> ConsumingProcess {
        let group = "bench-\(UInt32.random(in: 0...UInt32.max))"
        let port = try await stores.startProgram(
            name, place.ownProgram, ["consume", topic, group],
            environment: [
                "DATABASE_URL": url, "JWT_HS256_SECRET": String(repeating: "x", count: 32),
            ])
        return ConsumingProcess(
            stores: stores, client: APIClient(baseURL: "http://127.0.0.1:\(port)"))
    }

    /// Waits until it has received `count` messages; tells how many a second it took from the first
    /// batch to the last. Throws if any was not processed, and after five minutes.
    func rate(of count: Int) async throws -> Double {
        let deadline = ContinuousClock.now + .seconds(300)
        var first: (count: Int, at: ContinuousClock.Instant)?
        while ContinuousClock.now < deadline {
            let received = try await received()
            let now = ContinuousClock.now
            if let first, received >= count {
                return Double(received - first.count) / ((now - first.at) / .seconds(1))
            }
            if first == nil, received > 0 { first = (received, now) }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw BenchError("\(try await received()) of \(count) messages after five minutes")
    }

    func stop() async { await stores.supervisor.stop(Self.name) }

    private func received() async throws -> Int {
        let text = String(decoding: try await client.get("/metrics").bytes, as: UTF8.self)
        var received = 0
        for line in text.split(separator: "\n")
        where line.hasPrefix("consumer_messages_total{") {
            let value = line.split(separator: " ").last.flatMap { Double($0) } ?? 0
            guard value == 0 || line.contains("\"processed\"") else {
                throw BenchError("not every message was processed: \(line)")
            }
            received += Int(value)
        }
        return received
    }
}
